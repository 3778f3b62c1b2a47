"""A shop to try things out in, in a folder of its own: goods, stock, two weeks of sales (R07)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from desktop.app.client import Client, default_home
from desktop.app.founding import Founded, founded_as, read_goods
from desktop.channel.usecases import found_shop
from desktop.sales.usecases.paying import Given
from desktop.sales.usecases.selling import BasketLine, sell
from desktop.stocktake.usecases.taking_in import take_in_goods
from desktop.store.layout import Layout
from desktop.store.session import Session
from desktop.sync.credentials import FileKeyStore
from desktop.sync.founding import begin_alone
from resources.demo import read_sheet
from shared.accounts.rules import Tender
from shared.catalog.importing import ProductRow
from shared.catalog.rules import own_product_id
from shared.channel.queries import site_of
from shared.channel.rules import DEMO_SITE, founder_id
from shared.core.clock import Clock, Randomness, local_time
from shared.core.errors import Conflict
from shared.core.rounding import MICRO
from shared.sales.rules import line_minor

DAYS: Final = 14
SALES_A_DAY: Final = 12
_OPENS_H, _CLOSES_H = 9, 21
_HOUR_US: Final = 3_600_000_000
_SHEET: Final = "snack_shop"
_SOLD_OF: Final = 60
"""How many of the goods are asked for; the rest stand on the shelf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTexts:
    """What the demo shop and its owner are called, in the person's language."""

    shop: str = "示例小店"
    owner: str = "店主"


def demo_home(home: Path | None = None) -> Path:
    """The folder of the demo shop: beside the real data, never in it."""
    real = home or default_home()
    return real.with_name(f"{real.name}-demo")


def open_demo_shop(
    home: Path,
    layout: Layout,
    *,
    clock: Clock,
    randomness: Randomness,
    texts: DemoTexts | None = None,
) -> tuple[Client, Founded]:
    """Open the demo shop of a folder, and make it first when it is not there; its owner is signed
    in, without a PIN. The caller closes the client.

    Its key lies in the folder, so it never meets the key of a real shop; it never joins head
    office. Raises Conflict ALREADY_RUNNING, ALREADY_ENROLLED (the folder is a real shop's).
    """
    keys = FileKeyStore(home / "keys", randomness)
    client = Client.open(home, layout, clock=clock, randomness=randomness, keys=keys)
    try:
        return client, _ready(client, texts or DemoTexts())
    except BaseException:
        client.close()
        raise


def _ready(client: Client, texts: DemoTexts) -> Founded:
    store = client.store
    known = store.identity
    place = None
    if known is not None:
        site_id = known.site_id
        place = store.read(lambda connection: site_of(connection, site_id))
    if known is not None and place is not None:
        if place.site_type != DEMO_SITE:
            raise Conflict("ALREADY_ENROLLED")
        store.author_id = founder_id(known.site_id)
        return founded_as(known)
    identity = begin_alone(store, client.keys, client.randomness)
    store.author_id = founder_id(identity.site_id)
    rows = read_goods(read_sheet(_SHEET), f"{_SHEET}.csv").found.items
    store.write(_live_some_days, texts, rows, client.randomness)
    return founded_as(identity)


class _Then:
    """A clock that stands at an instant of the past, for what was sold then."""

    def __init__(self, at_us: int) -> None:
        self.at_us = at_us

    def now_us(self) -> int:
        """The instant."""
        return self.at_us

    def monotonic_us(self) -> int:
        """Nothing is measured by it."""
        return self.at_us


def _live_some_days(
    session: Session, texts: DemoTexts, rows: Sequence[ProductRow], randomness: Randomness
) -> None:
    """All of the demo shop's past in one act: founded, stocked, and sold from since."""
    now_us = session.clock.now_us()
    times = sorted(_opening_hours(now_us, randomness))
    first_us = _at_hour(now_us, -DAYS, _OPENS_H - 1)
    session.clock = _Then(first_us)
    found_shop(session, texts.shop, texts.owner, is_demo=True)
    session.clock = _Then(first_us + _HOUR_US // 2)
    take_in_goods(session, rows)
    shelf = [
        _OnShelf(own_product_id(session.identity.site_id, row.product.code), row)
        for row in rows
        if row.retail_micro and (row.stock_qty_micro or 0) >= 3 * MICRO
    ][:_SOLD_OF]
    for at_us in times:
        session.clock = _Then(at_us)
        _sell_something(session, shelf, randomness)


def _at_hour(now_us: int, days: int, hour: int) -> int:
    there = local_time(now_us, "Asia/Shanghai") + timedelta(days=days)
    whole = there.replace(hour=hour, minute=0, second=0, microsecond=0)
    return int(whole.timestamp()) * 1_000_000


def _opening_hours(now_us: int, randomness: Randomness) -> Iterator[int]:
    """An instant for each sale of the past days, within opening hours and before now."""
    for day in range(-DAYS, 1):
        opens_us = _at_hour(now_us, day, _OPENS_H)
        for _ in range(SALES_A_DAY):
            into_us = _below(randomness, (_CLOSES_H - _OPENS_H) * 3_600) * 1_000_000
            if opens_us + into_us < now_us:
                yield opens_us + into_us


def _below(randomness: Randomness, end: int) -> int:
    return int.from_bytes(randomness.bytes(4), "big") % end


@dataclass(slots=True)
class _OnShelf:
    """Goods of the demo shop, and what is left of them while its past is made."""

    product_id: str
    row: ProductRow
    sold: int = 0

    def take(self, wanted: int) -> int:
        """So many pieces, or what is left; one always stays."""
        taken = min(wanted, (self.row.stock_qty_micro or 0) // MICRO - 1 - self.sold)
        self.sold += taken
        return taken


def _sell_something(session: Session, shelf: Sequence[_OnShelf], randomness: Randomness) -> None:
    lines: list[BasketLine] = []
    total_minor = 0
    for _ in range(1 + _below(randomness, 3)):
        goods = shelf[_below(randomness, len(shelf))]
        pieces = goods.take(1 + _below(randomness, 2))
        if pieces <= 0:
            continue
        lines.append(BasketLine(product_id=goods.product_id, qty_micro=pieces * MICRO))
        total_minor += line_minor(pieces * MICRO, goods.row.retail_micro or 0, "CNY")
    if lines:
        tender = Tender.CASH if _below(randomness, 3) == 0 else Tender.STATIC_CODE
        sell(session, lines, [Given(tender=tender, amount_minor=total_minor)])
