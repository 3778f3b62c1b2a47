"""What tills and dealers do with goods and money, rather impolitely."""

import random

from sqlalchemy import select

from desktop.store.session import Session
from shared.accounts.documents import Allocation, Collection
from shared.accounts.rules import Open as OpenInvoice
from shared.accounts.rules import allocate
from shared.catalog.documents import OwnProductCreated, ProductBarcode
from shared.core.ids import uid_text
from shared.journal.document import Header
from shared.pricing.documents import OwnPriceSet
from shared.sales.documents import (
    RegisterLine,
    Sale,
    SaleLine,
    StockOutRegistered,
    TenderLine,
)
from shared.sales.tables import sale, sale_line
from shared.stock.documents import (
    MoveLine,
    Movement,
    ReceivedLine,
    TransferDispatched,
    TransferReceived,
)
from shared.stock.rules import SCRAP, SUPPLIER, location
from tests.simulation.house import PRODUCTS, SITES

PIECE = 1_000_000
CUSTOMERS = ("K1", "K2")


class NothingToDo(Exception):
    """This act makes no sense on this device now."""


def some(chance: random.Random) -> str:
    """A product; the first ones are liked best, so that everybody sells the same."""
    return PRODUCTS[min(chance.randrange(len(PRODUCTS)), chance.randrange(len(PRODUCTS)))]


def lines_of(chance: random.Random, sign: int = 1) -> list[SaleLine]:
    """One to three lines of goods."""
    lines = []
    for _ in range(chance.randint(1, 3)):
        pieces, minor = chance.randint(1, 4), chance.randint(50, 300) * 100
        lines.append(
            SaleLine(
                product_id=some(chance),
                qty_micro=sign * pieces * PIECE,
                unit_price_micro=minor * 10_000,
                amount_minor=sign * pieces * minor,
            )
        )
    return lines


def sale_of(
    lines: list[SaleLine], *, rounding: int = 0, customer_id: str = "", return_of: str = ""
) -> Sale:
    """A sale that adds up: paid in cash, or on credit when a customer is named."""
    total = sum(line.amount_minor for line in lines) + rounding
    on_credit = bool(customer_id)
    tenders = [] if on_credit else [TenderLine(tender="cash", amount_minor=total)]
    return Sale(
        mode="invoice" if on_credit else "sale",
        currency="CNY",
        lines=lines,
        tenders=tenders,
        total_minor=total,
        rounding_minor=rounding,
        customer_id=customer_id,
        return_of=return_of,
    )


def sell(session: Session, chance: random.Random, uid: bytes) -> None:
    """A sale at the till, sometimes paid in two ways, sometimes rounded."""
    lines = lines_of(chance)
    sold = sale_of(lines, rounding=chance.choice((0, 0, -3, 5)))
    if sold.total_minor > 100 and chance.random() < 0.3:
        tenders = [
            TenderLine(tender="card", amount_minor=100),
            TenderLine(tender="cash", amount_minor=sold.total_minor - 100),
        ]
        sold = Sale(
            mode="sale",
            currency="CNY",
            lines=lines,
            tenders=tenders,
            total_minor=sold.total_minor,
            rounding_minor=sold.rounding_minor,
        )
    session.append(sold, uid=uid)


def sell_unknown(session: Session, chance: random.Random, uid: bytes) -> None:
    """Goods nobody's catalogue knows: a fact all the same."""
    line = SaleLine(
        product_id=f"UNKNOWN{chance.randrange(3)}",
        qty_micro=PIECE,
        unit_price_micro=10_000_000,
        amount_minor=1_000,
        name="no idea",
    )
    session.append(sale_of([line]), uid=uid)


def sell_unbalanced(session: Session, chance: random.Random, uid: bytes) -> None:
    """The tenders do not make the total: the cent ends in suspense."""
    lines = lines_of(chance)
    total = sum(line.amount_minor for line in lines)
    tenders = [TenderLine(tender="cash", amount_minor=total - 7)]
    session.append(
        Sale(mode="sale", currency="CNY", lines=lines, tenders=tenders, total_minor=total), uid=uid
    )


def bring_back(session: Session, chance: random.Random, uid: bytes) -> None:
    """A return of any sale this device knows, a return itself among them."""
    found = session.connection.execute(
        select(sale.c.id).where(sale.c.site_id == session.identity.site_id).order_by(sale.c.id)
    ).scalars()
    known = list(found)
    if not known:
        raise NothingToDo
    former = chance.choice(known)
    rows = session.connection.execute(
        select(sale_line).where(sale_line.c.document == former).order_by(sale_line.c.line_no)
    )
    lines = [
        SaleLine(
            product_id=row.product_id,
            qty_micro=-row.qty_micro,
            unit_price_micro=row.unit_price_micro,
            amount_minor=-row.amount_minor,
        )
        for row in rows
    ]
    session.append(sale_of(lines, return_of=former), uid=uid, predecessor=bytes.fromhex(former))


def register(session: Session, chance: random.Random, uid: bytes) -> None:
    """The day's quantities without money."""
    lines = [RegisterLine(product_id=some(chance), qty_micro=chance.choice((-1, 1, 2, 5)) * PIECE)]
    session.append(
        StockOutRegistered(from_day="2025-12-01", to_day="2025-12-01", lines=lines), uid=uid
    )


def invoice(session: Session, chance: random.Random, uid: bytes) -> None:
    """A wholesale invoice on credit."""
    session.append(sale_of(lines_of(chance), customer_id=chance.choice(CUSTOMERS)), uid=uid)


def collect(session: Session, chance: random.Random, uid: bytes) -> None:
    """A customer pays some of what this device knows as owed, whoever sold it."""
    customer = chance.choice(CUSTOMERS)
    rows = session.connection.execute(
        select(sale.c.id, sale.c.total_minor)
        .where(
            sale.c.site_id == session.identity.site_id,
            sale.c.customer_id == customer,
            sale.c.total_minor > 0,
        )
        .order_by(sale.c.happened_at_us, sale.c.id)
    )
    owed = [OpenInvoice(row.id, row.total_minor) for row in rows]
    if not owed:
        raise NothingToDo
    amount = min(chance.randint(1, 500) * 100, sum(one.open_minor for one in owed))
    shares = [Allocation(invoice=name, amount_minor=part) for name, part in allocate(amount, owed)]
    session.append(
        Collection(
            customer_id=customer,
            currency="CNY",
            tender="cash",
            amount_minor=amount,
            allocations=shares,
        ),
        uid=uid,
    )


def move(session: Session, chance: random.Random, uid: bytes) -> None:
    """Goods are supplied or thrown away."""
    here = location(session.identity.site_id)
    supplied = chance.random() < 0.6
    start, end = (SUPPLIER, here) if supplied else (here, SCRAP)
    session.append(
        Movement(
            movement_type="supply" if supplied else "scrap",
            from_location=start,
            to_location=end,
            lines=[MoveLine(product_id=some(chance), qty_micro=chance.randint(1, 30) * PIECE)],
        ),
        uid=uid,
    )


def dispatch(session: Session, chance: random.Random, uid: bytes) -> None:
    """Goods leave for another site."""
    other = chance.choice([site for site in SITES if site != session.identity.site_id])
    lines = [MoveLine(product_id=some(chance), qty_micro=chance.randint(1, 9) * PIECE)]
    session.append(TransferDispatched(to_site=other, lines=lines), uid=uid)


def receive_transfer(session: Session, chance: random.Random, uid: bytes) -> None:
    """Goods arrive whose dispatch nobody has heard of yet."""
    other = chance.choice([site for site in SITES if site != session.identity.site_id])
    line = ReceivedLine(
        product_id=some(chance),
        received_micro=chance.randint(0, 9) * PIECE,
        damaged_micro=chance.randint(0, 1) * PIECE,
    )
    session.append(TransferReceived(from_site=other, lines=[line]), uid=uid)


def own_goods(session: Session, chance: random.Random, uid: bytes) -> None:
    """A shop's own goods: two tills may take up the same code with other names."""
    code = f"OWN{chance.randrange(2)}"
    session.append(
        OwnProductCreated(
            code=code,
            name=f"{code} by {session.identity.device_id} {chance.randrange(9)}",
            barcodes=(ProductBarcode(barcode=f"20000{chance.randrange(3)}"),),
        ),
        uid=uid,
    )


def own_price(session: Session, chance: random.Random, uid: bytes) -> None:
    """A shop's own price, which another till of it may set too."""
    session.append(
        OwnPriceSet(
            product_id=some(chance),
            unit_price_micro=chance.randint(1, 200) * PIECE,
            is_removed=chance.random() < 0.2,
        ),
        uid=uid,
    )


def two_at_once(session: Session, chance: random.Random, uid: bytes) -> None:
    """Two documents of one use case: both or none."""
    header: Header = session.append(sale_of(lines_of(chance)), uid=uid)
    here = location(session.identity.site_id)
    session.append(
        Movement(
            movement_type="scrap",
            from_location=here,
            to_location=SCRAP,
            lines=[MoveLine(product_id=some(chance), qty_micro=PIECE)],
            note=uid_text(header.uid),
        ),
        predecessor=header.uid,
    )
