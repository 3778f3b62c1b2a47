"""F1: topics that can be clicked, a search that says when it found nothing, keys that exist."""

from functools import partial
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from desktop.shell.help import CONVENTIONS, HelpPanel
from desktop.ui.keyline import shown_key
from desktop.ui.theme import TARGET
from tests.builders.window_house import Stage, play


async def opened(stage: Stage) -> HelpPanel:
    await stage.keys("F1", "2")
    panel = stage.window.overlay.top
    assert isinstance(panel, HelpPanel)
    return panel


def test_topics_stand_apart_and_a_click_opens_what_is_shown_there(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        panel = await opened(stage)
        made = list(panel.topics.values())
        tops = [one.mapTo(panel, QPoint(0, 0)).y() for one in made]
        assert all(one.height() >= TARGET for one in made)
        assert all(b - a >= made[0].height() for a, b in pairwise(tops))
        for name in ("start", "till", "settings"):
            panel._scroll.ensureWidgetVisible(panel.topics[name])
            at = panel.topics[name].mapTo(stage.window, panel.topics[name].rect().center())
            under = stage.window.childAt(at)
            assert under is panel.topics[name]
            await stage._outside(partial(QTest.mouseClick, under, Qt.MouseButton.LeftButton))
            assert panel._shown == name
            assert panel.topics[name].isChecked()
        last = panel.topics[list(panel.topics)[-1]]
        panel._scroll.ensureWidgetVisible(last)
        assert last.visibleRegion().boundingRect().height() == last.height()

    play(script, tmp_path)


def test_a_search_shows_its_page_or_says_that_nothing_was_found(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        window = await stage.sign_in("clerk-guanqian", "SH01.01")
        panel = await opened(stage)
        panel.field.setText("折扣")
        assert panel._shown == "till"
        panel.field.setText("锁定 / 换人")
        assert panel._shown == "start", "as the tab of keys calls what Ctrl+L does"
        panel.field.setText("xyzzy")
        assert not panel.topics
        assert "xyzzy" in panel.page.toPlainText()
        assert len(panel.page.toPlainText()) < 80, "no page nobody asked for stands beside it"
        panel.field.setText("")
        assert next(iter(panel.topics)) == "start"
        assert panel._shown == "start"
        await stage.keys("Down")
        assert panel._shown == list(panel.topics)[1]
        assert window.overlay.top is panel

    play(script, tmp_path)


def test_every_key_help_names_for_a_page_does_something_there(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        for user, device, kind in (
            ("dealer-east", "DL01.01", "dealer"),
            ("clerk-guanqian", "SH01.01", "till"),
        ):
            window = await stage.sign_in(user, device, device_type=kind)
            lacking = [
                (screen, key)
                for key, _text, screens in CONVENTIONS
                for screen in screens
                if screen in window.specs
                and key not in {k for one in window.own_actions_of(screen) for k in one.keys}
            ]
            assert not lacking
        window.open("till")
        await stage.settle()
        panel = HelpPanel(window)
        keys = panel.tabs.widget(0)
        assert keys is not None
        shown = [one.text() for one in keys.findChildren(QLabel)]
        assert shown.count(shown_key("F12")) == 1, "at the till F12 is one thing"
        panel.deleteLater()

    play(script, tmp_path)
