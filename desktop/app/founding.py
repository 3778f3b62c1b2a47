"""The first run of a shop owner: found a shop, join head office later, or try a demo shop (R07)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.app.client import Client
from desktop.channel.usecases import found_shop as found_by_document
from desktop.stocktake.usecases.taking_in import TakenIn, take_in_goods
from desktop.store.identity import Identity
from desktop.sync.founding import begin_alone
from desktop.sync.founding import join as join_by_code
from desktop.sync.story import Summary
from desktop.sync.transport import new_client, send_joining
from shared.access.pins import SALT_BYTES, hash_of_pin
from shared.catalog.importing import ProductRow, read_products, shop_doubts
from shared.catalog.sheets import read_sheets
from shared.channel.rules import founder_id
from shared.core.errors import RuleViolation, Unavailable
from shared.core.importing import Imported, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShop:
    """What an owner says of a shop that begins."""

    name: str
    owner_name: str
    pin: str = ""
    """Digits; '' = signs in without a PIN."""
    currency: str = "CNY"
    zone: str = "Asia/Shanghai"
    region_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """A shop that can sell from now on."""

    site_id: str
    device_id: str
    user_id: str
    """The owner, signed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A shop that has a head office from now on."""

    device_id: str
    site_id: str
    summary: Summary | None
    """The story of the first sync; None when the line broke after joining."""
    waiting: str = ""
    """The code of what broke it; the next sync goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsSheet:
    """A shop's sheet as it was read, to be looked at before it is taken in."""

    found: Imported[ProductRow]
    doubts: tuple[Problem, ...]
    """By row; none of them keeps a row out. What does stands in ``found.problems``."""

    @property
    def stock_micro(self) -> int:
        """The pieces of the sheet's stock column as it stands, figures below zero included."""
        return sum(row.stock_qty_micro or 0 for row in self.found.items)


def found_shop(client: Client, shop: NewShop, *, is_demo: bool = False) -> Founded:
    """Found a shop on an empty store: a device, a site, an owner, no server (R07).

    Broken off, it may be asked again. The owner is signed in afterwards. Raises RuleViolation
    SHOP_INCOMPLETE, PIN_BAD, CURRENCY_UNKNOWN, ZONE_UNKNOWN; Conflict ALREADY_ENROLLED.
    """
    pin_hash = hash_of_pin(shop.pin, client.randomness.bytes(SALT_BYTES)) if shop.pin else ""
    identity = begin_alone(client.store, client.keys, client.randomness)
    client.store.author_id = founder_id(identity.site_id)
    client.store.write(
        found_by_document,
        shop.name,
        shop.owner_name,
        pin_hash=pin_hash,
        currency=shop.currency,
        zone=shop.zone,
        region_id=shop.region_id,
        is_demo=is_demo,
    )
    return founded_as(identity)


def founded_as(identity: Identity) -> Founded:
    """What is told of a shop that founded itself."""
    return Founded(
        site_id=identity.site_id,
        device_id=identity.device_id,
        user_id=founder_id(identity.site_id),
    )


def join(client: Client, server_url: str, code: str) -> Joined:
    """Join head office by a code: documents, numbers and stock stay, and travel there (R07).

    Raises as ``desktop.sync.founding.join``. A sync that breaks off afterwards is no error.
    """
    with new_client(server_url, home=client.home) as http:
        identity = join_by_code(
            client.store,
            client.keys,
            lambda message: send_joining(http, message),
            code=code,
            server_url=server_url,
        )
    try:
        summary, waiting = client.sync(), ""
    except Unavailable as error:
        summary, waiting = None, error.code
    return Joined(
        device_id=identity.device_id, site_id=identity.site_id, summary=summary, waiting=waiting
    )


def read_goods(content: bytes, file_name: str) -> GoodsSheet:
    """Read a shop's list of goods: csv, xlsx or xls, from any till program (R07).

    Raises RuleViolation SHEET_UNREADABLE, SHEET_EMPTY, COLUMN_MISSING…
    """
    found = read_products(read_sheets(content, file_name))
    doubts = (*found.warnings, *shop_doubts(found))
    return GoodsSheet(found=found, doubts=tuple(sorted(doubts, key=lambda one: one.row_number)))


def read_goods_file(path: Path) -> GoodsSheet:
    """As ``read_goods``, from a file. Raises RuleViolation FILE_MISSING, too."""
    if not path.is_file():
        raise RuleViolation("FILE_MISSING", file=path.name)
    return read_goods(path.read_bytes(), path.name)


def take_in(client: Client, rows: Sequence[ProductRow], *, with_stock: bool = True) -> TakenIn:
    """Take up the rows of a sheet as the shop's own goods, with prices and opening stock."""
    return client.store.write(take_in_goods, rows, with_stock=with_stock).value
