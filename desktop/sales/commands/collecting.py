"""The commands for money owed, and for the quantity-only register."""

from sqlalchemy import Connection

from desktop.catalog.usecases import scanned
from desktop.sales.commands.baskets import LineParams, TenderParams, read_line, read_tender
from desktop.sales.usecases.collecting import collect, register
from desktop.sales.usecases.prepaying import DepositPaper, take_deposit
from desktop.sales.usecases.returning import find_sale
from desktop.store.asking import Params, Written, device
from desktop.store.command import Command
from desktop.store.session import Session
from desktop.store.writer import Store
from shared.accounts.queries import customer_id_meant
from shared.channel.queries import currency_of
from shared.sales.queries import open_invoices


class Collect(Params, kw_only=True):
    """A customer's money: for the oldest invoices, or those named by number or uid."""

    customer: str
    amount: str
    tender: str = "cash"
    invoices: tuple[str, ...] = ()
    reference: str = ""


def _collect(store: Store, asked: Collect) -> dict[str, object]:
    site_id = device(store).site_id
    currency = store.read(lambda one: currency_of(one, site_id))
    given = read_tender(TenderParams(tender=asked.tender, amount=asked.amount), currency)

    def usecase(session: Session) -> dict[str, object]:
        header, parts = collect(
            session,
            customer_id_meant(session.connection, site_id, asked.customer),
            given.amount_minor,
            tender=given.tender,
            invoices=[find_sale(session.connection, site_id, one) for one in asked.invoices],
            reference=asked.reference,
        )
        paid = {one.invoice: one.amount_minor for one in parts}
        return {"uid": Written.of(header).uid, "number": header.number, "paid_minor": paid}

    return store.write(usecase).value


class Prepay(Params, kw_only=True):
    """Money a member pays ahead; ``cash``, ``static_code``, ``card`` or ``bank_transfer``."""

    customer: str
    amount: str
    tender: str = "cash"
    reference: str = ""


def _prepay(store: Store, asked: Prepay) -> DepositPaper:
    site_id = device(store).site_id
    currency = store.read(lambda one: currency_of(one, site_id))
    given = read_tender(TenderParams(tender=asked.tender, amount=asked.amount), currency)
    done = store.write(
        take_deposit,
        asked.customer,
        given.amount_minor,
        tender=given.tender,
        reference=asked.reference,
    )
    return done.value


class OpenInvoices(Params):
    """A customer of this site."""

    customer: str


def _open_invoices(store: Store, asked: OpenInvoices) -> dict[str, object]:
    site_id = device(store).site_id
    customer_id = store.read(lambda one: customer_id_meant(one, site_id, asked.customer))
    found = store.read(lambda one: open_invoices(one, site_id, customer_id))
    return {
        "owed_minor": sum(one.open_minor for one in found),
        "invoices": [one._asdict() for one in found],
    }


class Register(Params, kw_only=True):
    """What went out, by code and quantity (negative: came back), in a day or a period."""

    lines: tuple[str | LineParams, ...]
    start: str = ""
    end: str = ""
    note: str = ""


def _register(store: Store, asked: Register) -> Written:
    site_id = device(store).site_id

    def read(connection: Connection) -> list[tuple[str, int]]:
        found = (scanned(connection, site_id, o.code, o.qty) for o in map(read_line, asked.lines))
        return [(one.product_id, one.qty_micro) for one in found]

    done = store.write(
        register, store.read(read), from_day=asked.start, to_day=asked.end, note=asked.note
    )
    return Written.of(done.value)


COMMANDS = (
    Command(
        name="collect",
        summary="Take a customer's money for open invoices.",
        params=Collect,
        run=_collect,
    ),
    Command(
        name="deposit-take",
        summary="Take money a member pays ahead (预存款).",
        params=Prepay,
        run=_prepay,
    ),
    Command(
        name="open-invoices",
        summary="What a customer owes, oldest first.",
        params=OpenInvoices,
        run=_open_invoices,
    ),
    Command(
        name="register",
        summary="Quantities that went out, without prices (简单模式).",
        params=Register,
        run=_register,
    ),
)
