"""The dealer's ordering by keys alone: suggestions, submit, decided, rework, receive."""

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton

from desktop.ordering.view.display import DisplayScreen
from desktop.ordering.view.editor import OrderEditorScreen
from desktop.ordering.view.orders import OrdersScreen
from desktop.ordering.view.receiving import ReceivingScreen
from desktop.words.texts import Language
from shared.ordering.queries.orders import lines, orders
from shared.ordering.rules import OrderState
from tests.builders.dealer_days import (
    CLEANSER,
    CREAM,
    CREAM_BARCODE,
    SPRAY,
    WATER,
    a_fortnight,
    east,
    office,
)
from tests.builders.hands import until
from tests.builders.one_house import on_hand
from tests.builders.window_house import Stage, play

DEALER, DEVICE = "dealer-east", "DL01.01"


async def at(stage: Stage, screen: str, subject: str = "") -> None:
    await stage.sign_in(DEALER, DEVICE, device_type="dealer")
    await opened(stage, screen, subject)


def offers(stage: Stage, text: str) -> bool:
    """Whether the key line names something to do."""
    word = stage.window.words(text)
    return any(one.text() == word for one in stage.window.keyline.findChildren(QPushButton))


async def opened(stage: Stage, screen: str, subject: str = "") -> None:
    stage.window.open(screen, subject)
    await stage.settle()
    await stage.settle()


def test_reordering_with_suggestions_takes_four_keys_and_is_received(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        a_fortnight(stage.house)
        await at(stage, "reorder")
        screen = stage.window.current
        assert isinstance(screen, OrderEditorScreen)
        # B: suggestions, Ctrl+Enter: all of them, F9: check, Enter in the panel: submit.
        await stage.keys("B")
        await until(lambda: screen.model.rows)
        assert {row.product_id for row in screen.model.rows} == {CLEANSER, SPRAY, CREAM}
        await stage.keys("Ctrl+Return", "F9", "Return")
        await stage.settle()
        newest = stage.house.read(lambda one: orders(one, account_id="P1001-FX"))[0]
        asked = {
            one.product_id: one.qty_micro
            for one in stage.house.read(lambda one: lines(one, newest.id))
        }
        # 80 sold in 14 days make 120 in 21; 16 are here: 104 in cases of 24.
        assert asked == {CLEANSER: 120_000_000, SPRAY: 60_000_000, CREAM: 42_000_000}
        assert not screen.model.rows

        office(stage.house, "order-decide", order=newest.number)
        sent = office(stage.house, "order-ship", order=newest.number, site="HQ01")
        stage.house.author_id = DEALER
        stage.house.sit_at(DEVICE, device_type="dealer")
        before = on_hand(stage.house, "DL01", CREAM)
        await opened(stage, "receiving")
        await stage.scan(sent["number"])
        receiving = stage.window.current
        assert isinstance(receiving, ReceivingScreen)
        # Twice in one breath is goods taken in once.
        await stage.keys("Ctrl+Return")
        receiving._confirm()
        receiving._confirm()
        await until(lambda: receiving.model.open is None)
        await stage.settle()
        assert on_hand(stage.house, "DL01", CREAM) == before + 42
        found = stage.house.read(lambda one: orders(one, account_id="P1001-FX"))[0]
        assert found.state is OrderState.RECEIVED

    play(script, tmp_path)


def test_a_line_is_typed_found_pasted_undone_and_kept_over_a_change_of_language(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        await at(stage, "reorder")
        screen = stage.window.current
        assert isinstance(screen, OrderEditorScreen)
        # The empty cart says that rows can be pasted: nothing needs to be pointed at first.
        QGuiApplication.clipboard().setText(f"{SPRAY}\t2\n")
        await stage.keys("Ctrl+V")
        assert [row.product_id for row in screen.model.rows] == [SPRAY]
        screen.table.view.setFocus()
        await stage.keys("Ctrl+Z", "F2", "bsm", "Return", "2箱3瓶", "Return")
        assert [(row.product_id, row.line.qty_micro) for row in screen.model.rows] == [
            (CREAM, 51_000_000)
        ]
        await stage.scan(CREAM_BARCODE)
        assert screen.model.rows[0].line.qty_micro == 52_000_000
        QGuiApplication.clipboard().setText(f"{CLEANSER}\t5\nNOPE\t2\n{WATER}\t1箱\n")
        await stage.keys("Ctrl+V")
        assert len({row.product_id for row in screen.model.rows}) == 3
        assert [one.row_number for one in screen.model.problems] == [2]
        screen.table.view.setFocus()
        await stage.keys("Ctrl+Z")
        assert len({row.product_id for row in screen.model.rows}) == 1
        # The quantity is typed into the row itself.
        await stage.keys("7", "Return")
        assert screen.model.rows[0].line.qty_micro == 7_000_000
        stage.program.change_language(Language.ENGLISH)
        await stage.settle()
        again = stage.window.current
        assert isinstance(again, OrderEditorScreen)
        assert again is not screen
        assert again.model.rows[0].line.qty_micro == 7_000_000

    play(script, tmp_path)


def test_a_rejected_order_is_reworked_with_one_key_and_its_papers_are_shown(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        await at(stage, "reorder")
        await stage.keys("F2", CREAM, "Return", "24", "Return", "F10")
        await stage.settle()
        first = stage.house.read(lambda one: orders(one, account_id="P1001-FX"))[0]
        office(stage.house, "order-decide", order=first.number, reject="PRICE")
        stage.house.author_id = DEALER
        stage.house.sit_at(DEVICE, device_type="dealer")
        await opened(stage, "orders", first.id)
        screen = stage.window.current
        assert isinstance(screen, OrdersScreen)
        assert screen.model.detail is not None
        assert [one.line.reason for one in screen.model.detail.lines] == ["PRICE"]
        await stage.keys("D")
        assert stage.window.sheet.isVisible()
        kinds = [one.kind for one in screen.model.flow()]
        assert kinds == ["order_submitted", "order_decision_requested", "order_decided"]
        await stage.keys("Escape", "E")
        await stage.settle()
        editor = stage.window.current
        assert isinstance(editor, OrderEditorScreen)
        await stage.keys("4", "8", "Return")
        assert editor.model.rows[0].has_new_qty
        await stage.keys("F10")
        await stage.settle()
        newest = stage.house.read(lambda one: orders(one, account_id="P1001-FX"))[0]
        assert (newest.follows, newest.asked_micro) == (first.id, 48_000_000)

    play(script, tmp_path)


def test_short_and_damaged_goods_are_red_and_become_a_claim(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        a_fortnight(stage.house)
        await at(stage, "receiving")
        screen = stage.window.current
        assert isinstance(screen, ReceivingScreen)
        assert not offers(stage, "receiving.confirm")
        # What a double click does: the key line follows it as it follows a key.
        screen.notices.activated.emit(screen.notices.current)
        await until(lambda: offers(stage, "receiving.confirm"))
        before = on_hand(stage.house, "DL01", CREAM)
        await stage.scan(CREAM_BARCODE)
        await stage.keys("2", "0", "Return")
        await stage.keys("F6", "3", "Return", "crushed", "Return")
        (row,) = screen.model.differences
        assert (row.good_micro, row.damaged_micro, row.difference_micro) == (
            20_000_000,
            3_000_000,
            -1_000_000,
        )
        await stage.keys("L", "B9", "Return", "20270531", "Return", "4", "Return")
        assert "B9 (2027-05-31) × 4" in screen.model.rows[0].lot_text
        await stage.keys("F10")
        await stage.settle()
        assert on_hand(stage.house, "DL01", CREAM) == before + 20
        claim = screen.model.claims[0]
        assert (claim.short_micro, claim.damaged_micro) == (1_000_000, 3_000_000)

    play(script, tmp_path)


def test_lines_nobody_counted_become_a_claim_only_when_somebody_says_so(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        wanted = [{"code": CREAM, "qty": "1"}, {"code": WATER, "qty": "24"}]
        order = east(stage.house, "order-submit", lines=wanted)
        office(stage.house, "order-decide", order=order["number"])
        office(stage.house, "order-ship", order=order["number"], site="HQ01")
        stage.house.author_id = DEALER
        await at(stage, "receiving")
        await stage.keys("Return")
        screen = stage.window.current
        assert isinstance(screen, ReceivingScreen)
        await stage.scan(CREAM_BARCODE)
        await stage.keys("F10")
        await until(lambda: stage.window.overlay.top is not None)
        question = stage.window.overlay.top
        assert question is not None
        told = [one.text() for one in question.findChildren(QLabel)]
        assert any(screen.model.not_found[0].notice.name in one for one in told)
        await stage.keys("Escape")
        await until(lambda: stage.window.overlay.top is None)
        assert not screen.model.claims
        await stage.keys("F10")
        await until(lambda: stage.window.overlay.top is not None)
        await stage.keys("Return")
        await until(lambda: screen.model.claims)
        assert screen.model.claims[0].short_micro == 24_000_000

    play(script, tmp_path)


def test_products_are_shown_without_pictures_and_go_into_the_cart_by_one_key(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        await at(stage, "products")
        screen = stage.window.current
        assert isinstance(screen, DisplayScreen)
        assert len(screen.model.shown) > 50
        await stage.keys("A", "Right", "A", "A")
        await stage.keys("F2", "mm")
        assert 0 < len(screen.model.shown) < 10
        await stage.keys("Return", "Return")
        assert stage.window.sheet.isVisible()
        await opened(stage, "reorder")
        editor = stage.window.current
        assert isinstance(editor, OrderEditorScreen)
        assert [row.line.qty_micro for row in editor.model.rows] == [1_000_000, 2_000_000]

    play(script, tmp_path)


def test_the_papers_of_an_entry_go_from_the_order_to_its_payment(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        house = stage.house
        order = east(house, "order-submit", lines=[{"code": CREAM, "qty": "10"}])
        office(house, "order-decide", order=order["number"])
        sent = office(house, "order-ship", order=order["number"], site="HQ01")
        east(house, "order-receive", shipment=sent["number"], lines=[{"line": 1, "good": "8"}])
        office(house, "account-payment", account="P1001-FX", amount="500")
        await at(stage, "statement", "P1001-FX")
        await stage.keys("D")
        await stage.settle()
        assert stage.window.sheet.isVisible()
        said = [one.text() for one in stage.window.sheet.findChildren(QLabel)]
        for title in ("order_submitted", "shipment_posted", "receipt_posted", "claim"):
            assert stage.window.words(f"flow.{title}") in said
        assert said.count(stage.window.words("flow.account_payment")) == 2
        assert stage.window.words("flow.open", amount="￥405.50") in said

    play(script, tmp_path)
