"""What tills, orders and screens ask about policies: those in force, what was used, history."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, bindparam, case, func, or_, select

from shared.core.ids import derived_id
from shared.promotions.rules import Holder, Period, Policy, PolicyKind, Standing, Use
from shared.promotions.tables import policy_use, promotion_policy

_DECODER: Final = msgspec.json.Decoder(Policy)
_PLACE: Final = {kind: place for place, kind in enumerate(PolicyKind)}
_COUNTED: Final = (PolicyKind.FIRST, PolicyKind.LIMIT)
_SLICE: Final = 500

_p = promotion_policy.c
_IN_FORCE: Final = select(_p.policy_id, _p.number, _p.terms).where(
    _p.sales_org_id.in_(bindparam("orgs", expanding=True)),
    _p.next_number == 0,
    _p.status == "sealed",
    _p.is_ended == 0,
    _p.from_us <= bindparam("at_us"),
    or_(_p.until_us == 0, _p.until_us > bindparam("at_us")),
)
_BY_NUMBER: Final = select(_p.terms).where(
    _p.policy_id == bindparam("policy_id"),
    _p.number == bindparam("number"),
    _p.status == "sealed",
    _p.is_ended == 0,
)


@lru_cache(maxsize=4_096)
def policy_of_terms(terms: str) -> Policy:
    """The policy of a row's terms; read once."""
    return _DECODER.decode(terms)


def policies_in_force(
    connection: Connection, sales_org_ids: Collection[str], use: Use, at_us: int
) -> tuple[Standing, ...]:
    """The policies of these sales organisations that hold at an instant, for a till or an order.

    Of each its newest number; by stage, priority and id. Whom they are for, and hours and
    weekdays, is the engine's to say (D10, D12).
    """
    rows = connection.execute(_IN_FORCE, {"orgs": list(sales_org_ids), "at_us": at_us})
    newest: dict[str, Standing] = {}
    for policy_id, number, terms in rows:
        if policy_id not in newest or newest[policy_id].number < number:
            newest[policy_id] = Standing(policy_of_terms(terms), number)
    found = (one for one in newest.values() if use in one.policy.uses)
    return tuple(sorted(found, key=_order))


def _order(one: Standing) -> tuple[int, int, str]:
    return _PLACE[one.policy.kind], one.policy.priority, one.policy.policy_id


def policy_of(connection: Connection, policy_id: str, number: int) -> Policy | None:
    """A policy as it held under a number, for replaying a document that names it.

    What was never sealed, and a number that only ended it, held for nobody and was not checked.
    """
    keys = {"policy_id": policy_id, "number": number}
    terms = connection.execute(_BY_NUMBER, keys).scalar()
    return policy_of_terms(terms) if terms else None


def used_so_far(
    connection: Connection,
    policies: Iterable[Standing],
    *,
    day: str,
    account_id: str = "",
    site_id: str = "",
    member_id: str = "",
) -> dict[str, int]:
    """What the holder used of each first N or limit in its period so far, by policy id (D02-D05).

    ``day`` is the buyer's local day, ISO. Of a policy whose holder is not named here, such as of a
    member's at a sale without one, nothing was used.
    """
    holders = {Holder.ACCOUNT: account_id, Holder.SITE: site_id, Holder.MEMBER: member_id}
    groups: dict[tuple[Holder, str], list[str]] = {}
    for policy in (one.policy for one in policies):
        if policy.kind in _COUNTED and policy.period is not Period.ORDER:
            first = first_day(policy.period, day)
            groups.setdefault((policy.holder, first), []).append(policy.policy_id)
    used: dict[str, int] = {}
    for (holder, first), ids in groups.items():
        if holders[holder]:
            used |= _used(connection, ids, holder, holders[holder], first, day)
    return used


_HOLDER_COLUMNS: Final = {
    Holder.ACCOUNT: policy_use.c.account_id,
    Holder.SITE: policy_use.c.site_id,
    Holder.MEMBER: policy_use.c.member_id,
}
_USED: Final = {
    holder: select(policy_use.c.policy_id, func.sum(policy_use.c.measure))
    .where(
        policy_use.c.policy_id.in_(bindparam("ids", expanding=True)),
        policy_use.c.business_day >= bindparam("first"),
        policy_use.c.business_day <= bindparam("last"),
        column == bindparam("holder"),
    )
    .group_by(policy_use.c.policy_id)
    for holder, column in _HOLDER_COLUMNS.items()
}


def _used(
    connection: Connection, ids: Sequence[str], holder: Holder, name: str, first: str, last: str
) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(ids), _SLICE):
        keys = {"ids": ids[start : start + _SLICE], "first": first, "last": last, "holder": name}
        rows = connection.execute(_USED[holder], keys)
        found |= {policy_id: max(int(used), 0) for policy_id, used in rows}
    return found


def used_by(connection: Connection, document: str, policy_ids: Iterable[str]) -> dict[str, int]:
    """What one document used of each of these policies that it used at all."""
    u = policy_use.c
    ids = sorted(derived_id(document, "policy", one) for one in set(policy_ids))
    found: dict[str, int] = {}
    for start in range(0, len(ids), _SLICE):
        query = select(u.policy_id, u.measure).where(u.id.in_(ids[start : start + _SLICE]))
        found |= {row.policy_id: row.measure for row in connection.execute(query)}
    return found


def first_day(period: Period, day: str) -> str:
    """The first day of the period a day lies in, ISO; weeks begin on Monday."""
    if period is Period.MONTH:
        return f"{day[:7]}-01"
    if period is Period.WEEK:
        monday = date.fromisoformat(day)
        return (monday - timedelta(days=monday.weekday())).isoformat()
    return "" if period is Period.POLICY else day


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """A publication of a policy as lists show it, waiting and rejected ones too."""

    publication: str
    policy_id: str
    sales_org_id: str
    number: int
    parent_number: int
    next_number: int
    status: str
    """'' waiting, ``sealed``, ``rejected``."""
    is_ended: bool
    policy: Policy
    author_id: str
    approver_id: str
    reason: str
    asked_at_us: int
    sealed_at_us: int
    code: str
    detail: str
    documents: int = 0
    """That used it, as far as this replica holds them; what they saved, in minor units."""
    saving_minor: int = 0
    gift_micro: int = 0


_VIEW: Final = (
    "policy_id", "sales_org_id", "number", "parent_number", "next_number", "status", "author_id",
    "approver_id", "reason", "asked_at_us", "sealed_at_us", "code", "detail",
)  # fmt: skip


def _view(row: Row[Any], used: tuple[int, int, int] = (0, 0, 0)) -> PolicyView:
    documents, saving_minor, gift_micro = used
    return PolicyView(
        publication=row.id,
        is_ended=bool(row.is_ended),
        policy=policy_of_terms(row.terms),
        documents=documents,
        saving_minor=saving_minor,
        gift_micro=gift_micro,
        **{name: getattr(row, name) for name in _VIEW},
    )


def policies(connection: Connection, sales_org_id: str) -> list[PolicyView]:
    """The policies of a sales organisation for its list: of each the newest number, and beside it
    what still waits or was rejected; those that begin last first."""
    rows = connection.execute(
        select(promotion_policy)
        .where(_p.sales_org_id == sales_org_id, _p.next_number == 0)
        .order_by(_p.from_us.desc(), _p.policy_id, _p.number.desc(), _p.asked_at_us.desc())
    ).all()
    used = _uses(connection, sorted({row.policy_id for row in rows}))
    return [_view(row, used.get(row.policy_id, (0, 0, 0))) for row in rows]


def _uses(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Documents, savings and gifts by policy; a return is no further document."""
    u = policy_use.c
    found: dict[str, tuple[int, int, int]] = {}
    for start in range(0, len(ids), _SLICE):
        sums = _SUMS.where(u.policy_id.in_(ids[start : start + _SLICE]))
        found |= {
            one: (papers, saved, gifts)
            for one, papers, saved, gifts in _numbers(connection.execute(sums))
        }
    return found


def uses_of_org(
    connection: Connection, sales_org_id: str, site_ids: Collection[str] | None
) -> list[tuple[str, int, int, int]]:
    """Policy, documents, savings and gifts of a sales organisation's policies, by policy; of these
    sites only, None = every one. Asked of head office's server, which holds what tills used, too.
    """
    mine = select(_p.policy_id).where(_p.sales_org_id == sales_org_id, _p.number > 0)
    sums = _SUMS.where(policy_use.c.policy_id.in_(mine)).order_by(policy_use.c.policy_id)
    if site_ids is not None:
        sums = sums.where(policy_use.c.site_id.in_(sorted(site_ids)))
    return list(_numbers(connection.execute(sums)))


_SUMS: Final = select(
    policy_use.c.policy_id,
    func.sum(case((policy_use.c.measure > 0, 1), else_=0)),
    func.sum(policy_use.c.saving_minor),
    func.sum(policy_use.c.gift_micro),
).group_by(policy_use.c.policy_id)


def _numbers(rows: Iterable[Any]) -> Iterator[tuple[str, int, int, int]]:
    """PostgreSQL sums integers to a decimal."""
    for policy_id, documents, saving, gifts in rows:
        yield policy_id, int(documents or 0), int(saving or 0), int(gifts or 0)


def policy_history(connection: Connection, policy_id: str) -> list[PolicyView]:
    """Every publication of a policy, the newest first, rejected ones too."""
    rows = connection.execute(
        select(promotion_policy)
        .where(_p.policy_id == policy_id)
        .order_by(_p.asked_at_us.desc(), _p.number.desc(), _p.id)
    )
    return [_view(row) for row in rows]


def newest_number(connection: Connection, policy_id: str) -> int:
    """The highest number a policy was sealed with; 0 before the first."""
    found = connection.execute(
        select(func.max(_p.number)).where(_p.policy_id == policy_id)
    ).scalar()
    return found or 0
