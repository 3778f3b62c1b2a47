"""Scenes of the dealer: ordering, receiving, products, invoices, statements."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from desktop.ordering.view.editor import OrderEditorScreen
from shared.promotions.rules import Policy, PolicyKind, Special, Use
from tests.builders.dealer_days import (
    CLEANSER,
    CREAM,
    CREAM_BARCODE,
    CUSTOMER,
    LOTION,
    SPRAY,
    WATER,
    a_fortnight,
    east,
    office,
)
from tests.builders.order_policies import (
    cream_ten_and_one,
    limit_of,
    spend_and_gift,
    spend_and_save,
)
from tests.builders.policies import publish
from tests.builders.window_house import Stage

Scene = Callable[[Stage], Awaitable[None]]


async def _seated(stage: Stage, screen: str, subject: str = "") -> None:
    await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
    stage.window.open(screen, subject)
    for _ in range(4):
        await stage.settle()


def _orders(stage: Stage) -> tuple[str, str]:
    """An order accepted in part and one that was rejected; their ids."""
    house = stage.house
    wanted = [(CREAM, "2箱"), (CLEANSER, "30"), (LOTION, "5箱"), (SPRAY, "24"), (WATER, "1箱")]
    part = east(
        house,
        "order-submit",
        lines=[{"code": code, "qty": qty} for code, qty in wanted],
        requested_date="2025-12-12",
        note="请周五前到",
    )
    cut = [
        {"line": 2, "qty": "20", "reason": "OUT_OF_STOCK"},
        {"line": 3, "qty": "0", "reason": "DISCONTINUED"},
    ]
    office(house, "order-decide", order=part["number"], lines=cut, delivery_date="2025-12-05")
    lost = east(house, "order-submit", lines=[{"code": WATER, "qty": "48"}])
    office(house, "order-decide", order=lost["number"], reject="PRICE")
    east(house, "order-submit", lines=[{"code": SPRAY, "qty": "24"}])
    return part["uid"], lost["uid"]


async def reorder_empty(stage: Stage) -> None:
    await _seated(stage, "reorder")


async def reorder(stage: Stage) -> None:
    a_fortnight(stage.house)
    await _seated(stage, "reorder")
    await stage.keys("B")
    for _ in range(6):
        await stage.settle()
    await stage.keys("Ctrl+Return", "Down")


async def reorder_why(stage: Stage) -> None:
    await reorder(stage)
    await stage.keys("Alt+W")


async def reorder_find(stage: Stage) -> None:
    await reorder(stage)
    await stage.keys("F2", "bsm")


async def reorder_check(stage: Stage) -> None:
    await reorder(stage)
    await stage.keys("F9")


async def reorder_line(stage: Stage) -> None:
    await reorder(stage)
    await stage.keys("F6")


async def reorder_cover(stage: Stage) -> None:
    await reorder(stage)
    await stage.keys("F4")


async def promotions(stage: Stage) -> None:
    """Two policies compete, one gives a gift, a limit has cut a line."""
    a_fortnight(stage.house)
    office(stage.house, "rebate-grant", account="P1001-FX", amount="1250", reason="三季度返利")
    office(stage.house, "account-payment", account="P1001-FX", amount="3000", purpose="deposit")
    publish(
        stage.house,
        cream_ten_and_one(),
        limit_of(SPRAY, 20, name="喷雾限购 20"),
        spend_and_save(1_000, 200),
        spend_and_gift(1_000),
        site_id="DL01",
    )
    await _seated(stage, "reorder")
    for code, qty in ((CREAM, "25"), (WATER, "2箱"), (SPRAY, "21")):
        await stage.keys("F2", code, "Return", qty, "Return")
    await stage.settle()
    screen = stage.window.current
    assert isinstance(screen, OrderEditorScreen)
    screen.table.view.setFocus()


async def promotions_panel(stage: Stage) -> None:
    await promotions(stage)
    await stage.keys("P")
    await stage.settle()


async def promoted(stage: Stage) -> None:
    await promotions_panel(stage)
    await stage.keys("Down", "Return")
    await stage.settle()


async def promoted_check(stage: Stage) -> None:
    await promoted(stage)
    await stage.keys("F9")
    await stage.settle()


async def promoted_order(stage: Stage) -> None:
    await promoted_check(stage)
    await stage.keys("Return")
    await stage.settle()
    stage.window.open("orders", "")
    for _ in range(4):
        await stage.settle()


async def rework(stage: Stage) -> None:
    a_fortnight(stage.house)
    _, lost = _orders(stage)
    await _seated(stage, "reorder", f"rework:{lost}")
    await stage.keys("7", "2", "Return")


async def orders(stage: Stage) -> None:
    a_fortnight(stage.house)
    part, _ = _orders(stage)
    await _seated(stage, "orders", part)


async def orders_flow(stage: Stage) -> None:
    await orders(stage)
    await stage.keys("D")


async def orders_settled(stage: Stage) -> None:
    house = stage.house
    order = east(house, "order-submit", lines=[{"code": CREAM, "qty": "10"}])
    office(house, "order-decide", order=order["number"])
    sent = office(house, "order-ship", order=order["number"], site="HQ01")
    east(house, "order-receive", shipment=sent["number"], lines=[{"line": 1, "good": "8"}])
    office(house, "account-payment", account="P1001-FX", amount="500", reference="银行回单 8841")
    await _seated(stage, "statement", "P1001-FX")
    await stage.keys("D")


async def sales_flow(stage: Stage) -> None:
    a_fortnight(stage.house)
    east(stage.house, "collect", customer=CUSTOMER, amount="8000", tender="bank_transfer")
    await _seated(stage, "sales")
    await stage.keys("End", "D")


async def orders_revision(stage: Stage) -> None:
    house = stage.house
    order = east(house, "order-submit", lines=[{"code": CREAM, "qty": "2箱"}])
    office(house, "order-decide", order=order["number"])
    changed = [{"line": 1, "qty": "24", "reason": "OUT_OF_STOCK", "delivery_date": "2025-12-20"}]
    office(house, "order-revise", order=order["number"], lines=changed, note="月底到货")
    await _seated(stage, "orders", order["uid"])
    await stage.keys("F9")


async def receiving(stage: Stage) -> None:
    a_fortnight(stage.house)
    await _seated(stage, "receiving")


async def receiving_count(stage: Stage) -> None:
    a_fortnight(stage.house)
    house = stage.house
    wanted = [(CREAM, "1箱"), (CLEANSER, "2箱"), (LOTION, "1箱")]
    order = east(house, "order-submit", lines=[{"code": code, "qty": qty} for code, qty in wanted])
    office(house, "order-decide", order=order["number"])
    sent = office(house, "order-ship", order=order["number"], site="HQ01")
    await _seated(stage, "receiving", sent["number"])
    await stage.scan("2010102040000")
    await stage.scan("2010101010004")
    await stage.scan("2010101010004")
    await stage.scan(LOTION)


async def products(stage: Stage) -> None:
    a_fortnight(stage.house)
    await _seated(stage, "products")
    await stage.keys("A", "Right", "A", "A")


async def product_sheet(stage: Stage) -> None:
    await products(stage)
    await stage.keys("Return")


async def invoice(stage: Stage) -> None:
    a_fortnight(stage.house)
    await _seated(stage, "invoice")
    await stage.keys("F3", "szmz", "Return")
    for code in (CREAM_BARCODE, "2010101010004", SPRAY):
        await stage.scan(code)
    await stage.keys("F2", f"{WATER} 1箱6瓶", "Return")
    stage.window.current.table.view.setFocus()  # type: ignore[union-attr]
    await stage.keys("F6", "Ctrl+A", "45", "Return")


async def invoice_customer(stage: Stage) -> None:
    await invoice(stage)
    await stage.keys("F3")


async def invoice_customer_card(stage: Stage) -> None:
    a_fortnight(stage.house)
    east(
        stage.house, "customer-new", name="王记杂货", phone="13800001111", terms_days=30,
        note="周三送货",
    )  # fmt: skip
    east(stage.house, "sell-invoice", customer="王记杂货", lines=[f"3*{CREAM}"])
    await _seated(stage, "invoice")
    await stage.keys("F3", "wjzh", "Return")
    stage.window.current.setFocus()  # type: ignore[union-attr]
    await stage.keys("E")


async def receiving_lot(stage: Stage) -> None:
    await receiving_count(stage)
    stage.window.current.table.view.setFocus()  # type: ignore[union-attr]
    await stage.keys("L", "A2402", "Return", "2027-05-31", "Return")


async def invoice_terms(stage: Stage) -> None:
    await invoice(stage)
    await stage.keys("F9")


async def invoice_why(stage: Stage) -> None:
    await invoice(stage)
    await stage.keys("F7")


async def invoice_promoted(stage: Stage) -> None:
    a_fortnight(stage.house)
    whole = [
        cream_ten_and_one(gifts=(LOTION, SPRAY)),
        spend_and_save(1_500, 80),
        spend_and_gift(1_000),
        Policy(
            policy_id="W-SPRAY",
            name="喷雾特价",
            kind=PolicyKind.SPECIAL,
            uses=(Use.INVOICE,),
            specials=(Special(SPRAY, 21_900_000),),
        ),
    ]
    publish(stage.house, *(replace(one, uses=(Use.INVOICE,)) for one in whole), site_id="DL01")
    await _seated(stage, "invoice", CUSTOMER)
    for text in (f"{CREAM} 20", f"{CLEANSER} 3箱", f"{SPRAY} 12"):
        await stage.keys("F2", text, "Return")
    stage.window.current.table.view.setFocus()  # type: ignore[union-attr]
    await stage.settle()


async def invoice_policies(stage: Stage) -> None:
    await invoice_promoted(stage)
    await stage.keys("F5")


async def invoice_collect(stage: Stage) -> None:
    a_fortnight(stage.house)
    await _seated(stage, "invoice", CUSTOMER)
    await stage.keys("C", "Ctrl+A", "8000")


async def statement(stage: Stage) -> None:
    a_fortnight(stage.house)
    east(stage.house, "collect", customer=CUSTOMER, amount="8000", tender="bank_transfer")
    await _seated(stage, "statement", CUSTOMER)


def _rebates(stage: Stage) -> None:
    """Rebates with and without an end, one of them spent in part."""
    house = stage.house
    account = "P1001-FX"
    office(house, "rebate-grant", account=account, amount="1250", reason="三季度返利")
    office(
        house, "rebate-grant", account=account, amount="600", reason="双十一陈列", form="goods",
        valid_until="2026-03-31",
    )  # fmt: skip
    order = east(house, "order-submit", lines=[{"code": CREAM, "qty": "5箱"}], rebate="860")
    office(house, "order-decide", order=order["number"])


async def channel_statement(stage: Stage) -> None:
    a_fortnight(stage.house)
    _rebates(stage)
    await stage.sign_in("hq-sales-east", "HQ.01", device_type="hq")
    stage.window.open("channel-statement", "P1001-FX")
    for _ in range(4):
        await stage.settle()


async def channel_rebates(stage: Stage) -> None:
    await channel_statement(stage)
    await stage.keys("R")
    await stage.settle()


async def channel_grant(stage: Stage) -> None:
    await channel_rebates(stage)
    await stage.keys("N", "800", "Return", "新品首单支持", "Return")
    await stage.settle()


async def channel_money(stage: Stage) -> None:
    await channel_statement(stage)
    await stage.keys("M", "5000", "Return", "BK-20251201-07")
    await stage.settle()


async def channel_refund(stage: Stage) -> None:
    office(stage.house, "account-payment", account="P1001-FX", amount="20000", purpose="guarantee")
    await channel_statement(stage)
    await stage.keys("G", "Ctrl+A", "8000", "Return", "规模缩减")
    await stage.settle()


async def own_rebates(stage: Stage) -> None:
    a_fortnight(stage.house)
    _rebates(stage)
    await _seated(stage, "statement", "P1001-FX/rebate")
    await stage.keys("R")
    await stage.settle()


async def seen(stage: Stage) -> None:
    a_fortnight(stage.house)
    await _seated(stage, "seen")


async def ageing(stage: Stage) -> None:
    a_fortnight(stage.house)
    stage.house.time.tick(40 * 86_400_000_000)
    east(stage.house, "sell-invoice", customer=CUSTOMER, lines=[f"6*{CREAM}"])
    await _seated(stage, "statement")
    await stage.keys("A")


SCENES: tuple[tuple[str, Scene], ...] = (
    ("dealer-reorder-empty", reorder_empty),
    ("dealer-reorder", reorder),
    ("dealer-reorder-why", reorder_why),
    ("dealer-reorder-find", reorder_find),
    ("dealer-reorder-check", reorder_check),
    ("dealer-reorder-line", reorder_line),
    ("dealer-reorder-cover", reorder_cover),
    ("dealer-promotions", promotions),
    ("dealer-promotions-panel", promotions_panel),
    ("dealer-promoted", promoted),
    ("dealer-promoted-check", promoted_check),
    ("dealer-promoted-order", promoted_order),
    ("dealer-rework", rework),
    ("dealer-orders", orders),
    ("dealer-orders-flow", orders_flow),
    ("dealer-orders-settled", orders_settled),
    ("dealer-sales-flow", sales_flow),
    ("dealer-orders-revision", orders_revision),
    ("dealer-receiving", receiving),
    ("dealer-receiving-count", receiving_count),
    ("dealer-receiving-lot", receiving_lot),
    ("dealer-products", products),
    ("dealer-product", product_sheet),
    ("dealer-invoice", invoice),
    ("dealer-invoice-customer", invoice_customer),
    ("dealer-invoice-customer-card", invoice_customer_card),
    ("dealer-invoice-terms", invoice_terms),
    ("dealer-invoice-why", invoice_why),
    ("dealer-invoice-promoted", invoice_promoted),
    ("dealer-invoice-policies", invoice_policies),
    ("dealer-invoice-collect", invoice_collect),
    ("dealer-statement", statement),
    ("dealer-own-rebates", own_rebates),
    ("office-channel-statement", channel_statement),
    ("office-channel-rebates", channel_rebates),
    ("office-channel-grant", channel_grant),
    ("office-channel-money", channel_money),
    ("office-channel-refund", channel_refund),
    ("dealer-ageing", ageing),
    ("dealer-seen", seen),
)
