"""Photos in a count by keys: pasted at the shelf, seen by the supervisor, asked for by policy."""

from pathlib import Path
from typing import Any

from PySide6.QtGui import QColor, QGuiApplication, QImage
from sqlalchemy import select

from desktop.ui.photo_panel import LargePicture, PhotoPanel
from desktop.ui.scaling import image_of_jpeg
from shared.stocktake.documents import PHOTO_BYTES_MAX
from shared.stocktake.rules import label_text
from shared.stocktake.tables import count_photo
from tests.builders.hands import until
from tests.builders.window_house import Stage, play
from tests.gui.warehouse_hands import (
    BOSS,
    CLEANSER,
    CLEANSER_EA,
    CREAM,
    KEEPER,
    at_boss,
    opened,
    sign,
    sit,
    staffed,
    texts,
)

STRANGER = "9999999999994"


def a_picture(colour: str) -> QImage:
    """As a telephone takes one: larger than anybody needs."""
    image = QImage(1600, 1200, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


def of_front(stage: Stage) -> type | None:
    """What the panel in front is, if any."""
    top = stage.window.overlay.top
    return None if top is None else type(top)


async def pasted(stage: Stage, colour: str) -> PhotoPanel:
    """A picture from the clipboard, in the panel that asks for one."""
    await until(lambda: isinstance(stage.window.overlay.top, PhotoPanel))
    panel: Any = stage.window.overlay.top
    QGuiApplication.clipboard().setImage(a_picture(colour))
    await stage.keys("Ctrl+V")
    await until(lambda: bool(panel.data))
    return panel  # type: ignore[no-any-return]


def test_unknown_goods_are_photographed_seen_by_the_supervisor_and_a_reason_wants_its_photo(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        staffed(stage)
        opened(stage, {CLEANSER: 60, CREAM: 5})
        await stage.sign_in("hq-editor", "HQ.01", device_type="hq")
        stage.window.open("stocktake")
        await stage.settle()
        await stage.keys("P", "2", "3", "4", "4", "Return")
        rules = stage.house.do("HQ.01", "hq-editor", "policies")
        assert rules["stocktake.photo_reasons"] == "damaged stolen"
        number = at_boss(stage, "count-open", zones=["A"], site_limit="99999")["number"]

        # At the shelf: U, a pasted picture, a note; taken back with the entry, and taken again.
        counter = await sit(stage, "li", "counting")
        await stage.scan(label_text(number, "A"))
        for code in (CLEANSER_EA, CREAM):
            await stage.scan(code)
            await stage.keys("=", "4", "Return")
        await stage.scan(STRANGER)
        for colour in ("red", "green"):
            await stage.keys("U")
            panel = await pasted(stage, colour)
            assert panel.view.has_picture
            await stage.keys("shelf 3", "Return")
            assert counter.model.photos == 1
            if colour == "red":
                await stage.keys("Ctrl+Z")
                assert counter.model.photos == 0
                await stage.scan(STRANGER)
        assert "60" not in texts(stage)
        assert stage.house.read(lambda c: c.execute(select(count_photo)).all()) == []
        await stage.keys("F9", "Return")
        await until(lambda: counter.model.sealed is not None)

        # The supervisor sees it before and after the differences are known; Space makes it large.
        boss = await sit(stage, BOSS, "stocktake")
        await stage.keys("Return")
        await until(lambda: boss.model.board is not None)
        (photo,) = boss.model.board.photos
        assert (photo.code, photo.note, photo.taken_by) == (STRANGER, "shelf 3", "李敏")
        data = boss.model.photo_of(photo)
        shown = image_of_jpeg(data)
        assert len(data) <= PHOTO_BYTES_MAX
        assert (shown.width(), shown.height()) == (1024, 768)
        assert shown.pixelColor(5, 5).green() > 100, "the one that was taken back is not there"
        await stage.keys("P", "Space")
        assert of_front(stage) is LargePicture
        await stage.keys("Space", "Escape")
        assert of_front(stage) is None
        await stage.keys("F9")
        await until(lambda: stage.window.overlay.top is not None)
        await stage.keys("Return")
        await until(lambda: bool(boss.model.board.lines))

        # "Damaged" wants a photo by policy: F10 says so, C adds it, then it goes on.
        await stage.keys("2")
        await stage.keys("1")
        await until(lambda: len(boss.model.reasons) == 2)
        assert boss.model.step.value == "photos"
        await stage.keys("F10")
        assert of_front(stage) is None
        said = stage.window.words.sentence("PHOTO_MISSING", {"number": 1})
        assert stage.window.bar.last.text() == said
        await stage.keys("C")
        await stage.keys("F10")
        assert of_front(stage) is PhotoPanel, "not without a photo"
        await pasted(stage, "blue")
        await stage.keys("F10")
        await until(lambda: not boss.model.without_photo)
        await stage.keys("F10")
        await until(lambda: stage.window.overlay.top is not None)
        await sign(stage, KEEPER)
        await until(lambda: boss.model.board.head.state.value == "posted")
        assert [bool(one.goods) for one in boss.model.board.photos] == [False, True]

    play(script, tmp_path)
