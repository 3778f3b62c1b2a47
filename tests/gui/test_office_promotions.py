"""Head office writes a promotion, another person approves it, and shops read what holds."""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLabel

from desktop.ui.editors import DayField
from shared.promotions.queries import policies, policies_in_force
from shared.promotions.rules import Use
from tests.builders.demo_policies import publish_demo_policies
from tests.builders.hands import until
from tests.builders.window_house import Stage, play
from tests.gui.office_hands import APPROVER, EDITOR, PIN, clipboard, closed, opened, sit, with_pin

ORG = "FX"


async def _at_promotions(stage: Stage) -> Any:
    screen = await sit(stage, EDITOR, "promotions")
    for _ in screen.model.orgs:
        if screen.model.org_id != ORG:
            await stage.keys("Ctrl+O")
    assert screen.model.org_id == ORG
    return screen


async def _reason_and_pin(stage: Stage, reason: str) -> None:
    panel = await opened(stage)
    await stage.keys(reason, "F10")
    await until(lambda: stage.window.overlay.top not in (None, panel))
    panel = await opened(stage)
    # Who approves reads what: nobody signs for a promotion unseen.
    assert any(
        "ten one" in one.text() and reason in one.text() for one in panel.findChildren(QLabel)
    )
    await stage.keys(APPROVER, "Return", PIN, "Return")
    await until(lambda: stage.window.overlay.top is not panel)


def test_a_ten_plus_one_is_written_tried_out_approved_and_ended_by_keys(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        with_pin(stage)
        screen = await _at_promotions(stage)
        await stage.keys("N")
        await opened(stage)
        await stage.keys("1")
        await closed(stage)
        await until(lambda: screen.is_drafting)
        await stage.keys("ten one")
        assert screen.form.problem.text()
        await stage.keys("F10")
        assert stage.window.overlay.top is None
        await stage.keys("F6")
        clipboard("010101\n010102\nXX\n")
        await stage.keys("Ctrl+V")
        assert screen.model.draft.policy.goods.products == ("010101", "010102")
        assert "10" in screen.form.reading.text()

        await stage.keys("F7", "010101 25", "Return")
        assert screen.model.trial.saving_minor == 2 * 5_900
        assert screen.model.trial.outcome.is_promotional

        await stage.keys("F10")
        await _reason_and_pin(stage, "spring")
        await until(lambda: screen.model.draft is None)
        await until(lambda: len(screen.model.rows) == 1)
        (one,) = screen.model.rows
        assert (one.status, one.number, one.author_id, one.approver_id, one.reason) == (
            "sealed", 1, EDITOR, APPROVER, "spring",
        )  # fmt: skip
        now_us = stage.house.time.now_us()
        held = stage.house.read(lambda c: policies_in_force(c, (ORG,), Use.ORDER, now_us))
        assert [standing.policy.name for standing in held] == ["ten one"]

        await stage.keys("H")
        await stage.keys("Escape", "X")
        await _reason_and_pin(stage, "sold out")
        await until(lambda: screen.model.rows[0].is_ended)
        held = stage.house.read(lambda c: policies_in_force(c, (ORG,), Use.ORDER, now_us))
        assert held == ()

    play(script, tmp_path)


def test_a_half_written_policy_survives_and_goes_on(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        publish_demo_policies(stage.house)
        screen = await _at_promotions(stage)
        await stage.keys("N")
        await opened(stage)
        await stage.keys("2")
        await until(lambda: screen.is_drafting)
        await stage.keys("sale")
        assert await sit(stage, EDITOR, "home")
        screen = await sit(stage, EDITOR, "promotions")
        assert screen.banner.isVisible()
        await stage.keys("F8")
        assert screen.is_drafting
        draft = screen.model.draft
        assert (draft.policy.name, draft.template, draft.sales_org_id) == ("sale", "off", ORG)
        draft.set_tier(0, from_measure=30_000, off_minor=4_000)
        draft.set_tier(1, from_measure=50_000, off_minor=8_000)
        assert [row.at for row in screen.form.tiers.rows.all] == [0, 1, 2]
        assert draft.problem is None
        await stage.keys("F7", "010204 3", "Return")
        assert screen.model.trial.saving_minor == 8_000
        await stage.keys("Ctrl+Shift+D")
        assert not screen.is_drafting
        assert screen.model.draft is None

    play(script, tmp_path)


def test_other_kinds_have_their_forms_and_a_dealer_reads_what_holds(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        publish_demo_policies(stage.house)
        screen = await _at_promotions(stage)
        for place in (4, 6, 7, 8):
            await stage.keys("N")
            await opened(stage)
            await stage.keys(str(place))
            await until(lambda: screen.is_drafting)
            screen.form.to_goods()
            assert screen.form.scanned("010101")
            await stage.keys("F8")
        known = stage.house.read(lambda c: policies(c, ORG))
        await sit(stage, EDITOR, "home")

        await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        stage.window.open("promotions-here")
        await stage.settle()
        here: Any = stage.window.current
        here.model.choose_org(ORG)
        assert len(here.model.rows) == len(known) == 5
        await stage.keys("N", "E", "X")
        assert stage.window.overlay.top is None
        assert not here.is_drafting
        assert here.reading.text()

    play(script, tmp_path)


def test_a_promotion_whose_day_cannot_be_read_is_not_submitted(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        with_pin(stage)
        screen = await _at_promotions(stage)
        await stage.keys("N")
        await opened(stage)
        await stage.keys("1")
        await closed(stage)
        await until(lambda: screen.is_drafting)
        # One code alone is pasted as text: what nobody took is no "all goods" by a slip.
        await stage.keys("ten one", "F6")
        clipboard("010101\n")
        await stage.keys("Ctrl+V", "F10")
        assert stage.window.overlay.top is None
        assert screen.form.half_typed() is not None
        assert screen.model.draft.policy.goods.products == ()
        await stage.keys("Return")
        await until(lambda: screen.model.draft.policy.goods.products == ("010101",))
        assert screen.form.half_typed() is None
        # Nor is a customer nobody knows "everybody".
        screen.form.whom.finder.field.setFocus()
        clipboard("nobody\nP1001-FX\n")
        await stage.keys("Ctrl+V")
        assert screen.model.draft.policy.who == ("account:P1001-FX",)
        assert "nobody" in stage.window.bar.last.text()
        days = [one for one in screen.form.findChildren(DayField) if one.isVisible()]
        assert len(days) == 2
        days[1].setFocus()
        await stage.keys("Ctrl+A", "soon", "F10")
        assert stage.window.overlay.top is None
        assert (days[1].text(), days[1].property("bad")) == ("soon", "true")
        days[1].setFocus()
        await stage.keys("Ctrl+A", "+", "30", "F10")
        await _reason_and_pin(stage, "spring")
        await until(lambda: len(screen.model.rows) == 1)
        assert screen.model.rows[0].policy.until_us > stage.house.time.now_us()

    play(script, tmp_path)
