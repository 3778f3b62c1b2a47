"""The order desk by keys: cut to stock, accept, reject, revise, ship (D02, D03, E09)."""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLabel

from shared.ordering.queries.orders import lines, order
from shared.ordering.rules import OrderState
from tests.builders.hands import until
from tests.builders.one_house import on_hand
from tests.builders.window_house import Stage, play
from tests.gallery.scenes_office import some_orders
from tests.gui.office_hands import closed, is_up, opened, sit

CLERK = "hq-sales-east"
BIG, SMALL, SOUTH = 0, 1, 2
"""The orders as they were submitted."""


async def _at_desk(stage: Stage) -> Any:
    some_orders(stage)
    screen = await sit(stage, CLERK, "order-desk")
    await until(lambda: len(screen.orders.rows.shown) == 3)
    return screen


async def _choose(stage: Stage, screen: Any, number: int) -> str:
    """The order that was submitted as this one, by the arrow keys."""
    in_time = sorted(screen.model.orders, key=lambda one: one.submitted_at_us)
    wanted = in_time[number]
    place = screen.orders.rows.place_of(lambda one: one.id == wanted.id)
    await stage.keys(*["Up"] * 5, *["Down"] * place)
    await until(lambda: screen.model.chosen and screen.model.chosen.id == wanted.id)
    await stage.keys("Return")
    found: str = wanted.id
    return found


def _state(stage: Stage, order_id: str) -> OrderState:
    found = stage.house.read(lambda one: order(one, order_id))
    assert found is not None
    return found.state


def _accepted(stage: Stage, order_id: str) -> list[int]:
    found = stage.house.read(lambda one: lines(one, order_id))
    return [one.accepted_micro // 1_000_000 for one in found]


def test_an_order_is_cut_to_stock_accepted_revised_and_shipped(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        screen = await _at_desk(stage)
        chosen = await _choose(stage, screen, BIG)
        await stage.keys("F6")
        assert [one.granted_micro // 1_000_000 for one in screen.model.lines] == [24, 8, 0]
        await stage.keys("F10")
        await opened(stage)
        await stage.keys("F10")
        await closed(stage)
        await until(lambda: _state(stage, chosen) is OrderState.PARTIAL)
        assert _accepted(stage, chosen) == [24, 8, 0]

        await until(lambda: len(screen.orders.rows.shown) == 2)
        await stage.keys("F5")
        await until(lambda: len(screen.orders.rows.shown) == 3)
        screen.orders.view.setFocus()
        assert await _choose(stage, screen, BIG) == chosen
        await until(lambda: screen.model.can_revise)
        first = screen.model.lines[0]
        screen.model.grant(first, "20")
        screen.model.give_reason(first, "OUT_OF_STOCK")
        await stage.keys("F10")
        await opened(stage)
        await stage.keys("less", "F10")
        await closed(stage)
        await until(lambda: _state(stage, chosen) is OrderState.REVISED)

        stage.house.do("DL01.01", "dealer-east", "order-confirm", order=chosen)
        screen = await sit(stage, CLERK, "order-desk", chosen)
        await until(lambda: screen.model.can_ship)
        await stage.keys("S")
        panel = await opened(stage)
        # Twenty and eight of what was asked for go, from where is said; the rest does not.
        words = stage.window.words
        site = panel._site.currentText()
        assert panel._leaves.text() == words("desk.leaves", site=site, n=2, qty="28")
        told = [one.text() for one in panel.findChildren(QLabel)]
        assert words("desk.not_granted", n=3, qty="13") in told
        assert words("desk.nothing_open") in told
        await stage.keys("SF", "Return", "F10")
        await closed(stage)
        await until(lambda: _state(stage, chosen) is OrderState.SHIPPED)
        papers = tmp_path / "paper"
        await until(lambda: list(papers.glob("*.pdf")))
        for note in papers.glob("*.pdf"):
            note.rename(note.with_suffix(".first"))
        await until(lambda: screen.model.has_shipped)
        await stage.keys("P")
        await until(lambda: list(papers.glob("*.pdf")))
        assert on_hand(stage.house, "HQ01", "010101") == 40
        assert on_hand(stage.house, "HQ01", "010102") == 0

    play(script, tmp_path)


def test_an_order_is_rejected_with_a_reason_by_three_keys(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        screen = await _at_desk(stage)
        chosen = await _choose(stage, screen, SOUTH)
        await stage.keys("F8")
        await opened(stage)
        await stage.keys("2")
        await closed(stage)
        await until(lambda: _state(stage, chosen) is OrderState.REJECTED)
        await until(lambda: len(screen.orders.rows.shown) == 2)

    play(script, tmp_path)


def test_a_promised_day_is_told_back_while_typed_and_one_that_is_none_decides_nothing(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        screen = await _at_desk(stage)
        chosen = await _choose(stage, screen, SOUTH)
        await stage.keys("F10")
        panel = await opened(stage)
        panel._day.setFocus()
        await stage.keys("Ctrl+A", "soon")
        assert panel._day.said.text == stage.window.words("day.unreadable")
        await stage.keys("F10")
        assert is_up(stage, panel)
        assert (panel._day.text(), panel._day.property("bad")) == ("soon", "true")
        assert _state(stage, chosen) is OrderState.SUBMITTED
        await stage.keys("Ctrl+A", "Friday")
        told = panel._day.said.text
        assert told.endswith(stage.window.words("day.4"))
        await stage.keys("F10")
        await closed(stage)
        await until(lambda: _state(stage, chosen) is OrderState.ACCEPTED)
        found = stage.house.read(lambda one: order(one, chosen))
        assert found is not None
        assert found.delivery_date == told.split()[0]

    play(script, tmp_path)
