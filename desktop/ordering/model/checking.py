"""The check list of an order before it is submitted (F9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from desktop.ordering.model.rows import Row
from shared.core.rounding import MICRO
from shared.ordering.rules import Tenders
from shared.promotions.rules import Outcome

NO_TENDERS: Final = Tenders()


class Verdict(StrEnum):
    """How a check of the list turned out."""

    FINE = "fine"
    DOUBT = "doubt"
    WRONG = "wrong"
    ESTIMATE = "estimate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the check list (F9); ``name`` is the key of its words."""

    name: str
    verdict: Verdict
    params: Mapping[str, str | int] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    """The lines it is about, where a person can mend them in the list itself."""


def checks_of(
    rows: Sequence[Row],
    requested_date: str,
    *,
    today: str,
    version: int,
    free_minor: int,
    outcome: Outcome | None = None,
    named: Tenders = NO_TENDERS,
) -> tuple[Check, ...]:
    """What is looked at before an order goes, in the order of the list.

    Credit is an estimate of this device and holds nobody up; head office decides (E07). Only
    what goes on account counts against it (domain rule 8).
    """
    return (
        _listed(rows),
        _priced(rows, version),
        _limits(outcome),
        *_promotions(outcome),
        _packs(rows),
        _date(rows, requested_date, today),
        _credit(rows, outcome, free_minor, named),
    )


def may_submit(checks: Sequence[Check]) -> bool:
    """Whether nothing is wrong."""
    return all(one.verdict is not Verdict.WRONG for one in checks)


def _listed(rows: Sequence[Row]) -> Check:
    off = [one for one in rows if not one.is_listed]
    if not rows:
        return Check(name="lines", verdict=Verdict.WRONG)
    verdict = Verdict.WRONG if off else Verdict.FINE
    return Check(name="off_list" if off else "list", verdict=verdict, params={"n": len(off)})


def _priced(rows: Sequence[Row], version: int) -> Check:
    bare = [one for one in rows if one.price_micro is None]
    if bare:
        return Check(name="no_price", verdict=Verdict.WRONG, params={"n": len(bare)})
    return Check(name="price", verdict=Verdict.FINE, params={"version": version})


def _limits(outcome: Outcome | None) -> Check:
    over = outcome.cuts if outcome else ()
    if over:
        names = ", ".join(dict.fromkeys(one.name for one in over))
        return Check(
            name="over_limit", verdict=Verdict.WRONG, params={"n": len(over), "limit": names}
        )
    return Check(name="limits", verdict=Verdict.FINE)


def _promotions(outcome: Outcome | None) -> tuple[Check, ...]:
    """What holds and saves; gifts nobody chose are let go of unless they are chosen."""
    if outcome is None or not outcome.is_promotional:
        return ()
    saved = {"n": len(outcome.applied), "saving": outcome.saving_minor}
    found = [Check(name="promotions", verdict=Verdict.FINE, params=saved)]
    left = sum(one.left_micro for one in outcome.blocks)
    if left:
        params = {"qty": left // MICRO}
        found.append(Check(name="gifts_left", verdict=Verdict.DOUBT, params=params))
    return tuple(found)


def gifts_minor(outcome: Outcome | None, currency: str) -> int:
    """What the gifts of an order cost: nothing, or their symbolic price (D07)."""
    return sum(
        one.amount_minor(currency)
        for block in (outcome.blocks if outcome else ())
        for one in block.lines
    )


def _packs(rows: Sequence[Row]) -> Check:
    broken = [one for one in rows if not one.is_whole_packs]
    if broken:
        return Check(
            name="broken_packs",
            verdict=Verdict.DOUBT,
            params={"n": len(broken)},
            rows=tuple(broken),
        )
    return Check(name="packs", verdict=Verdict.FINE)


def _date(rows: Sequence[Row], requested_date: str, today: str) -> Check:
    days = [requested_date, *(one.line.requested_date for one in rows)]
    if any(one and one < today for one in days):
        return Check(name="past_date", verdict=Verdict.WRONG)
    if not requested_date:
        return Check(name="no_date", verdict=Verdict.FINE)
    return Check(name="date", verdict=Verdict.FINE, params={"day": requested_date})


def _credit(rows: Sequence[Row], outcome: Outcome | None, free_minor: int, named: Tenders) -> Check:
    currency = rows[0].currency if rows else "CNY"
    total = sum(one.amount_minor or 0 for one in rows) + gifts_minor(outcome, currency)
    free_minor -= named.deposit_minor
    total = named.account_minor(total)
    params = {"free": free_minor, "total": total}
    if total > free_minor and total > 0:
        return Check(name="beyond_credit", verdict=Verdict.DOUBT, params=params)
    return Check(name="credit", verdict=Verdict.ESTIMATE, params=params)
