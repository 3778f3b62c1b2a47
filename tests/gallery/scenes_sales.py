"""The shop's screens with a morning's trade in them."""

from collections.abc import Awaitable, Callable
from typing import Any

from desktop.members.usecases import register_member
from desktop.sales.usecases.shifts import begin_shift
from tests.builders.window_house import Stage

DEVICE, CLERK = "SH01.01", "clerk-guanqian"
GOODS = (
    "2000101010005",
    "2000102010004",
    "2000101030003",
    "2000102020003",
    "2000102030002",
    "2000101020004",
)
SHOP_CODE = "https://pay.example.test/shop/SH01"


async def _at_till(stage: Stage) -> None:
    await stage.sign_in(CLERK, DEVICE)
    stage.window.open("till")
    await stage.settle()


def _clerk(stage: Stage, command: str, /, **params: Any) -> Any:
    return stage.house.do(DEVICE, CLERK, command, **params)


def _members(stage: Stage) -> None:
    stage.house.sit_at(DEVICE)
    stage.house.author_id = CLERK
    for name, phone in (
        ("林小满", "13800138000"),
        ("周晴", "13912345678"),
        ("沈嘉禾", "13700008888"),
        ("顾念", "15012348000"),
    ):
        stage.house.write(register_member, name, phone)


def _morning(stage: Stage) -> None:
    for place, code in enumerate(GOODS):
        _clerk(stage, "sell", lines=[code, GOODS[place - 1]], tenders=["cash=500"])
    _clerk(stage, "sell", lines=[GOODS[0]], tenders=["static_code=59"])
    sold = _clerk(stage, "sell", lines=[f"3*{GOODS[1]}"])
    _clerk(stage, "return-goods", sale=sold["number"], reason="unsuitable",
           lines=[{"code": GOODS[1], "qty": "1"}])  # fmt: skip


async def till_empty(stage: Stage) -> None:
    """Nothing scanned yet."""
    await _at_till(stage)


async def till_lines(stage: Stage) -> None:
    """Twelve lines, a member, a discount, one basket on hold."""
    _members(stage)
    await _at_till(stage)
    await stage.scan(GOODS[0])
    await stage.keys("F11")
    rows = _products(stage)
    for code in ("2010101010004", *rows[:11]):
        await stage.scan(code)
    await stage.keys("F3", "8888", "Return", "F6", "95", "Return")


def _products(stage: Stage) -> list[str]:
    from resources.demo import read_rows

    units = {row["code"]: row["base_unit"] for row in read_rows("products")}
    prices = {row["code"] for row in read_rows("products") if row["retail_price"]}
    return [
        row["barcode"]
        for row in read_rows("barcodes")
        if row["unit"] == units[row["product_code"]] and row["product_code"] in prices
    ]


async def till_search(stage: Stage) -> None:
    """Initials typed, goods suggested."""
    await _at_till(stage)
    await stage.scan(GOODS[0])
    await stage.keys("bs")


async def payment(stage: Stage) -> None:
    """A hundred for 59."""
    await _at_till(stage)
    await stage.scan(GOODS[0])
    await stage.keys("F9", "100")


async def after_sale(stage: Stage) -> None:
    """The change stays large until the next scan."""
    await payment(stage)
    await stage.keys("Return")


async def shop_code(stage: Stage) -> None:
    """Part in cash, the rest by the shop's code."""
    await _at_till(stage)
    stage.program.settings.put("pay.static_code", SHOP_CODE)
    await stage.scan(GOODS[1])
    await stage.keys("F9", "50", "Return", "W")


async def why(stage: Stage) -> None:
    """F7 on a line."""
    await _at_till(stage)
    for code in GOODS[:3]:
        await stage.scan(code)
    await stage.keys("F7")


async def unknown(stage: Stage) -> None:
    """A barcode nobody knows."""
    await _at_till(stage)
    await stage.scan("6901234567892")


async def member_new(stage: Stage) -> None:
    """A new member at the till."""
    await _at_till(stage)
    await stage.keys("F3", "4321", "Return", "N", "Lin")


async def returning(stage: Stage) -> None:
    """Lines of a receipt, one of them marked."""
    sold = _clerk(stage, "sell", lines=[GOODS[0], f"2*{GOODS[1]}", GOODS[2]])
    await _at_till(stage)
    await stage.keys("F8")
    await stage.scan(sold["number"])
    await stage.keys("Space", "2")


async def exchange(stage: Stage) -> None:
    """Something comes back, something else is taken."""
    await returning(stage)
    await stage.keys("Return")
    await stage.scan(GOODS[4])


async def register(stage: Stage) -> None:
    """A week on one page, a row pasted that nobody knows."""
    stage.house.time.tick(3 * 86_400_000_000)
    await stage.sign_in(CLERK, DEVICE)
    stage.window.open("register")
    await stage.settle()
    screen: Any = stage.window.current
    for place, code in enumerate(_products(stage)[:9]):
        screen.model.add(code, str(place * 3 - 2))
    screen.model.paste([["没有这个", "3"], [GOODS[0], "2"]])
    await stage.keys("F4")


async def sales(stage: Stage) -> None:
    """The day's list with one sale whole."""
    _morning(stage)
    await stage.sign_in(CLERK, DEVICE)
    stage.window.open("sales")
    await stage.settle()
    await stage.keys("Down", "Return")


async def shift_count(stage: Stage) -> None:
    """The drawer is being counted."""
    await _shift(stage)
    await stage.keys("12", "Return", "3", "Return", "Return", "8")


async def _shift(stage: Stage) -> None:
    stage.house.sit_at(DEVICE)
    stage.house.author_id = CLERK
    stage.house.write(begin_shift, 20_000)
    _morning(stage)
    await stage.sign_in(CLERK, DEVICE)
    stage.window.open("shift", "close")
    await stage.settle()


async def shift_declared(stage: Stage) -> None:
    """Counted a little less than expected."""
    await shift_count(stage)
    await stage.keys("F10")


async def shift_closed(stage: Stage) -> None:
    """The Z-report on screen: the count fits."""
    await _shift(stage)
    from desktop.sales.usecases.shifts import running_shift
    from shared.sales.queries import expected_by_tender

    found = stage.house.write(running_shift).value
    cash = stage.house.read(lambda one: expected_by_tender(one, found))["cash"]
    screen: Any = stage.window.current
    for value in screen.model.values:
        count, cash = divmod(cash, value)
        screen.model.set_count(value, str(count))
    await stage.keys("F10", "F10")


async def members(stage: Stage) -> None:
    """Members, one with what they bought."""
    _members(stage)
    await _at_till(stage)
    for code in GOODS[:3]:
        await stage.scan(code)
        await stage.keys("F3", "8888", "Return", "F9", "Return")
    stage.window.open("members")
    await stage.settle()
    screen: Any = stage.window.current
    at = screen.table.rows.place_of(lambda one: one.name == "沈嘉禾")
    screen.table.go_to(at)
    await stage.keys("Return")


async def refund(stage: Stage) -> None:
    """What comes back and what is paid for it, before the money."""
    await returning(stage)
    await stage.keys("F9")


async def deposit(stage: Stage) -> None:
    """A member pays ahead: how."""
    _members(stage)
    await _at_till(stage)
    await stage.keys("F3", "8888", "Return", "F12", "D")


async def deposit_amount(stage: Stage) -> None:
    """How much."""
    await deposit(stage)
    await stage.keys("C", "500")


async def paid_from_deposit(stage: Stage) -> None:
    """A bill from what was paid ahead."""
    await deposit_amount(stage)
    await stage.keys("Return")
    await stage.scan(GOODS[0])
    await stage.keys("F9", "D")


async def more(stage: Stage) -> None:
    """What else a till does."""
    await _at_till(stage)
    await stage.keys("F12")


async def shift_with_deposit(stage: Stage) -> None:
    """The running shift with a deposit, a collection beside its sales."""
    stage.house.sit_at(DEVICE)
    stage.house.author_id = CLERK
    stage.house.write(begin_shift, 20_000)
    _morning(stage)
    _members(stage)
    member = _clerk(stage, "members", text="8888")[0]["member_id"]
    _clerk(stage, "deposit-take", customer=member, amount="500")
    _clerk(stage, "expense", category="快递", amount="12")
    _clerk(stage, "shift-count", cash=["100=20", "10=5", "2=2"])
    await stage.sign_in(CLERK, DEVICE)
    stage.window.open("shift", "close")
    await stage.settle()
    await stage.keys("F10")


async def no_receipt(stage: Stage) -> None:
    await _at_till(stage)
    await stage.keys("F8")
    await stage.scan("2000101010005")
    await stage.scan("2000102010004")
    await stage.keys("6")


async def line_discount(stage: Stage) -> None:
    """A discount of one line, told before it is taken."""
    await till_lines(stage)
    await stage.keys("F6", "Tab", "9", "折")


SCENES: tuple[tuple[str, Callable[[Stage], Awaitable[None]]], ...] = (
    ("till-empty", till_empty),
    ("till-lines", till_lines),
    ("till-line-discount", line_discount),
    ("till-search", till_search),
    ("till-payment", payment),
    ("till-after-sale", after_sale),
    ("till-shop-code", shop_code),
    ("till-why", why),
    ("till-unknown", unknown),
    ("till-member-new", member_new),
    ("till-return", returning),
    ("till-exchange", exchange),
    ("till-no-receipt", no_receipt),
    ("till-refund", refund),
    ("till-more", more),
    ("till-deposit", deposit),
    ("till-deposit-amount", deposit_amount),
    ("till-deposit-pays", paid_from_deposit),
    ("shift-deposit", shift_with_deposit),
    ("register", register),
    ("sales", sales),
    ("shift-count", shift_count),
    ("shift-declared", shift_declared),
    ("shift-closed", shift_closed),
    ("members", members),
)
