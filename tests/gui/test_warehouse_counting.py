"""The warehouse's count from opening to posting, by keys and scans (workflows "Warehouse")."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLabel

from desktop.stocktake.view.counting import CountingScreen
from desktop.stocktake.view.supervising import StocktakeScreen
from shared.stocktake.rules import label_text
from tests.builders.one_house import on_hand
from tests.builders.window_house import Stage, play

SITE, DEVICE = "DL01", "DL01.01"
BOSS, KEEPER = "dealer-east", "warehouse-east"
CLEANSER, CLEANSER_EA, CLEANSER_BOX = "010101", "2000101010005", "2010101010004"
CREAM = "010204"
BOX = 24


def at_boss(stage: Stage, command: str, /, **params: Any) -> Any:
    return stage.house.do(DEVICE, BOSS, command, **params)


def staffed(stage: Stage) -> None:
    """Two counters; the boss and the keeper have PINs."""
    for user, name, role in (
        ("li", "李敏", "clerk"),
        ("zhao", "赵强", "clerk"),
        (KEEPER, "示例华东仓管", "warehouse"),
    ):
        stage.house.do(
            "HQ.01", "hq-editor", "publish-user", user=user, name=name, role=role,
            grants=[{"site": SITE}], pin="2580",
        )  # fmt: skip


def opened(stage: Stage, goods: dict[str, int]) -> None:
    """The site opened with these pieces."""
    count = at_boss(stage, "count-open", scope="opening", zones=["A"])["number"]
    lines = [{"code": code, "qty": str(qty)} for code, qty in goods.items()]
    stage.house.do(DEVICE, "li", "count-zone", count=count, lines=lines)
    for step in ("count-reveal", "count-approve", "count-post"):
        at_boss(stage, step, count=count)


async def sit(stage: Stage, user: str, screen: str) -> Any:
    await stage.sign_in(user, DEVICE, device_type="dealer")
    stage.window.open(screen)
    await stage.settle()
    return stage.window.current


def texts(stage: Stage) -> str:
    """Every text of the window, hidden ones too."""
    found = [one.text() for one in stage.window.findChildren(QLabel)]
    for view in stage.window.findChildren(CountingScreen):
        for table in (view.lines, view.zones):
            found += [c.text(one) for one in table.rows.all for c in table.rows.columns]
    return " ".join(found)


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
        await until(stage, lambda: boss.model.board is not None)
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
        assert counter.model.zone is None and counter.model.sealed is not None
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
        await until(stage, lambda: boss.model.board is not None)
        await stage.keys("F9")
        await until(stage, lambda: stage.window.overlay.top is not None)
        await stage.keys("Return")
        await until(stage, lambda: bool(boss.model.board.lines))
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
        await until(stage, lambda: not boss.model.to_recount)

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
        await until(stage, lambda: boss.model.board is not None)
        assert boss.model.step.value == "reasons"
        await stage.keys("1", "6")
        await until(stage, lambda: len(boss.model.reasons) == 2)
        assert set(boss.model.reasons.values()) == {"lost", "sale_missing"}
        await stage.keys("F10")
        await until(stage, lambda: stage.window.overlay.top is not None)
        await sign(stage, KEEPER)
        await until(stage, lambda: boss.model.board.head.state.value == "posted")
        assert (on_hand(stage.house, SITE, CLEANSER), on_hand(stage.house, SITE, CREAM)) == (55, 4)
        report = boss.model.board.accuracy
        assert (report.lines, report.right, report.scans > 0) == (2, 0, True)
        assert report.recounted_by == ("李敏", "赵强")

    play(script, tmp_path)


async def until(stage: Stage, holds: Callable[[], bool]) -> None:
    """Settle until something holds: reads run beside the window."""
    for _ in range(40):
        if holds():
            return
        await stage.settle()
    raise AssertionError(stage.window.bar.last.text())


async def sign(stage: Stage, user: str) -> None:
    """Another person proves by PIN that they stand for it."""
    panel: Any = stage.window.overlay.top
    panel.who.setText(user)
    panel.pin.setFocus()
    await stage.keys("2580", "Return")
    for _ in range(20):
        await stage.settle()
        if stage.window.overlay.top is None:
            await stage.settle()
            return
    raise AssertionError(f"not approved: {panel.model.error}")
