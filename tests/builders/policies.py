"""Promotion policies of the demo brand, published and sealed in its one house."""

from typing import Any

from desktop.store.session import Session
from shared.core.rounding import MICRO
from shared.pricing.queries import sales_orgs_of_site
from shared.promotions.documents import PolicyPublished
from shared.promotions.queries import newest_number
from shared.promotions.rules import Goods, Policy, PolicyKind, Special, Use
from tests.builders.demo_brand import APPROVER, EDITOR
from tests.builders.one_house import House

CLEANSER, WATER, TONER, MASK = "010101", "010102", "010201", "010402"
"""59.00, and so on: goods of the demo brand."""


def a_policy(policy_id: str, kind: PolicyKind, **said: Any) -> Policy:
    """A policy of the till, in force from the beginning."""
    said.setdefault("name", policy_id)
    return Policy(policy_id=policy_id, kind=kind, uses=(Use.TILL,), **said)


def ten_plus_one(product_id: str = CLEANSER, *, every: int = 10, **said: Any) -> Policy:
    """For every ten of a product one more of it (D06)."""
    return a_policy(
        "BUY10",
        PolicyKind.GIFT,
        name="10+1",
        goods=Goods(products=(product_id,)),
        every_micro=every * MICRO,
        gift_micro=MICRO,
        **said,
    )


def first_two(product_id: str, price_micro: int, **said: Any) -> Policy:
    """The first two at a special price (D05)."""
    return a_policy(
        "FIRST2",
        PolicyKind.FIRST,
        name="低价限购",
        specials=(Special(product_id, price_micro),),
        first_micro=2 * MICRO,
        **said,
    )


def publish(house: House, *policies: Policy, site_id: str = "SH01", is_ended: bool = False) -> None:
    """Head office publishes and seals these for the sales organisation of a site."""
    identity, author = house.local.enrolled.device_id, house.author_id
    device_type = house.local.enrolled.device_type
    house.sit_at("HQ.01", device_type="hq")
    house.author_id = EDITOR
    house.write(_published, policies, site_id, is_ended)
    house.sit_at(identity, device_type=device_type)
    house.author_id = author


def _published(
    session: Session, policies: tuple[Policy, ...], site_id: str, is_ended: bool
) -> None:
    org = sales_orgs_of_site(session.connection, site_id)[0]
    for policy in policies:
        session.append(
            PolicyPublished(
                sales_org_id=org,
                parent_number=newest_number(session.connection, policy.policy_id),
                policy=policy,
                is_ended=is_ended,
            ),
            approver_id=APPROVER,
        )
