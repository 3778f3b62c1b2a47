"""A shop that founded itself, with four goods on its shelf."""

from pathlib import Path

from desktop.app.areas import LAYOUT
from desktop.app.client import Client
from desktop.app.founding import Founded, NewShop, found_shop, read_goods, take_in
from desktop.app.system import SystemClock, SystemRandomness
from tests.fakes.keys import MemoryKeyStore

SHEET = (
    "名称,条码,单位,分类,销售价,进货价,库存量\n"
    "面霜,6901234567892,瓶,护肤,199.00,90.00,10\n"
    "洗面奶,6901234567809,支,护肤,59.90,20.00,24\n"
    "纸巾,6901234567816,包,日用,9.90,4.50,2.5\n"
    "试吃装,6901234567823,包,日用,3.00,,-2\n"
)
"""Four goods; the stock of the last one is below zero."""
CREAM = "6901234567892"
OWNER = NewShop(name="街角小店", owner_name="王老板", pin="2580")
NO_PIN = NewShop(name="街角小店", owner_name="王老板")


def new_client(home: Path, keys: MemoryKeyStore | None = None) -> Client:
    """A client in a folder of its own, with a key store of its own."""
    return Client.open(
        home,
        LAYOUT,
        clock=SystemClock(),
        randomness=SystemRandomness(),
        keys=keys or MemoryKeyStore(),
        ballast_bytes=4096,
    )


def open_for_business(client: Client, sheet: str = SHEET) -> Founded:
    """Found the shop and take its goods in with their opening stock."""
    founded = found_shop(client, OWNER)
    take_in(client, read_goods(sheet.encode(), "goods.csv").found.items)
    return founded


def site_of(client: Client) -> str:
    """The site a founded shop is."""
    identity = client.store.identity
    assert identity is not None
    return identity.site_id
