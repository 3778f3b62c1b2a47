"""The commands of the first run: found a shop, take its goods in, join head office, try a demo."""

from pathlib import Path

from desktop.app.areas import LAYOUT
from desktop.app.client import Client
from desktop.app.demo_shop import demo_home, open_demo_shop
from desktop.app.founding import GoodsSheet, NewShop, found_shop, join, read_goods_file, take_in
from desktop.app.system import SystemClock, SystemRandomness
from desktop.headless.flags import params_of
from desktop.store.asking import Params
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.core.errors import RuleViolation
from shared.core.importing import Problem


class FoundShop(Params, kw_only=True):
    """A shop of one's own, without a server."""

    name: str
    owner: str
    pin: str = ""
    currency: str = "CNY"
    zone: str = "Asia/Shanghai"
    region: str = ""


class Join(Params, kw_only=True):
    """Head office's address and the one-time code."""

    server: str
    code: str


class TakeInGoods(Params, kw_only=True):
    """A csv, xlsx or xls file of the shop's goods."""

    file: str
    no_stock: bool = False
    """Its stock column is left alone."""
    look: bool = False
    """Nothing is taken: only what would be is told."""


class DemoShop(Params):
    """Nothing is to be said."""


def _said(_store: Store, said: Params) -> Params:
    """These need the client and not its store alone: ``first_run`` does them."""
    return said


FOUND = Command(
    name="found-shop",
    summary="Begin a shop of one's own, without a server.",
    params=FoundShop,
    run=_said,
)
JOIN = Command(
    name="join",
    summary="Join head office by a code; everything written so far goes along.",
    params=Join,
    run=_said,
)
TAKE_IN = Command(
    name="take-in-goods",
    summary="Take goods, prices and opening stock from a file as the shop's own.",
    params=TakeInGoods,
    run=_said,
)
DEMO = Command(
    name="demo-shop",
    summary="Make the shop to try things out in; says where it lies.",
    params=DemoShop,
    run=_said,
)
FIRST_RUN = {one.name: one for one in (FOUND, JOIN, TAKE_IN)}
"""By name; ``demo-shop`` needs no client of the chosen folder."""


def first_run(client: Client, name: str, params: bytes) -> object:
    """Do one of them. Raises COMMAND_UNREADABLE and what the act raises."""
    said = FIRST_RUN[name].call(client.store, params)
    match said:
        case FoundShop():
            shop = NewShop(
                name=said.name,
                owner_name=said.owner,
                pin=said.pin,
                currency=said.currency,
                zone=said.zone,
                region_id=said.region,
            )
            return found_shop(client, shop)
        case Join():
            return _joined(client, said)
        case TakeInGoods():
            return _taken(client, said)
    raise AssertionError(f"{name} is no command of the first run")


def _joined(client: Client, said: Join) -> dict[str, object]:
    done = join(client, said.server, said.code)
    return {
        "device_id": done.device_id,
        "site_id": done.site_id,
        "pushed": done.summary.pushed if done.summary else 0,
        "pulled": done.summary.pulled if done.summary else 0,
        "waiting": done.waiting,
    }


def _taken(client: Client, said: TakeInGoods) -> dict[str, object]:
    sheet = read_goods_file(Path(said.file))
    told: dict[str, object] = _told(sheet)
    if sheet.found.problems and not said.look:
        first = sheet.found.problems[0]
        raise RuleViolation(
            "ROWS_REFUSED",
            file=Path(said.file).name,
            rows=sheet.found.rows_refused,
            row=first.row_number,
            column=first.column,
            code=first.code,
            text=first.text,
        )
    if not said.look:
        told["taken"] = take_in(client, sheet.found.items, with_stock=not said.no_stock)
    return told


def _told(sheet: GoodsSheet) -> dict[str, object]:
    return {
        "rows": len(sheet.found.items),
        "stock_micro": sheet.stock_micro,
        "columns": sheet.found.mapping.choices(),
        "problems": list(map(_line, sheet.found.problems)),
        "doubts": list(map(_line, sheet.doubts)),
    }


def _line(one: Problem) -> str:
    return f"{one.row_number} {one.column}: {one.code} {one.text}"


def demo(home: Path, arguments: list[str]) -> dict[str, str]:
    """Make or open the demo shop beside a folder; says where it lies and who signs in."""
    params_of(DEMO, arguments)
    folder = demo_home(home)
    client, founded = open_demo_shop(
        folder, LAYOUT, clock=SystemClock(), randomness=SystemRandomness()
    )
    client.close()
    return {"home": str(folder), "site_id": founded.site_id, "user_id": founded.user_id}
