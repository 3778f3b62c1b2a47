"""The commands of the till's day: shifts, held baskets, goods taken up, a member's receipts."""

from sqlalchemy import Connection

from desktop.sales.commands.baskets import LineParams, read_line
from desktop.sales.usecases import keeping
from desktop.sales.usecases import shifts as usecases
from desktop.sales.usecases.basket import Basket
from desktop.sales.usecases.options import TillOptions, till_options
from desktop.sales.usecases.selling import BasketLine
from desktop.sales.usecases.taking_up import take_up_goods
from desktop.store.asking import Nothing, Params, device
from desktop.store.command import Command
from desktop.store.session import Session
from desktop.store.writer import Store
from shared.accounts.queries import ShiftView, shifts_of
from shared.accounts.rules import tender_named
from shared.channel.queries import currency_of
from shared.core.money import parse_money, parse_unit_price_micro
from shared.sales.queries import ShiftReport, bought_by, purchases_of


def _minor(store: Store, text: str) -> int:
    site_id = device(store).site_id
    currency = store.read(lambda connection: currency_of(connection, site_id))
    return parse_money(text, currency).minor


class OpenShift(Params):
    """The float; left out it is what the last shift left."""

    float: str = ""
    note: str = ""


def _open(store: Store, asked: OpenShift) -> ShiftView:
    float_minor = _minor(store, asked.float) if asked.float else None
    return store.write(usecases.begin_shift, float_minor, note=asked.note).value


class StateFloat(Params):
    """The whole float of the running shift."""

    float: str


def _state_float(store: Store, asked: StateFloat) -> ShiftView:
    return store.write(usecases.state_float, _minor(store, asked.float)).value


class Declare(Params):
    """Notes and coins as value and count (``100=3``), other tenders as amounts (``card=50``)."""

    cash: tuple[str, ...] = ()
    tenders: tuple[str, ...] = ()
    approver: str = ""


def _declare(store: Store, asked: Declare) -> usecases.Declared:
    cash: dict[int, int] = {}
    for one in asked.cash:
        value, _, count = one.partition("=")
        minor = _minor(store, value)
        cash[minor] = cash.get(minor, 0) + int(count if count.isdigit() else "1")
    declared = {}
    for one in asked.tenders:
        name, _, amount = one.partition("=")
        declared[tender_named(name)] = _minor(store, amount)
    return store.write(usecases.declare_shift, cash, declared, approver_id=asked.approver).value


class CloseShift(Params):
    """What is taken out of the drawer; left out all above the float."""

    deposit: str = ""
    to: str = "safe"
    approver: str = ""
    note: str = ""


def _close(store: Store, asked: CloseShift) -> ShiftReport:
    deposit = _minor(store, asked.deposit) if asked.deposit else None
    return store.write(
        usecases.close_shift,
        deposit,
        deposit_to=asked.to,
        approver_id=asked.approver,
        note=asked.note,
    ).value


class OfShift(Params):
    """A shift by id; '' is the one that runs here."""

    shift: str = ""


def _figures(store: Store, asked: OfShift) -> ShiftReport:
    return store.write(usecases.shift_figures, asked.shift).value


def _shifts(store: Store, _asked: Nothing) -> list[ShiftView]:
    site_id = device(store).site_id
    return store.read(lambda connection: shifts_of(connection, site_id))


class Hold(Params):
    """A basket that waits: codes as they are scanned, ``3*2000101010005``."""

    lines: tuple[str | LineParams, ...]


def _hold(store: Store, asked: Hold) -> dict[str, str]:
    def usecase(session: Session) -> Basket:
        is_open = keeping.open_basket(session.connection)
        basket = keeping.new_basket(session)
        for one in map(read_line, asked.lines):
            basket = keeping.scan_into(session, basket, one.code, one.qty)
        keeping.hold(session, basket)
        if is_open is not None:
            # What stands on the till's screen is not this command's business.
            keeping.keep(session, is_open)
        return basket

    return {"basket": store.write(usecase).value.uid}


def _held(store: Store, _asked: Nothing) -> list[Basket]:
    return store.read(keeping.held_baskets)


class Resume(Params):
    """A held basket; it is open afterwards, and what was open is put aside."""

    basket: str


def _resume(store: Store, asked: Resume) -> Basket:
    def usecase(session: Session) -> Basket:
        is_open = keeping.open_basket(session.connection) or keeping.new_basket(session)
        return keeping.resume(session, asked.basket, is_open)

    return store.write(usecase).value


class TakeUp(Params):
    """A barcode nobody knows, with name and price."""

    barcode: str
    name: str
    price: str


def _take_up(store: Store, asked: TakeUp) -> BasketLine:
    price_micro = parse_unit_price_micro(asked.price)
    return store.write(take_up_goods, asked.barcode, asked.name, price_micro).value


def _options(store: Store, _asked: Nothing) -> TillOptions:
    site_id = device(store).site_id
    return store.read(lambda connection: till_options(connection, site_id))


class OfMember(Params):
    """A member by id."""

    member: str
    limit: int = 100


def _purchases(store: Store, asked: OfMember) -> dict[str, object]:
    def read(connection: Connection) -> dict[str, object]:
        receipts = purchases_of(connection, asked.member, limit=asked.limit)
        return {
            **bought_by(connection, asked.member)._asdict(),
            "sales": [dict(one) for one in receipts],
        }

    return store.read(read)


COMMANDS = (
    Command(name="shift-open", summary="Open the drawer.", params=OpenShift, run=_open),
    Command(
        name="shift-float",
        summary="Say what the float of the running shift was.",
        params=StateFloat,
        run=_state_float,
    ),
    Command(name="shift-count", summary="Say what is there, blind.", params=Declare, run=_declare),
    Command(name="shift-close", summary="Hand the drawer over.", params=CloseShift, run=_close),
    Command(name="shift-report", summary="X or Z of a shift.", params=OfShift, run=_figures),
    Command(name="shifts", summary="The shifts of this site.", params=Nothing, run=_shifts),
    Command(name="basket-hold", summary="Put a basket aside (挂单).", params=Hold, run=_hold),
    Command(name="baskets-held", summary="The baskets put aside.", params=Nothing, run=_held),
    Command(name="basket-resume", summary="Go on with one.", params=Resume, run=_resume),
    Command(
        name="take-up",
        summary="An unknown barcode becomes goods of the shop's own.",
        params=TakeUp,
        run=_take_up,
    ),
    Command(name="till-options", summary="How this till is set.", params=Nothing, run=_options),
    Command(
        name="member-purchases",
        summary="A member's receipts.",
        params=OfMember,
        run=_purchases,
    ),
)
