"""What the papers and lists of sales need beside the sales themselves: names of goods, people."""

from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.sales.usecases.paying import CHANGE
from shared.access.queries import users_of_site
from shared.accounts.queries import customer_of
from shared.catalog.queries import products
from shared.channel.queries import site_of
from shared.channel.rules import split
from shared.core.clock import HOME_ZONE
from shared.core.errors import RuleViolation
from shared.core.money import line_amount_minor
from shared.members.queries import member_of
from shared.members.rules import is_member
from shared.promotions.queries import policy_of
from shared.promotions.rules import PolicyKind
from shared.sales.queries.promoting import stored_applied
from shared.sales.queries.showing import SaleStory, sale_story
from shared.sales.rules import LineKind
from shared.vouchers.queries.points import points_balance, points_of_document


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldGoods:
    """A line of a sale with its names; millionths and minor units."""

    product_id: str
    code: str
    name: str
    kind: str
    unit: str
    qty_micro: int
    price_micro: int
    discount_minor: int
    amount_minor: int
    version: int
    trail: str
    list_micro: int = 0
    """The price before promotions; of a gift its list price."""
    policy_ids: tuple[str, ...] = ()

    def saved_minor(self, currency: str) -> int:
        """What is off the line, its special price included; gifts are no money."""
        if self.kind == LineKind.GIFT or self.qty_micro <= 0:
            return 0
        return line_amount_minor(self.qty_micro, self.list_micro, currency) - self.amount_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyUsed:
    """A policy that holds on a sale, and what it saved; gifts at their list value."""

    policy_id: str
    name: str
    saving_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsOnPaper:
    """What a sale moved of a member's points, and what they have as it is printed."""

    earned: int
    """Below zero: taken back."""
    spent: int
    """Below zero: given back."""
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SalePaper:
    """A sale as a receipt and a screen show it."""

    story: SaleStory
    shop: str
    zone: str
    cashier: str
    member: str
    lines: tuple[SoldGoods, ...]
    policies: tuple[PolicyUsed, ...] = ()
    points: PointsOnPaper | None = None
    """None where points are no matter: nobody named, or no point ever moved."""

    def policy_names(self, line: SoldGoods) -> list[str]:
        """The policies behind a line's price, as customers call them; those that give gifts only
        where nothing else took anything off."""
        names = {one.policy_id: one.name for one in self.policies}
        giving = {
            one for gift in self.lines if gift.kind == LineKind.GIFT for one in gift.policy_ids
        }
        found = [one for one in line.policy_ids if one not in giving]
        if line.kind == LineKind.GIFT or (not found and line.amount_minor != self._gross(line)):
            found = list(line.policy_ids)
        return [names.get(one, one) for one in found]

    def _gross(self, line: SoldGoods) -> int:
        currency = self.story.head["currency"]
        return line_amount_minor(line.qty_micro, line.price_micro, currency)

    @property
    def change_minor(self) -> int:
        """Cash that went back over the counter, positive."""
        return -sum(minor for _tender, minor, ref in self.story.tenders if ref == CHANGE)

    @property
    def version(self) -> int:
        """The latest price version of its lines."""
        return max((line.version for line in self.lines), default=0)


def sale_paper(connection: Connection, uid: str) -> SalePaper:
    """A sale with the names of its goods and people. Raises: RuleViolation SALE_UNKNOWN."""
    story = sale_story(connection, uid)
    if story is None:
        raise RuleViolation("SALE_UNKNOWN", sale=uid[:40])
    head = story.head
    place = site_of(connection, head["site_id"])
    known = products(connection, [line["product_id"] for line in story.lines])
    lines = []
    for line in story.lines:
        goods = known.get(line["product_id"])
        lines.append(
            SoldGoods(
                product_id=line["product_id"],
                code=goods.code if goods else line["product_id"],
                name=line["name"] or (goods.name if goods else line["product_id"]),
                kind=line["kind"],
                unit=goods.base_unit if goods else line["unit"],
                qty_micro=line["qty_micro"],
                price_micro=line["unit_price_micro"],
                discount_minor=line["discount_minor"],
                amount_minor=line["amount_minor"],
                version=line["price_version"],
                trail=line["price_trail"],
                list_micro=line["list_price_micro"] or line["unit_price_micro"],
                policy_ids=split(line["policy_ids"]),
            )
        )
    return SalePaper(
        story=story,
        shop=place.name if place else head["site_id"],
        zone=(place.zone if place else "") or HOME_ZONE,
        cashier=person_names(connection, head["site_id"]).get(head["author_id"], head["author_id"]),
        member=_member(connection, head["customer_id"], head["site_id"]),
        lines=tuple(lines),
        policies=_policies(connection, head["return_of"] or uid),
        points=_points(connection, uid, head["customer_id"], head["site_id"]),
    )


def _points(
    connection: Connection, uid: str, customer_id: str, site_id: str
) -> PointsOnPaper | None:
    if not is_member(customer_id):
        return None
    earned, spent = points_of_document(connection, uid)
    balance = points_balance(connection, customer_id, site_id).points
    if not (earned or spent or balance):
        return None
    return PointsOnPaper(earned=earned, spent=spent, balance=balance)


def _policies(connection: Connection, uid: str) -> tuple[PolicyUsed, ...]:
    found = []
    for one in stored_applied(connection, uid):
        policy = policy_of(connection, one.policy_id, one.number)
        name = policy.name if policy else one.policy_id
        if policy is None or policy.kind is not PolicyKind.LIMIT:
            found.append(
                PolicyUsed(policy_id=one.policy_id, name=name, saving_minor=one.saving_minor)
            )
    return tuple(found)


def person_names(connection: Connection, site_id: str) -> dict[str, str]:
    """The people of a site by id."""
    return {one.user_id: one.name for one in users_of_site(connection, site_id)}


def _member(connection: Connection, customer_id: str, site_id: str) -> str:
    if not is_member(customer_id):
        own = customer_of(connection, site_id, customer_id) if customer_id else None
        return own.name if own else customer_id
    found = member_of(connection, customer_id, site_id)
    return found.name if found else ""
