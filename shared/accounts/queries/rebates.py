"""Rebates of an account: what was granted, what of each grant is used, what may be used (M02)."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.accounts.queries.books import entries_of, money_documents
from shared.accounts.rules import Lot, is_usable, lots_left, rebate, usable_rebate
from shared.accounts.tables import rebate_lot


def rebate_minor(connection: Connection, account_id: str, currency: str, day: str) -> int:
    """What an account may use of its rebates on a day, in minor units (M02)."""
    rows = _lots(connection, account_id, currency)
    if not rows:
        return 0
    lots = [one.lot for one in rows]
    return usable_rebate(lots, _used(connection, account_id, currency, rows), day)


@dataclass(frozen=True, slots=True, kw_only=True)
class RebateView:
    """A rebate as it was granted, and what is left of it; minor units."""

    document: str
    number: str
    """'' where its document's name is not known here."""
    author_id: str
    day: str
    reason: str
    form: str
    valid_until: str
    """The last day; '' = no end."""
    granted_minor: int
    left_minor: int
    is_usable: bool
    """Whether what is left may be used on the day that was asked for."""

    @property
    def spent_minor(self) -> int:
        """What orders used of it, or head office took back."""
        return self.granted_minor - self.left_minor


def rebates_of(
    connection: Connection, account_id: str, currency: str, day: str
) -> list[RebateView]:
    """An account's rebates, the newest first; what was used goes to those that end first (M02)."""
    rows = _lots(connection, account_id, currency)
    left = lots_left([one.lot for one in rows], _used(connection, account_id, currency, rows))
    named = money_documents(connection, [one.document for one in rows])
    found = [
        RebateView(
            document=one.document,
            number=named[one.document].number if one.document in named else "",
            author_id=named[one.document].author_id if one.document in named else "",
            day=one.lot.day,
            reason=one.reason,
            form=one.form,
            valid_until=one.lot.valid_until,
            granted_minor=one.lot.amount_minor,
            left_minor=rest,
            is_usable=is_usable(one.lot, day),
        )
        for one, rest in zip(rows, left, strict=True)
    ]
    return found[::-1]


@dataclass(frozen=True, slots=True)
class _Granted:
    document: str
    reason: str
    form: str
    lot: Lot


def _lots(connection: Connection, account_id: str, currency: str) -> list[_Granted]:
    c = rebate_lot.c
    rows = connection.execute(
        select(c.document, c.reason, c.form, c.business_day, c.valid_until, c.amount_minor)
        .where(c.account_id == account_id, c.currency == currency)
        .order_by(c.business_day, c.id)
    )
    return [
        _Granted(
            row.document,
            row.reason,
            row.form,
            Lot(row.business_day, row.valid_until, int(row.amount_minor)),
        )
        for row in rows
    ]


def _used(
    connection: Connection, account_id: str, currency: str, rows: list[_Granted]
) -> list[tuple[str, int]]:
    """(day, amount) of what was used, oldest first; below zero came back."""
    granted = {one.document for one in rows}
    return [
        (one.business_day, one.amount_minor)
        for one in entries_of(connection, rebate(account_id), currency)
        if one.document not in granted
    ]
