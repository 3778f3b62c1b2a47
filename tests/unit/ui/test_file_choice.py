"""Choosing files: a dialog begins where the person was last, never in the program's own folder."""

from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.ui.file_choice import Purpose, file_dialog, first_folder
from tests.builders.window_house import Stage, play


class Kept:
    """Settings in a dictionary."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def get(self, key: str, default: str = "") -> str:
        return self.values.get(key, default)

    def put(self, key: str, value: str) -> None:
        self.values[key] = value


@pytest.mark.parametrize("purpose", Purpose)
def test_the_first_time_it_is_a_folder_of_the_person(
    purpose: Purpose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        QStandardPaths, "writableLocation", lambda place: str(tmp_path / place.name)
    )
    monkeypatch.chdir(tmp_path)
    assert first_folder(Kept(), purpose) == Path.home(), "none of the usual folders is there"
    usual = tmp_path / "DocumentsLocation"
    usual.mkdir()
    assert first_folder(Kept(), purpose) == usual


def test_a_dialog_begins_where_such_a_file_was_chosen_last(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in("clerk-guanqian", "SH01.01")
        settings, taken = stage.program.settings, list[Path]()
        parent = QWidget(window)

        def dialog(purpose: Purpose) -> QFileDialog:
            return file_dialog(parent, "?", settings, purpose, taken.append)

        sheet = tmp_path / "stick" / "goods.csv"
        sheet.parent.mkdir()
        dialog(Purpose.SHEET).fileSelected.emit(str(sheet))
        pictures = tmp_path / "pictures"
        pictures.mkdir()
        dialog(Purpose.PICTURES).fileSelected.emit(str(pictures))
        assert taken == [sheet, pictures]
        assert dialog(Purpose.SHEET).directory().path() == str(sheet.parent)
        assert dialog(Purpose.PICTURES).directory().path() == str(pictures)
        elsewhere = dialog(Purpose.PACKET).directory().path()
        assert elsewhere not in (str(sheet.parent), str(pictures), str(Path.cwd()))
        sheet.parent.rmdir()
        assert dialog(Purpose.SHEET).directory().path() != str(sheet.parent), "the stick is gone"

    play(script, tmp_path)
