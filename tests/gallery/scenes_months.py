"""Closing months at head office's desk, as its server sees the sites."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from desktop.reporting.usecases.asking import Report
from shared.journal.document import Value
from tests.builders.hands import until
from tests.builders.office_day import enrolled, in_the_new_year, put
from tests.builders.window_house import Stage
from tests.gui.office_hands import EDITOR, opened

COLUMNS = ("site_id", "closed", "until", "rows", "code", "named")
SITES: tuple[tuple[Value, ...], ...] = (
    ("HQ01", "2024-09", "2024-11", 18_204, "", ""),
    ("SH01", "2024-09", "2024-11", 4_812, "", ""),
    ("SH02", "2024-08", "2024-11", 3_977, "MONTH_DEVICES_AWAITED", "SH02.01 SH02.02"),
    ("SH03", "", "2024-11", 20_655, "MONTH_PROGRAM_TOO_OLD", "SH03.01"),
    ("SH04", "2024-09", "2024-11", 2_604, "MONTH_NOT_DURABLE", "SH04.01/1"),
    ("SH05", "2024-11", "2024-11", 0, "", ""),
)


def office_says(stage: Stage) -> None:
    """What head office's server would answer."""

    def ask(name: str, _params: Mapping[str, Value], *, progress: Any) -> Report:
        assert name == "months"
        return Report(columns=COLUMNS, rows=list(SITES), total=len(SITES), is_whole=True)

    stage.window.around = replace(stage.window.around, detail=ask)


def told(stage: Stage, request: str, site_id: str, code: str = "", *, rows: int = 0) -> None:
    """What head office's server wrote of one site."""
    values: dict[str, Value] = {
        "request": request, "site_id": site_id, "row_count": rows, "openings": rows // 40,
        "code": code, "named": "", "told_at_us": stage.house.time.now_us(),
    }  # fmt: skip
    put(stage.house, "month_outcome", f"{request}:{site_id}", values)


async def months(stage: Stage) -> None:
    """Every site with what stands in its way, and how the last closing ended."""
    enrolled(stage.house)
    in_the_new_year(stage.house)
    request = "f" * 32
    put(
        stage.house,
        "month_request",
        request,
        {"month": "2024-09", "sites": "", "is_done": 1, "asked_at_us": stage.house.time.now_us()},
    )
    for site_id in ("HQ01", "SH01", "SH04", "SH05"):
        told(stage, request, site_id, rows=4_000)
    told(stage, request, "SH02", "MONTH_DEVICES_AWAITED")
    told(stage, request, "SH03", "MONTH_PROGRAM_TOO_OLD")
    await stage.sign_in(EDITOR, "HQ.01", device_type="hq")
    office_says(stage)
    stage.window.open("months")
    await stage.settle()
    screen: Any = stage.window.current
    await until(lambda: screen.table.rows.shown)
    screen.table.go_to(2)


async def months_ask(stage: Stage) -> None:
    """The second look before a site is closed without its devices."""
    await months(stage)
    await stage.keys("S")
    await opened(stage)


SCENES = (("office-months", months), ("office-months-ask", months_ask))
