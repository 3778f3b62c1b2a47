"""Slips of the finger in the warehouse: a key pressed twice, a misread good, a window closed."""

from pathlib import Path
from typing import Any

from shared.core.rounding import MICRO
from shared.stock.queries import movements
from shared.stocktake.queries.counts import counts
from tests.builders.hands import until
from tests.builders.one_house import on_hand
from tests.builders.window_house import Stage, play
from tests.gui.warehouse_hands import (
    BOSS,
    BOX,
    CLEANSER,
    CLEANSER_BOX,
    CLEANSER_EA,
    CREAM,
    SITE,
    at_boss,
    every_text,
    opened,
    sit,
    staffed,
)

CREAM_EA = "2000102040001"


def moved(stage: Stage) -> list[str]:
    found = stage.house.read(lambda connection: movements(connection, SITE))
    return [one.movement_type for one in found]


def test_f10_pressed_twice_writes_one_document(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        staffed(stage)
        opened(stage, {CLEANSER: 60, CREAM: 5})
        moving = await sit(stage, BOSS, "movements")
        place = [one.rule.id for one in moving.model.types].index("gift_out") + 1
        await stage.keys(str(place))
        await stage.scan(CREAM_EA)
        await stage.fast("F10", "F10")
        await until(lambda: moving.history.rows.shown)
        await stage.settle()
        assert moved(stage) == ["gift_out"]
        assert on_hand(stage.house, SITE, CREAM) == 4

        ways = await sit(stage, BOSS, "transfers")
        await stage.keys("S", "Down")
        await stage.scan(CLEANSER_BOX)
        await stage.fast("F10", "F10")
        await until(lambda: bool(ways.model.ways))
        await stage.settle()
        assert moved(stage) == ["transfer_out", "gift_out"]
        assert on_hand(stage.house, SITE, CLEANSER) == 60 - BOX

        boss = await sit(stage, BOSS, "stocktake")
        await stage.keys("N")
        await until(lambda: stage.window.overlay.top is not None)
        await stage.fast("F10", "F10")
        await until(lambda: boss.model.board is not None)
        await stage.settle()
        begun = stage.house.read(lambda connection: counts(connection, SITE))
        assert len(begun) == 2, "the opening, and one more"

    play(script, tmp_path)


def test_a_transfer_in_the_making_is_undone_by_step_and_gone_on_with_tomorrow(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        staffed(stage)
        screen = await sit(stage, BOSS, "transfers")
        await stage.keys("S")
        await stage.scan(CLEANSER_BOX)
        await stage.keys("F10")
        assert not moved(stage), "nobody said where to"
        await stage.keys("Down")
        screen._code.field.setFocus()
        await stage.scan(CREAM_EA)
        assert screen.lines.current is screen.model.rows[1], "what was scanned is what keys mean"
        await stage.keys("Ctrl+Z")
        await stage.scan(CREAM_EA)
        await stage.keys("Delete")
        assert [one.goods.code for one in screen.model.rows] == [CLEANSER]
        await stage.keys("Escape")
        await until(lambda: stage.window.overlay.top is not None)
        await stage.keys("Escape")
        await until(lambda: stage.window.overlay.top is None)
        stage.window.close()

        screen = await sit(stage, BOSS, "transfers")
        assert [one.qty_micro // MICRO for one in screen.model.rows] == [BOX]
        await stage.keys(f"{CREAM} 1000000", "Return", "F10")
        await until(lambda: stage.window.overlay.top is not None)
        await stage.keys("Escape")
        await until(lambda: stage.window.overlay.top is None)
        await stage.keys("Ctrl+Z", "F10")
        await until(lambda: bool(screen.model.ways))
        assert screen.model.ways[0].missing_micro == BOX * MICRO

    play(script, tmp_path)


def test_a_wrong_gift_is_looked_at_and_taken_back_by_keys(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        staffed(stage)
        opened(stage, {CREAM: 5})
        moving = await sit(stage, BOSS, "movements")
        place = [one.rule.id for one in moving.model.types].index("gift_out") + 1
        await stage.keys(str(place))
        await stage.scan(CREAM_EA)
        await stage.keys("F10")
        await until(lambda: moving.history.rows.shown)
        await stage.settle()
        await stage.keys("Return")
        await until(lambda: stage.window.overlay.top is not None)
        panel: Any = stage.window.overlay.top
        assert [one.goods.code for one in panel.table.rows.all] == [CREAM]
        await stage.keys("F8")
        await until(lambda: stage.window.overlay.top not in (None, panel))
        await stage.keys("misread", "Return")
        await until(lambda: len(moving.model.history) == 2)
        shown = next(c for c in moving.history.rows.columns if c.key == "pieces")
        assert [shown.text(one) for one in moving.model.history] == ["-1", "1"]
        assert on_hand(stage.house, SITE, CREAM) == 5

    play(script, tmp_path)


def test_keys_of_reasons_pressed_fast_each_mean_the_next_line(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        staffed(stage)
        opened(stage, {CLEANSER: 60, CREAM: 5})
        number = at_boss(stage, "count-open", zones=["A"])["number"]
        stage.house.do(
            "DL01.01", "li", "count-zone", count=number,
            lines=[{"code": CLEANSER, "qty": "58"}, {"code": CREAM, "qty": "4"}],
        )  # fmt: skip
        at_boss(stage, "count-reveal", count=number)
        boss = await sit(stage, BOSS, "stocktake")
        await stage.keys("Return")
        await until(lambda: boss.model.board is not None and bool(boss.model.board.lines))
        await stage.settle()
        first, second = (one.goods.product_id for one in boss.board.lines.rows.shown)
        await stage.fast("1", "6")
        await until(lambda: len(boss.model.reasons) == 2)
        assert boss.model.reasons == {first: "lost", second: "sale_missing"}

    play(script, tmp_path)


def test_a_number_waiting_for_its_enter_stops_the_scan_and_can_be_seen(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        staffed(stage)
        zones = [{"zone": "A", "people": ["li"]}]
        at_boss(stage, "count-open", scope="opening", zones=zones)
        counter = await sit(stage, "li", "counting")
        await until(lambda: counter.zones.current is not None)
        await stage.keys("Return")
        await stage.scan(CLEANSER_EA)
        await stage.keys("2", "4")
        assert counter._typed.text() == "24", "it is all the scan stands for, and adds to nothing"
        await stage.scan(CREAM_EA)
        assert (counter.model.typed, CREAM in counter.model.found) == ("24", False)
        await stage.keys("F9")
        assert stage.window.overlay.top is None, "nor is the zone closed over it"
        await stage.keys("Return")
        await stage.keys("3", "*")
        await stage.scan(CREAM_EA)
        found = counter.model.found
        assert [found[one].qty_micro // MICRO for one in (CLEANSER, CREAM)] == [24, 3]

    play(script, tmp_path)


def test_a_count_in_the_making_survives_esc_and_one_begun_by_mistake_is_given_up(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        staffed(stage)
        opened(stage, {CLEANSER: 60, CREAM: 5})
        boss = await sit(stage, BOSS, "stocktake")
        await stage.keys("N", "S")
        await stage.scan(CLEANSER_EA)
        await stage.scan(CREAM_EA)
        await stage.keys("Escape")
        await until(lambda: stage.window.overlay.top is None)
        await stage.keys("N")
        await until(lambda: stage.window.overlay.top is not None)
        panel: Any = stage.window.overlay.top
        assert [one.product_id for one in panel.model.products] == [CLEANSER, CREAM]
        await stage.keys("F10")
        await until(lambda: boss.model.board is not None)
        await stage.keys("Delete")
        await until(lambda: stage.window.overlay.top is not None)
        await stage.keys("Return")
        await until(lambda: boss.model.board is None)
        assert boss.model.counts[0].head.is_dropped
        state = next(c for c in boss.table.rows.columns if c.key == "state")
        assert state.text(boss.model.counts[0]) == "已放弃"
        assert on_hand(stage.house, SITE, CLEANSER) == 60
        await stage.keys("N")
        await until(lambda: stage.window.overlay.top is not None)
        panel = stage.window.overlay.top
        assert not panel.model.products, "what was begun is not proposed again"

    play(script, tmp_path)


def test_a_misread_barcode_on_the_stock_screen_is_told_and_the_screen_goes_on(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        staffed(stage)
        opened(stage, {CLEANSER: 60})
        stock = await sit(stage, BOSS, "stock")
        await until(lambda: bool(stock.model.rows))
        await stage.scan("6901234567892")
        assert "6901234567892" in every_text(stage)
        await stage.scan(CLEANSER_EA)
        await until(lambda: stock.model.card is not None)

    play(script, tmp_path)
