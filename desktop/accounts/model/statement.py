"""Statements (对账单): what somebody owed, what was added, what was paid, with the running sum."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from desktop.accounts.usecases import pay_expense, record_payment, refund_guarantee
from desktop.store.desk import Desk
from desktop.store.papers import FlowNode
from desktop.watched import Watched
from shared.accounts.queries import balance_minor, entries_of
from shared.accounts.rules import Tender, due_at_us, guarantee
from shared.core.clock import business_day
from shared.journal.document import Header


class Whose(StrEnum):
    """Which book a party stands in."""

    OWN = "own"
    """What a channel account owes its supplier."""
    REBATE = "rebate"
    DEPOSIT = "deposit"
    """What its supplier holds for it: credits are positive there."""
    GUARANTEE = "guarantee"
    CUSTOMER = "customer"
    EXPENSE = "expense"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody, or something, a statement is made for."""

    whose: Whose
    party_id: str
    name: str
    ledger: str
    """The ledger account: debits are what is owed."""
    currency: str
    balance_minor: int
    code: str = ""
    """What people call them by, where that is another word than the id."""
    phone: str = ""
    open_count: int = 0
    """Invoices that are not fully paid."""
    since_us: int = 0
    """When the oldest of them was made; 0 = nothing is open."""
    terms_days: int = 0

    @property
    def account_id(self) -> str:
        """The channel account whose book it is; '' of customers and what was spent."""
        if self.whose in (Whose.CUSTOMER, Whose.EXPENSE):
            return ""
        return self.party_id.partition("/")[0]

    @property
    def sign(self) -> int:
        """1 where debits add up, as debts do; -1 of what somebody else holds for the party."""
        return -1 if self.whose in (Whose.REBATE, Whose.DEPOSIT, Whose.GUARANTEE) else 1

    @property
    def due_us(self) -> int:
        """When the oldest open invoice is to be paid; 0 = nothing is open or agreed."""
        return due_at_us(self.since_us, self.terms_days) if self.since_us and self.terms_days else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a document is called."""

    number: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One entry; charged and paid are both positive, the balance is that after it."""

    day: str
    at_us: int
    number: str
    kind: str
    memo: str
    charged_minor: int
    paid_minor: int
    balance_minor: int
    document: str


class Period(StrEnum):
    """How far back a statement goes."""

    MONTH = "month"
    LAST_MONTH = "last_month"
    QUARTER = "quarter"
    YEAR = "year"


Parties = Callable[..., Sequence[Party]]
"""Of a connection: everybody a statement can be made for."""
Documents = Callable[..., Mapping[str, Named]]
"""Of a connection and ids: what documents are called."""
Papers = Callable[..., Sequence[FlowNode]]
"""Of a connection, a document and this device: the papers around it (E11)."""


def days_of(period: Period, today: str) -> tuple[str, str]:
    """First and last day of a period, as ISO dates."""
    now = date.fromisoformat(today)
    first = now.replace(day=1)
    match period:
        case Period.MONTH:
            return first.isoformat(), today
        case Period.LAST_MONTH:
            last = first - timedelta(days=1)
            return last.replace(day=1).isoformat(), last.isoformat()
        case Period.QUARTER:
            return (now - timedelta(days=90)).isoformat(), today
        case _:
            return (now - timedelta(days=365)).isoformat(), today


def _no_papers(*_asked: object) -> Sequence[FlowNode]:
    return ()


class StatementModel(Watched):
    """The parties of a site, and the statement of the one in front."""

    def __init__(
        self,
        desk: Desk,
        zone: str,
        *,
        parties_of: Parties,
        documents_of: Documents,
        papers_of: Papers = _no_papers,
    ) -> None:
        super().__init__()
        self.desk = desk
        self.zone = zone
        self._parties_of = parties_of
        self._documents_of = documents_of
        self._papers_of = papers_of
        self.parties: tuple[Party, ...] = ()
        self.party: Party | None = None
        self.period = Period.QUARTER
        self.opening_minor = 0
        self.rows: tuple[StatementRow, ...] = ()

    @property
    def today(self) -> str:
        """The business day here."""
        return business_day(self.desk.now_us, self.zone)

    @property
    def days(self) -> tuple[str, str]:
        """First and last day of the statement."""
        return days_of(self.period, self.today)

    @property
    def closing_minor(self) -> int:
        """What is owed at the end of the period."""
        return self.rows[-1].balance_minor if self.rows else self.opening_minor

    async def load(self, party_id: str = "") -> None:
        """Read the parties and the statement in front again."""
        self.parties = tuple(await self.desk.fetch(self._parties_of))
        wanted = party_id or (self.party.party_id if self.party else "")
        found = [one for one in self.parties if one.party_id == wanted]
        self.party = next(iter(found or self.parties), None)
        await self._read()

    async def look_at(self, party: Party | None) -> None:
        """Make the statement of another party."""
        self.party = party
        await self._read()

    async def set_period(self, period: Period) -> None:
        """Make it for other days."""
        self.period = period
        await self._read()

    async def spend(self, category: str, amount_minor: int, payee: str, tender: Tender) -> Header:
        """Pay something out of the drawer. Raises as ``pay_expense``."""
        done = await self.desk.do(pay_expense, category, amount_minor, payee=payee, tender=tender)
        await self.load(category)
        return done

    async def take_money(self, amount_minor: int, purpose: str, reference: str) -> Header:
        """Head office has money of the account in front. Raises as ``record_payment``."""
        account_id = self.party.account_id if self.party else ""
        done = await self.desk.do(
            record_payment, account_id, amount_minor, purpose=purpose, reference=reference
        )
        await self.load()
        return done

    def guarantee_minor(self) -> int:
        """What the account in front left as guarantee."""
        if self.party is None or not self.party.account_id:
            return 0
        book = guarantee(self.party.account_id)
        return -self.desk.read(balance_minor, book, self.party.currency)

    async def pay_back(self, amount_minor: int, reason: str, approvers: tuple[str, str]) -> Header:
        """Pay a guarantee back. Raises as ``refund_guarantee``."""
        account_id = self.party.account_id if self.party else ""
        done = await self.desk.do(
            refund_guarantee,
            account_id,
            amount_minor,
            reason=reason,
            approver_id=approvers[0],
            second_approver_id=approvers[1],
        )
        await self.load()
        return done

    async def papers(self, entry: StatementRow) -> Sequence[FlowNode]:
        """The papers around the document of an entry (E11)."""
        identity = self.desk.store.identity
        device_id = identity.device_id if identity else ""
        return await self.desk.fetch(self._papers_of, entry.document, device_id)

    async def _read(self) -> None:
        if self.party is None:
            self.rows, self.opening_minor = (), 0
        else:
            first, last = self.days
            self.opening_minor, self.rows = await self.desk.fetch(
                statement_of, self.party, first, last, self._documents_of
            )
        self.changed()


def statement_of(
    connection: Any, party: Party, first: str, last: str, documents_of: Documents
) -> tuple[int, tuple[StatementRow, ...]]:
    """What was owed before the first day, and the rows of the days, oldest first.

    The opening is the balance of now less what came since, so that no year before is read.
    """
    now_minor = balance_minor(connection, party.ledger, party.currency)
    since = entries_of(connection, party.ledger, party.currency, from_day=first)
    opening = balance = party.sign * (now_minor - sum(one.amount_minor for one in since))
    within = [one for one in since if one.business_day <= last]
    named = documents_of(connection, list(dict.fromkeys(one.document for one in within)))
    rows = []
    for one in within:
        minor = party.sign * one.amount_minor
        balance += minor
        called = named.get(one.document)
        rows.append(
            StatementRow(
                day=one.business_day,
                at_us=one.happened_at_us,
                number=called.number if called else "",
                kind=called.kind if called else "",
                memo=one.memo,
                charged_minor=max(minor, 0),
                paid_minor=max(-minor, 0),
                balance_minor=balance,
                document=one.document,
            )
        )
    return opening, tuple(rows)
