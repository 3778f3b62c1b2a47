"""What is owed by the age of its invoices, as of the end of any day (N01)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from shared.accounts.rules import Ageing, Charge, Taken, age, customer_receivable, receivable
from shared.accounts.tables import account_entry, customer, invoice_payment
from shared.channel.tables import channel_account
from shared.sales.tables import sale


@dataclass(frozen=True, slots=True, kw_only=True)
class AgedParty:
    """Somebody who owes, with the ages of what they owe."""

    party_id: str
    name: str
    terms_days: int
    ages: Ageing


def ages_of_accounts(
    connection: Connection,
    currency: str,
    as_of: str,
    *,
    sales_orgs: Collection[str] | None = None,
) -> list[AgedParty]:
    """Every channel account that owes, the longest overdue first; None = all organisations."""
    a = channel_account.c
    statement = select(a.id, a.name, a.terms_days).where(a.currency == currency)
    if sales_orgs is not None and "" not in sales_orgs:
        statement = statement.where(a.sales_org_id.in_(sorted(sales_orgs)))
    rows = connection.execute(statement).all()
    terms = {receivable(row.id): row.terms_days for row in rows}
    found = ageing(connection, "partner/", currency, as_of, terms=terms, returns={})
    return _sorted(
        AgedParty(party_id=row.id, name=row.name, terms_days=row.terms_days, ages=ages)
        for row in rows
        if (ages := found.get(receivable(row.id))) is not None and any(ages)
    )


def ages_of_customers(
    connection: Connection, site_id: str, currency: str, as_of: str
) -> list[AgedParty]:
    """Everybody a site sold to on credit and who still owes, the longest overdue first."""
    c, s = customer.c, sale.c
    rows = connection.execute(
        select(c.customer_id, c.name, c.terms_days).where(c.site_id == site_id)
    )
    known = {row.customer_id: (row.name, row.terms_days) for row in rows}
    names = connection.execute(select(channel_account.c.id, channel_account.c.name))
    supplied = {row.id: row.name for row in names}
    returns = connection.execute(
        select(s.id, s.return_of).where(s.site_id == site_id, s.return_of != "")
    )
    prefix = customer_receivable(site_id, "")
    found = ageing(
        connection,
        prefix,
        currency,
        as_of,
        terms={customer_receivable(site_id, one): days for one, (_, days) in known.items()},
        returns={row.id: row.return_of for row in returns},
    )
    return _sorted(
        AgedParty(
            party_id=party_id,
            name=known.get(party_id, (supplied.get(party_id, party_id), 0))[0],
            terms_days=known.get(party_id, ("", 0))[1],
            ages=ages,
        )
        for ledger, ages in found.items()
        if any(ages) and (party_id := ledger.removeprefix(prefix))
    )


def _sorted(parties: Iterable[AgedParty]) -> list[AgedParty]:
    def lateness(one: AgedParty) -> tuple[int, ...]:
        ages = one.ages
        return (-ages.over_90_minor, -ages.to_90_minor, -ages.to_60_minor, -ages.to_30_minor)

    return sorted(parties, key=lambda one: (*lateness(one), -one.ages.balance_minor, one.party_id))


def ageing(
    connection: Connection,
    prefix: str,
    currency: str,
    as_of: str,
    *,
    terms: Mapping[str, int],
    returns: Mapping[str, str],
) -> dict[str, Ageing]:
    """What is owed on each ledger account under a prefix at the end of a day, by age.

    ``terms`` has the days of each account that was given any; ``returns`` the invoice that a
    document which took goods back was about. The sum of an account's ages is its balance.
    """
    e = account_entry.c
    end = prefix + "\uffff"
    debited, credited = e.debit_account.between(prefix, end), e.credit_account.between(prefix, end)
    rows = connection.execute(
        select(e.debit_account, e.credit_account, e.document, e.business_day, e.amount_minor)
        .where(debited | credited, e.currency == currency, e.business_day <= as_of)
        .order_by(e.business_day, e.happened_at_us, e.id)
    ).all()
    paid = _paid_by(connection, credited)
    charges: dict[str, list[Charge]] = {}
    taken: dict[str, list[Taken]] = {}
    for row in rows:
        if prefix <= row.debit_account < end:
            charge = Charge(row.document, row.business_day, row.amount_minor)
            charges.setdefault(row.debit_account, []).append(charge)
        if prefix <= row.credit_account < end:
            named = paid.get(row.document) or [(returns.get(row.document, ""), row.amount_minor)]
            taken.setdefault(row.credit_account, []).extend(_taken(named, row.amount_minor))
    return {
        one: age(charges.get(one, ()), taken.get(one, ()), as_of, terms_days=terms.get(one, 0))
        for one in sorted(charges.keys() | taken.keys())
    }


def _paid_by(
    connection: Connection, credited: ColumnElement[bool]
) -> dict[str, list[tuple[str, int]]]:
    """What documents paid of which invoices."""
    p = invoice_payment.c
    documents = select(account_entry.c.document).where(credited)
    found: dict[str, list[tuple[str, int]]] = {}
    for document, invoice, minor in connection.execute(
        select(p.document, p.invoice, p.amount_minor)
        .where(p.document.in_(documents))
        .order_by(p.document, p.id)
    ):
        found.setdefault(document, []).append((invoice, int(minor)))
    return found


def _taken(named: list[tuple[str, int]], amount_minor: int) -> list[Taken]:
    """An entry's amount by the invoices its document names; the rest names none."""
    rest = amount_minor - sum(minor for _, minor in named)
    found = [Taken(minor, invoice) for invoice, minor in named]
    return [*found, Taken(rest)] if rest > 0 else found
