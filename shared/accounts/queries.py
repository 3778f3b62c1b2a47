"""What accounts hold and which invoices are open."""

from sqlalchemy import Connection, func, select

from shared.accounts.tables import account_balance, invoice_payment


def balance_minor(
    connection: Connection, account: str, currency: str, *, lock: bool = False
) -> int:
    """Debits less credits of an account, from the kept balance.

    With ``lock`` nobody else changes it before the transaction ends (deciding credit).
    """
    statement = select(account_balance.c.came_in, account_balance.c.went_out).where(
        account_balance.c.end == account, account_balance.c.currency == currency
    )
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    return int(row.came_in - row.went_out) if row else 0


def balances(connection: Connection, prefix: str) -> list[tuple[str, str, int]]:
    """(account, currency, balance in minor units) of all accounts under a prefix, by name."""
    a = account_balance.c
    statement = (
        select(a.end, a.currency, a.came_in - a.went_out)
        .where(a.end >= prefix, a.end < prefix + "\uffff")
        .order_by(a.end, a.currency)
    )
    return [(end, currency, int(minor)) for end, currency, minor in connection.execute(statement)]


def paid_minor(connection: Connection, invoice: str) -> int:
    """What collections have paid of an invoice so far, in minor units."""
    paid = func.coalesce(func.sum(invoice_payment.c.amount_minor), 0)
    return int(
        connection.execute(select(paid).where(invoice_payment.c.invoice == invoice)).scalar_one()
    )
