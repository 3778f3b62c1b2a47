"""People and devices by keys: grants, a PIN, a one-time code, a revocation (P01, P10)."""

from pathlib import Path
from typing import Any

from PySide6.QtGui import QGuiApplication

from shared.access.queries import people_at, permissions_of
from shared.reporting.queries.devices import DeviceState, devices
from shared.sync.requests import code_hash
from tests.builders.hands import until
from tests.builders.office_day import enrolled
from tests.builders.window_house import Stage, play
from tests.gui.office_hands import EDITOR, closed, opened, sit


def _state(stage: Stage, device_id: str) -> DeviceState | None:
    found = stage.house.read(lambda one: devices(one, stage.house.time.now_us()))
    return next((one.state for one in found if one.device_id == device_id), None)


def test_a_device_is_invited_by_a_code_shown_once_and_later_revoked_with_a_reason(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        enrolled(stage.house)
        screen = await sit(stage, EDITOR, "people")
        await until(lambda: screen.devices.devices)
        await stage.keys("F6")
        rows = screen.device_table.rows
        screen.device_table.go_to(rows.place_of(lambda one: one.device_id == "DL01.01"))
        await stage.keys("N")
        panel = await opened(stage)
        # Begins as the row the cursor is on: mostly its site gets another of its kind.
        assert (panel.kind.value, panel.site.value, panel.tag.text()) == ("dealer", "DL01", "02")
        panel.kind.set_value("till")
        panel.site.set_value("SH02")
        assert panel.tag.text() == "02"
        await stage.keys("F10")
        await until(lambda: hasattr(stage.window.overlay.top, "code"))
        code = stage.window.overlay.top.code  # type: ignore[union-attr]
        await stage.keys("Ctrl+C")
        assert QGuiApplication.clipboard().text() == code
        await stage.keys("Return")
        await closed(stage)
        assert _state(stage, "SH02.02") is DeviceState.INVITED
        stored = stage.house.read(
            lambda one: one.exec_driver_sql(
                "select code_hash from device_invitation where id = 'SH02.02'"
            ).scalar_one()
        )
        assert stored == code_hash(code).hex()

        place = screen.device_table.rows.place_of(lambda one: one.device_id == "SH01.02")
        screen.device_table.go_to(place)
        await stage.keys("Delete")
        await opened(stage)
        await stage.keys("F10")
        assert _state(stage, "SH01.02") is DeviceState.ACTIVE, "no reason was given"
        await stage.keys("Escape")
        screen.device_table.view.setFocus()
        await stage.keys("Delete")
        await opened(stage)
        await stage.keys("stolen", "F10")
        assert _state(stage, "SH01.02") is DeviceState.ACTIVE, "the second look comes first"
        await stage.keys("F10")
        await closed(stage)
        await until(lambda: _state(stage, "SH01.02") is DeviceState.REVOKED)

        screen.device_table.go_to(
            screen.device_table.rows.place_of(lambda one: one.device_id == "SH02.02")
        )
        await stage.keys("X")
        await until(lambda: _state(stage, "SH02.02") is DeviceState.EXPIRED)

    play(script, tmp_path)


def test_a_new_person_gets_a_role_a_site_and_a_pin_and_is_let_out_again(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        screen = await sit(stage, EDITOR, "people")
        await until(lambda: screen.model.people)
        await stage.keys("N")
        panel: Any = await opened(stage)
        await stage.keys("zhou", "Tab", "Zhou Qing")
        await stage.keys("F10")
        assert (await opened(stage)) is panel, "a clerk needs a site"
        panel._grants[0].site.set_value("SH01")
        await stage.keys("F10")
        await closed(stage)
        await until(lambda: any(one.user_id == "zhou" for one in screen.model.people))
        assert "sale.make" in _may(stage, "zhou")

        screen.people_table.go_to(
            screen.people_table.rows.place_of(lambda one: one.user_id == "zhou")
        )
        screen.people_table.view.setFocus()
        await stage.keys("P")
        panel = await opened(stage)
        # One that is refused is typed again: nobody believes that it holds.
        await stage.keys("12", "Return")
        await until(lambda: panel.pin.property("bad") == "true")
        assert not _has_pin(stage, "zhou")
        await stage.keys("Ctrl+A", "2580", "Return")
        await closed(stage)
        await until(lambda: _has_pin(stage, "zhou"))
        await stage.keys("Delete")
        await opened(stage)
        await stage.keys("Return")
        await closed(stage)
        await until(lambda: not _may(stage, "zhou"))

    play(script, tmp_path)


def test_a_dealer_sees_the_people_of_the_own_site_and_changes_nobody(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        stage.window.open("people")
        screen: Any = stage.window.current
        await until(lambda: screen.model.people)
        assert {one.user_id for one in screen.model.people} == {"dealer-east", "warehouse-east"}
        assert screen.tabs.count() == 1
        assert screen.key_actions() == ()
        assert "kept" not in stage.window.specs
        assert "consolidated" not in stage.window.specs

    play(script, tmp_path)


def _may(stage: Stage, user_id: str) -> frozenset[str]:
    return stage.house.read(lambda one: permissions_of(one, user_id, "SH01"))


def _has_pin(stage: Stage, user_id: str) -> bool:
    found = stage.house.read(lambda one: people_at(one, "SH01"))
    return any(one.user_id == user_id and one.pin_hash for one in found)
