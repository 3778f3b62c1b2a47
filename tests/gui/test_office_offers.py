"""Head office publishes points and issues coupons by keys; a second person approves (I07, D11)."""

from io import BytesIO
from pathlib import Path

from python_calamine import load_workbook

from shared.vouchers.rules import is_coupon_code
from tests.builders.hands import until
from tests.builders.window_house import Stage, play
from tests.gui.office_hands import APPROVER, EDITOR, PIN, is_up, opened, sit, with_pin


async def _approved(stage: Stage) -> None:
    panel = await opened(stage)
    await stage.keys(APPROVER, "Return", PIN, "Return")
    await until(lambda: stage.window.overlay.top is not panel)


def test_points_and_coupons_are_published_by_two_people_and_codes_leave_once(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        with_pin(stage)
        screen = await sit(stage, EDITOR, "offers")
        assert not screen.model.rules
        await stage.keys("P", "F10")
        await _approved(stage)
        await until(lambda: screen.model.rule is not None)
        assert screen.model.proposed.worth_points == 100

        await stage.keys("N", "VIP20", "Tab", "20", "Tab", "100", "Tab", "Tab", "12-31", "Tab")
        await stage.keys("3", "F10")
        await _approved(stage)
        await until(lambda: screen.model.batches and screen.model.with_codes)
        (batch,) = screen.model.batches
        assert (batch.coupons, batch.value_minor, batch.least_minor) == (3, 2_000, 10_000)

        await stage.keys("F8")
        await until(lambda: not screen.model.with_codes)
        (made,) = (tmp_path / "paper").glob("*.xlsx")
        rows = load_workbook(BytesIO(made.read_bytes())).get_sheet_by_index(0).to_python()
        codes = [str(row[0]) for row in rows[1:]]
        assert len(codes) == 3
        assert all(is_coupon_code(code) for code in codes)
        stage.house.do("SH01.01", "clerk-guanqian", "coupon-ask", code=codes[0])

    play(script, tmp_path)


def test_points_from_a_day_that_cannot_be_read_are_not_published_at_once(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        with_pin(stage)
        screen = await sit(stage, EDITOR, "offers")
        await stage.keys("P")
        panel = await opened(stage)
        panel._day.setFocus()
        await stage.keys("next week", "F10")
        assert is_up(stage, panel)
        assert panel._day.property("bad") == "true"
        await stage.keys("Ctrl+A", "tomorrow", "F10")
        await _approved(stage)
        await until(lambda: screen.model.rules)
        (rule,) = screen.model.rules
        assert rule.from_us > stage.house.local.now_us()

        await until(lambda: stage.window.overlay.top is None)
        await stage.keys("N")
        panel = await opened(stage)
        await stage.keys("VIP20", "Tab", "20")
        panel._until.setFocus()
        await stage.keys("Ctrl+A", "never", "F10")
        assert is_up(stage, panel)
        assert panel._until.text() == "never"

    play(script, tmp_path)
