"""What accounts owe and may owe, all of them beside each other (E07)."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.accounts.queries import balances
from shared.accounts.rules import deposit, receivable
from shared.channel.tables import channel_account
from shared.ordering.queries.deciding import unbilled_by_account
from shared.ordering.rules import Credit


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtLine:
    """An account with its receivable, deposit, open orders and free credit, in minor units."""

    account_id: str
    name: str
    sales_org_id: str
    currency: str
    limit_minor: int
    receivable_minor: int
    unbilled_minor: int
    deposit_minor: int
    free_minor: int
    """Below zero when the limit is passed."""

    @property
    def is_over(self) -> bool:
        """Whether more is owed than the limit allows."""
        return self.free_minor < 0


def debts(connection: Connection, *, sales_orgs: Collection[str] | None = None) -> list[DebtLine]:
    """Every open account, who is furthest over the limit first; None = all organisations."""
    a = channel_account.c
    statement = select(channel_account).where(a.is_active == 1).order_by(a.id)
    if sales_orgs is not None and "" not in sales_orgs:
        statement = statement.where(a.sales_org_id.in_(sorted(sales_orgs)))
    held_by = {(end, currency): minor for end, currency, minor in balances(connection, "partner/")}
    unbilled = unbilled_by_account(connection)
    found = []
    for row in connection.execute(statement).all():
        held = Credit(
            limit_minor=row.credit_limit_minor,
            receivable_minor=held_by.get((receivable(row.id), row.currency), 0),
            unbilled_minor=unbilled.get((row.id, row.currency), 0),
            deposit_minor=-held_by.get((deposit(row.id), row.currency), 0),
        )
        found.append(
            DebtLine(
                account_id=row.id,
                name=row.name,
                sales_org_id=row.sales_org_id,
                currency=row.currency,
                limit_minor=held.limit_minor,
                receivable_minor=held.receivable_minor,
                unbilled_minor=held.unbilled_minor,
                deposit_minor=held.deposit_minor,
                free_minor=held.free_minor,
            )
        )
    return sorted(found, key=lambda line: (line.free_minor, line.account_id))
