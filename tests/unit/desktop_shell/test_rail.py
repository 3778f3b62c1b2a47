"""The rail: large buttons where all of them fit, compact ones only where they do not."""

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from desktop.app.screens import SCREENS
from desktop.shell.rail import COMPACT, Rail
from desktop.ui.theme import TARGET, Scheme, dress
from desktop.words.texts import Language, Words


@pytest.mark.parametrize(("count", "is_large"), [(8, True), (15, True), (22, False)])
def test_buttons_are_large_where_all_fit_even_before_the_window_is_shown(
    count: int, is_large: bool
) -> None:
    application = QApplication.instance() or QApplication(["qutong"])
    assert isinstance(application, QApplication)
    dress(application, Scheme.LIGHT, percent=100)
    screens = [one for one in SCREENS if one.in_rail][:count]
    rail = Rail(Words(Language.ENGLISH), screens, lambda _name: None)
    rail.resize(168, 690)
    rail.show()
    heights = {one.height() for one in rail.buttons.values()}
    rail.close()
    assert (min(heights) >= TARGET) is is_large
    assert min(heights) >= COMPACT
