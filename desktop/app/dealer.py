"""The dealer's screens, given what they ask of areas beside and above their own."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from desktop.accounts.model.statement import Named, Party, Whose
from desktop.accounts.view.statement import StatementScreen
from desktop.ordering.usecases.papers import read_flow
from desktop.ordering.usecases.wishing import org_names
from desktop.sales.usecases.invoicing import customers
from desktop.sales.usecases.papers import read_invoice_flow
from desktop.store.papers import FlowNode
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from shared.access.queries import sales_orgs_of
from shared.accounts.queries import balance_minor, balances, has_entries, money_documents
from shared.accounts.rules import (
    customer_receivable,
    deposit,
    expense,
    guarantee,
    rebate,
    receivable,
)
from shared.areas import REGISTRY
from shared.channel.queries import account, account_ids_of_site
from shared.channel.tables import channel_account
from shared.journal.tables import journal
from shared.ordering.tables import channel_order
from shared.reporting.queries.ageing import AgedParty, ages_of_customers
from shared.reporting.queries.documents import documents_named


def parties(connection: Connection, site_id: str, currency: str) -> list[Party]:
    """One's own accounts first, then the customers, then what was spent, by name."""
    return [
        *_own(connection, site_id),
        *(
            Party(
                whose=Whose.CUSTOMER,
                party_id=one.customer_id,
                name=one.name,
                ledger=customer_receivable(site_id, one.customer_id),
                currency=currency,
                balance_minor=one.owed_minor,
                code=one.code,
                phone=one.phone,
                open_count=one.open_count,
                since_us=one.owed_since_us,
                terms_days=one.terms_days,
            )
            for one in customers(connection, site_id, currency)
        ),
        *_spent(connection, site_id, currency),
    ]


def _own(connection: Connection, site_id: str) -> list[Party]:
    return _books(connection, account_ids_of_site(connection, site_id))


def office_parties(connection: Connection, user_id: str) -> list[Party]:
    """The books of the channel accounts a person of head office may write to, by name (A04)."""
    orgs = sales_orgs_of(connection, user_id, "", "account.adjust")
    a = channel_account.c
    rows = connection.execute(
        select(a.account_id, a.sales_org_id).where(a.is_active == 1).order_by(a.name, a.account_id)
    )
    mine = [row.account_id for row in rows if "" in orgs or row.sales_org_id in orgs]
    return _books(connection, mine)


def _books(connection: Connection, account_ids: Iterable[str]) -> list[Party]:
    found, orgs = [], org_names(connection)
    for account_id in account_ids:
        held = account(connection, account_id)
        if held is not None:
            found += [
                Party(
                    whose=whose,
                    party_id=account_id if whose is Whose.OWN else f"{account_id}/{whose.value}",
                    name=f"{held.name} · {orgs.get(held.sales_org_id, held.sales_org_id)}",
                    ledger=ledger,
                    currency=held.currency,
                    balance_minor=(1 if whose is Whose.OWN else -1)
                    * balance_minor(connection, ledger, held.currency),
                )
                for whose, ledger in (
                    (Whose.OWN, receivable(account_id)),
                    (Whose.REBATE, rebate(account_id)),
                    (Whose.DEPOSIT, deposit(account_id)),
                    (Whose.GUARANTEE, guarantee(account_id)),
                )
                if whose is Whose.OWN or has_entries(connection, ledger)
            ]
    return found


def _spent(connection: Connection, site_id: str, currency: str) -> list[Party]:
    prefix = expense(site_id, "")
    return [
        Party(
            whose=Whose.EXPENSE,
            party_id=end.removeprefix(prefix),
            name=end.removeprefix(prefix),
            ledger=end,
            currency=held_in,
            balance_minor=minor,
        )
        for end, held_in, minor in balances(connection, prefix)
        if held_in == currency
    ]


def documents(connection: Connection, uids: Sequence[str]) -> Mapping[str, Named]:
    """What documents are called, by id."""
    known = documents_named(connection, list(uids))
    found = {uid: Named(number=one.number, kind=one.kind) for uid, one in known.items()}
    money = money_documents(connection, [uid for uid in uids if uid not in found])
    found |= {uid: Named(number=one.number, kind=one.kind) for uid, one in money.items()}
    missing = [uid for uid in uids if uid not in found]
    found |= {
        uid: Named(number=no, kind="order_tenders") for uid, no in decided(connection, missing)
    }
    return found | _written_here(connection, [uid for uid in uids if uid not in found])


def decided(connection: Connection, uids: Sequence[str]) -> list[tuple[str, str]]:
    """Decisions among these documents, each with the number of its order (E14)."""
    o = channel_order.c
    found: list[tuple[str, str]] = []
    for start in range(0, len(uids), 500):
        statement = select(o.decision, o.number).where(o.decision.in_(uids[start : start + 500]))
        found += [(row.decision, row.number) for row in connection.execute(statement)]
    return found


def _written_here(connection: Connection, uids: Sequence[str]) -> dict[str, Named]:
    """Documents without a list of their own, such as collections: read in the journal itself."""
    found: dict[str, Named] = {}
    for start in range(0, len(uids), 500):
        part = uids[start : start + 500]
        columns = (journal.c.uid, journal.c.kind, journal.c.stored)
        statement = select(*columns).where(journal.c.uid.in_(part))
        for uid, kind, stored in connection.execute(statement):
            # Of an old one whose bytes were let go only its kind is known here.
            number = REGISTRY.decode(stored).header.number if stored else ""
            found[uid] = Named(number=number, kind=kind)
    return found


def statement(frame: Frame) -> Screen:
    """往来对账."""
    person = frame.person

    def parties_of(connection: Connection) -> list[Party]:
        return parties(connection, person.site_id, person.currency)

    def ages_of(connection: Connection, day: str) -> list[AgedParty]:
        return ages_of_customers(connection, person.site_id, person.currency, day)

    return StatementScreen(
        frame,
        parties_of=parties_of,
        documents_of=documents,
        papers_of=papers,
        ages_of=ages_of,
    )


def channel_statement(frame: Frame) -> Screen:
    """渠道往来: the accounts' books at head office, where rebates are granted (M02)."""
    user_id = frame.desk.author_id

    def parties_of(connection: Connection) -> list[Party]:
        return office_parties(connection, user_id)

    return StatementScreen(
        frame, parties_of=parties_of, documents_of=documents, papers_of=papers, ages_of=None
    )


def papers(connection: Connection, document: str, device_id: str) -> list[FlowNode]:
    """The papers around an order's or an invoice's document, whichever it is (E11)."""
    found = read_flow(connection, document, device_id)
    return found or read_invoice_flow(connection, document, device_id)
