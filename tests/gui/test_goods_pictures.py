"""Pictures of goods by keys: head office publishes a folder, a dealer sees them, or every text."""

import shutil
from pathlib import Path
from typing import Any

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QLabel

from desktop.catalog.view.goods_picture import GoodsPicture
from desktop.catalog.view.publish_pictures import PublishPicturesPanel
from shared.catalog.queries import picture_digests
from shared.catalog.rules import LARGE, PICTURE_SIZES, SMALL
from tests.builders.hands import until
from tests.builders.window_house import Stage, play

CLEANSER, CREAM = "010101", "010204"


def a_folder(tmp_path: Path) -> Path:
    """Two pictures named for goods, a stranger, and a file that is no picture."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, colour in ((CLEANSER, 0xC04030), (f"{CREAM}（正面）", 0x3060C0), ("holiday", 0)):
        image = QImage(1200, 900, QImage.Format.Format_RGB32)
        image.fill(colour)
        assert image.save(str(folder / f"{name}.png"))
    (folder / "010301.jpg").write_bytes(b"no picture")
    (folder / "readme.txt").write_bytes(b"not looked at")
    return folder


def sheet_of(stage: Stage) -> tuple[GoodsPicture, str]:
    """The picture in the sheet at the right, and all its texts."""
    sheet = stage.window.sheet
    (picture,) = [one for one in sheet.findChildren(GoodsPicture) if one.isVisible()]
    shown = [one.text() for one in sheet.findChildren(QLabel) if one.isVisible()]
    return picture, " ".join(shown)


def test_published_pictures_are_shown_and_without_them_every_text_is(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        # F9 and a folder: what is named for goods is published, the rest is told by its name.
        await stage.sign_in("hq-editor", "HQ.01", device_type="hq")
        stage.window.open("goods")
        goods: Any = stage.window.current
        await until(lambda: bool(goods.model.rows))
        await stage.keys("F9")
        (dialog,) = goods.findChildren(QFileDialog)
        dialog.fileSelected.emit(str(a_folder(tmp_path)))
        dialog.close()
        await stage.take_seat(stage.window)
        await until(lambda: isinstance(stage.window.overlay.top, PublishPicturesPanel))
        panel: Any = stage.window.overlay.top
        await until(lambda: not panel.model.is_running)
        assert sorted(panel.model.published) == [CLEANSER, CREAM]
        assert "holiday.png" in panel._left.text()
        assert "010301.jpg" in panel._left.text()
        await stage.keys("Return")
        assert stage.window.overlay.top is None
        found = stage.house.read(lambda c: picture_digests(c, [CLEANSER, CREAM]))
        assert len(found) == 4
        cache = tmp_path / "pictures"
        for (_product, size), digest in found.items():
            image = QImage(str(cache / f"{digest}.jpg"))
            assert max(image.width(), image.height()) == PICTURE_SIZES[size].side

        # A dealer who has them sees the small one on the card and the large one in the sheet.
        await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        stage.window.open("products", CLEANSER)
        shop: Any = stage.window.current
        await until(stage.window.sheet.isVisible)
        picture, _ = sheet_of(stage)
        assert picture.has_picture
        item = shop.model.goods_of(CLEANSER)
        assert shop.model.picture_of(item) == str(cache / f"{found[CLEANSER, SMALL]}.jpg")
        assert picture._path() == str(cache / f"{found[CLEANSER, LARGE]}.jpg")

        # The folder is gone and there is no line: a letter, and all that is known in words.
        shutil.rmtree(cache)
        await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        stage.window.open("products", CLEANSER)
        shop = stage.window.current
        await until(stage.window.sheet.isVisible)
        picture, text = sheet_of(stage)
        assert not picture.has_picture
        assert shop.model.picture_of(item) == ""
        for part in (item.name, item.code, item.spec, item.brand):
            assert part in text
        assert stage.window.bar.last.text() == "", "nobody is told about a picture"

    play(script, tmp_path)
