"""The warehouse's count from opening to posting, by keys and scans (workflows "Warehouse")."""

from pathlib import Path
from typing import Any

from desktop.stocktake.view.counting import CountingScreen
from desktop.stocktake.view.supervising import StocktakeScreen
from shared.stocktake.rules import label_text
from tests.builders.hands import until
from tests.builders.one_house import on_hand
from tests.builders.pages import text_of
from tests.builders.window_house import Stage, play
from tests.gui.warehouse_hands import (
    BOSS,
    BOX,
    CLEANSER,
    CLEANSER_BOX,
    CLEANSER_EA,
    CREAM,
    KEEPER,
    SITE,
    at_boss,
    every_text,
    opened,
    sign,
    sit,
    staffed,
    texts,
)


def test_blind_count_with_recount_and_approval_by_keys_and_scans(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        staffed(stage)
        opened(stage, {CLEANSER: 60, CREAM: 5})

        # The supervisor opens a blind full count of two zones: N, zones, F10.
        boss = await sit(stage, BOSS, "stocktake")
        assert isinstance(boss, StocktakeScreen)
        await stage.keys("N")
        panel: Any = stage.window.overlay.top
        panel._zones.setText("A-01..A-02")
        panel._set_zones()
        panel.model.give("A-01", "li")
        panel.model.give("A-02", "zhao")
        await stage.keys("F10")
        await until(lambda: boss.model.board is not None)
        board = boss.model.board
        assert board is not None
        number = board.head.number
        assert board.uncounted == ["A-01", "A-02"]

        # The first counter: label, a box and two pieces, one too many taken back, a number.
        counter = await sit(stage, "li", "counting")
        assert isinstance(counter, CountingScreen)
        await stage.scan(label_text(number, "A-01"))
        await stage.scan(CLEANSER_BOX)
        await stage.scan(CLEANSER_EA)
        await stage.scan(CLEANSER_EA)
        await stage.keys("Ctrl+Z")
        assert counter.model.found[CLEANSER].qty_micro == (BOX + 1) * 1_000_000
        await stage.scan(CREAM)
        await stage.keys("4", "Return")
        assert counter.model.found[CREAM].qty_micro == 4_000_000
        await stage.scan("9999999999994")
        assert counter.model.stranger == "9999999999994"
        await stage.keys("U")
        await stage.keys("shelf 3", "Return")
        assert [one.note for one in counter.model.unknown] == ["shelf 3"]
        assert "60" not in texts(stage)
        await stage.keys("F9", "Return")
        assert counter.model.zone is None
        assert counter.model.sealed is not None
        assert counter.model.sealed.digest in texts(stage)
        assert list((tmp_path / "paper").glob("*A-01*"))

        # The second one sets a figure; the zone of the first is not theirs.
        counter = await sit(stage, "zhao", "counting")
        await stage.scan(label_text(number, "A-01"))
        assert counter.model.zone is None
        await stage.scan(label_text(number, "A-02"))
        await stage.scan(CLEANSER_EA)
        await stage.keys("=", "3", "0", "Return")
        assert counter.model.found[CLEANSER].qty_micro == 30_000_000
        await stage.keys("F9", "Return")

        # Somebody who did not count reveals; what is off is marked and counted again.
        boss = await sit(stage, BOSS, "stocktake")
        await stage.keys("Return")
        await until(lambda: boss.model.board is not None)
        await stage.keys("F9")
        await until(lambda: stage.window.overlay.top is not None)
        await stage.keys("Return")
        await until(lambda: bool(boss.model.board.lines))
        lines = {one.goods.product_id: one for one in boss.model.board.lines}
        assert lines[CLEANSER].variance.difference_micro == -5_000_000
        assert lines[CREAM].variance.difference_micro == -1_000_000
        assert len(boss.model.to_recount) == 2
        await stage.keys("F8")
        panel = stage.window.overlay.top
        panel._who.set_value("li")
        await stage.keys("Return")
        assert len(boss.model.to_recount) == 2, "who counted a zone does not count it again"
        await stage.keys("F8", "Return")
        await until(lambda: not boss.model.to_recount)

        # Zhao agrees about zone A-01 except for the cream, which stood behind.
        counter = await sit(stage, "zhao", "counting")
        await stage.scan(label_text(number, "A-01"))
        assert counter.model.zone.is_recount
        await stage.scan(CLEANSER_BOX)
        await stage.scan(CLEANSER_EA)
        await stage.scan(CREAM)
        await stage.keys("4", "Return")
        await stage.keys("F9", "Return")
        counter = await sit(stage, "li", "counting")
        await stage.scan(label_text(number, "A-02"))
        await stage.scan(CLEANSER_EA)
        await stage.keys("3", "0", "Return")
        await stage.keys("F9", "Return")

        # Reasons by key, the keeper's PIN, and the count is stock.
        boss = await sit(stage, BOSS, "stocktake")
        await stage.keys("Return")
        await until(lambda: boss.model.board is not None)
        assert boss.model.step.value == "reasons"
        await stage.keys("1", "6")
        await until(lambda: len(boss.model.reasons) == 2)
        assert set(boss.model.reasons.values()) == {"lost", "sale_missing"}
        await stage.keys("F10")
        await until(lambda: stage.window.overlay.top is not None)
        await sign(stage, KEEPER)
        await until(lambda: boss.model.board.head.state.value == "posted")
        assert (on_hand(stage.house, SITE, CLEANSER), on_hand(stage.house, SITE, CREAM)) == (55, 4)
        report = boss.model.board.accuracy
        assert (report.lines, report.right, report.scans > 0) == (2, 0, True)
        assert report.recounted_by == ("李敏", "赵强")

    play(script, tmp_path)


def test_a_blind_counter_meets_the_book_figure_on_no_screen_and_on_no_paper(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        staffed(stage)
        opened(stage, {CLEANSER: 7351, CREAM: 5})
        zones = [{"zone": "A", "people": ["li"]}]
        number = at_boss(stage, "count-open", zones=zones, tolerance_qty="0")["number"]
        counter = await sit(stage, "li", "counting")
        await until(lambda: counter.zones.current is not None)
        await stage.keys("P")
        await until(lambda: bool(list((tmp_path / "paper").glob("*.pdf"))))
        (sheet,) = (tmp_path / "paper").glob("*.pdf")
        listed = text_of(sheet)
        assert CLEANSER in listed, "the sheet lists what is to be counted"
        assert "7351" not in listed, "and never how many there should be"
        await stage.scan(label_text(number, "A"))
        await stage.scan(CLEANSER_EA)
        seen: list[str] = [every_text(stage)]
        for name in list(stage.window.specs):
            for subject in ("", CLEANSER):
                stage.window.open(name, subject)
                await stage.settle()
                await stage.settle()
                seen.append(every_text(stage))
        await stage.keys("Ctrl+K")
        await stage.keys("010101")
        await stage.settle()
        seen.append(every_text(stage))
        await stage.keys("Escape")
        stage.window.open("stock")
        await stage.settle()
        assert stage.window.words("stock.blind") in every_text(stage)
        stage.window.open("counting")
        await stage.settle()
        await stage.keys("F9")
        await stage.settle()
        seen.append(every_text(stage))
        await stage.keys("Return")
        await until(lambda: counter.model.sealed is not None)
        seen.append(every_text(stage))
        assert CLEANSER in " ".join(seen)
        leaks = [place for place, text in enumerate(seen) if "7351" in text]
        assert not leaks, [list(stage.window.specs)[(one - 1) // 2] for one in leaks]
        papers = list((tmp_path / "paper").glob("*"))
        assert papers
        assert all(b"7351" not in one.read_bytes() for one in papers)
        # The boss, who does not count, sees it: the test would notice.
        await sit(stage, BOSS, "stock")
        await until(lambda: "7351" in every_text(stage))

    play(script, tmp_path)


def test_a_spot_count_of_scanned_goods_and_a_movement_with_its_reason(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        staffed(stage)
        opened(stage, {CLEANSER: 60, CREAM: 5})
        # N S, two scans, F10: a spot count of what was scanned.
        boss = await sit(stage, BOSS, "stocktake")
        await stage.keys("N", "S")
        await stage.scan(CLEANSER_EA)
        await stage.scan(CREAM)
        await stage.keys("F10")
        await until(lambda: boss.model.board is not None)
        assert boss.model.board.head.scope.value == "spot"

        # Scrap asks for a reason and a second person; the book after it is told.
        moving = await sit(stage, BOSS, "movements")
        place = [one.rule.id for one in moving.model.types].index("scrap") + 1
        await stage.keys(str(place))
        await stage.scan(CLEANSER_BOX)
        await stage.keys("010204 2", "Return")
        assert [one.qty_micro // 1_000_000 for one in moving.model.lines] == [BOX, 2]
        await stage.keys("F10")
        assert stage.window.overlay.top is None, "the reason is asked for first"
        moving.model.say(reason="leaking")
        await stage.keys("F10")
        await until(lambda: stage.window.overlay.top is not None)
        await sign(stage, KEEPER)
        await until(lambda: moving.model.posted is not None)
        books = {one.goods.product_id: one.book_micro for one in moving.model.posted.lines}
        assert books == {CLEANSER: 36_000_000, CREAM: 3_000_000}
        await stage.keys("P")
        await until(lambda: list((tmp_path / "paper").glob("CK-*.pdf")))

    play(script, tmp_path)


def test_goods_are_sent_received_with_differences_and_found_on_the_stock_card(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        staffed(stage)
        opened(stage, {CLEANSER: 60})
        moving = await sit(stage, BOSS, "transfers")
        await stage.keys("S")
        moving.model.other = "DL02"
        await stage.scan(CLEANSER_BOX)
        await stage.keys("F10")
        await until(lambda: bool(moving.model.ways))
        assert moving.model.ways[0].missing_micro == BOX * 1_000_000

        # The other site takes 20 good and 1 damaged; three are missing and stay on the way.
        await stage.sign_in("dealer-south", "DL02.01", device_type="dealer")
        stage.window.open("transfers")
        there: Any = stage.window.current
        await until(lambda: bool(there.model.ways))
        await stage.keys("Return")
        await until(lambda: bool(there.model.rows))
        there.model.set_damaged(there.model.rows[0], "1")
        there.model.set_qty(there.model.rows[0], "20")
        await stage.keys("F10")
        await until(lambda: there.model.doing.value == "list")
        await until(lambda: [one.missing_micro for one in there.model.ways] == [3_000_000])
        stage.window.open("stock", CLEANSER)
        stock: Any = stage.window.current
        await until(lambda: stock.model.card is not None)
        assert stock.model.card.lines[0].balance_micro == 20_000_000
        row = stock.model.row_of(CLEANSER)
        assert (row.on_hand_micro, row.defective_micro, row.transit_micro) == (
            20_000_000,
            1_000_000,
            3_000_000,
        )

    play(script, tmp_path)


def test_an_opening_count_in_open_mode_shows_differences_live_and_ends_with_balances(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        staffed(stage)
        # A site nobody counted begins with its opening; M chooses the open mode.
        boss = await sit(stage, BOSS, "stocktake")
        await stage.keys("N", "M", "F10")
        await until(lambda: boss.model.board is not None)
        head = boss.model.board.head
        assert (head.scope.value, head.mode.value) == ("opening", "open")

        counter = await sit(stage, "li", "counting")
        await stage.keys("Return")
        await stage.scan(CLEANSER_BOX)
        await stage.scan(CREAM)
        await stage.keys("9", "Return")
        shown = {c.key: c for c in counter.lines.rows.columns}
        first = counter.model.found[CREAM]
        assert (shown["book"].text(first), shown["difference"].text(first)) == ("0", "9")
        columns = [c.key for c in counter.lines.shown_columns()]
        assert columns[-2:] == ["book", "difference"]
        await stage.keys("F9", "Return")
        await until(lambda: counter.model.sealed is not None)

        boss = await sit(stage, BOSS, "stocktake")
        await stage.keys("Return")
        await until(lambda: boss.model.board is not None)
        await stage.keys("F9")
        await until(lambda: stage.window.overlay.top is not None)
        await stage.keys("Return")
        await until(lambda: bool(boss.model.board.lines))
        await stage.keys("F10")
        await until(lambda: stage.window.overlay.top is not None)
        await sign(stage, KEEPER)
        await until(lambda: boss.model.board.head.state.value == "posted")
        assert (on_hand(stage.house, SITE, CLEANSER), on_hand(stage.house, SITE, CREAM)) == (24, 9)
        # The site is opened: the next count cannot be another opening.
        await stage.keys("Escape")
        await until(lambda: boss.model.board is None)
        await stage.keys("N")
        await until(lambda: stage.window.overlay.top is not None)
        panel: Any = stage.window.overlay.top
        assert panel.model.about.value == "full"

    play(script, tmp_path)
