"""Closing months at head office's desk, by keys."""

from pathlib import Path
from typing import Any

from desktop.reporting.model.months import Months
from desktop.ui.theme import Tone
from shared.closing.documents import MonthCloseTold
from shared.closing.queries import last_request
from shared.core.errors import Unavailable
from tests.builders.hands import until
from tests.builders.office_day import enrolled, in_the_new_year
from tests.builders.window_house import Stage, play
from tests.gallery.scenes_months import office_says
from tests.gui.office_hands import EDITOR, closed, opened


def request_of(stage: Stage) -> Any:
    return stage.house.read(last_request)


async def answered(screen: Any, request: str, **said: Any) -> None:
    """Head office's server tells of a site, and a sync brings it."""
    body = MonthCloseTold(request=request, **said)
    await screen.frame.desk.do(lambda session: session.append(body, site_id=""))


def test_months_are_closed_after_a_second_look_and_the_outcome_is_told(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        enrolled(stage.house)
        in_the_new_year(stage.house)
        await stage.sign_in(EDITOR, "HQ.01", device_type="hq")
        office_says(stage)
        stage.window.open("months")
        await stage.settle()
        screen: Any = stage.window.current
        model: Months = screen.model
        await until(lambda: len(screen.table.rows.shown) == 6)
        said = [screen._obstacle(one) for one in model.sites]
        assert "SH02.01, SH02.02" in said[2]
        assert len(set(said)) == 5, "each obstacle in its own words"

        await stage.keys("F10")
        await opened(stage)
        await stage.keys("Escape")
        await closed(stage)
        assert request_of(stage) is None
        await stage.keys("F10")
        panel = await opened(stage)
        await stage.keys("Return")
        await closed(stage)
        await until(lambda: request_of(stage) is not None)
        asked = request_of(stage)
        assert (asked.sites, asked.month, asked.is_signed_off) == (
            ("HQ01", "SH01"),
            "2024-11",
            False,
        )
        assert panel is not None

        # Progress, and meanwhile nobody asks twice.
        await answered(screen, asked.request, site="HQ01", row_count=18_204)
        await until(lambda: len(model.outcomes) == 1)
        assert "1" in screen.banner.text()
        assert "2" in screen.banner.text()
        assert not screen._is_free()
        await answered(screen, asked.request, site="SH01", code="MONTH_NOT_DURABLE", is_last=True)
        await until(lambda: model.request is not None and model.request.is_done)
        await until(lambda: "18,204" in screen.banner.text())
        assert screen._told()[1] is Tone.WAITING

        # Nobody answers for a program that is too old; for devices that are silent somebody may.
        screen.table.go_to(3)
        assert not model.may_sign_off(screen._line)
        screen.table.go_to(2)
        await stage.keys("S")
        await opened(stage)
        await stage.keys("Return")
        await closed(stage)
        await until(lambda: request_of(stage).sites == ("SH02",))
        assert request_of(stage).is_signed_off

        def no_network(*_asked: Any, **_more: Any) -> Any:
            raise Unavailable("NETWORK")

        screen.asker._detail = no_network
        await stage.keys("F5")
        await until(lambda: model.error is not None)
        assert screen.banner.text() == stage.window.words.sentence("NETWORK")

    play(script, tmp_path)
