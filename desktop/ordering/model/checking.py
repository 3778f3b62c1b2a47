"""The check list of an order before it is submitted (F9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from desktop.ordering.model.rows import Row


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


def checks_of(
    rows: Sequence[Row], requested_date: str, *, today: str, version: int, free_minor: int
) -> tuple[Check, ...]:
    """What is looked at before an order goes, in the order of the list.

    Credit is an estimate of this device and holds nobody up; head office decides (E07).
    """
    return (
        _listed(rows),
        _priced(rows, version),
        _packs(rows),
        _date(rows, requested_date, today),
        _credit(rows, free_minor),
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


def _packs(rows: Sequence[Row]) -> Check:
    broken = [one for one in rows if not one.is_whole_packs]
    if broken:
        return Check(name="broken_packs", verdict=Verdict.DOUBT, params={"n": len(broken)})
    return Check(name="packs", verdict=Verdict.FINE)


def _date(rows: Sequence[Row], requested_date: str, today: str) -> Check:
    days = [requested_date, *(one.line.requested_date for one in rows)]
    if any(one and one < today for one in days):
        return Check(name="past_date", verdict=Verdict.WRONG)
    if not requested_date:
        return Check(name="no_date", verdict=Verdict.FINE)
    return Check(name="date", verdict=Verdict.FINE, params={"day": requested_date})


def _credit(rows: Sequence[Row], free_minor: int) -> Check:
    total = sum(one.amount_minor or 0 for one in rows)
    params = {"free": free_minor, "total": total}
    if total > free_minor:
        return Check(name="beyond_credit", verdict=Verdict.DOUBT, params=params)
    return Check(name="credit", verdict=Verdict.ESTIMATE, params=params)
