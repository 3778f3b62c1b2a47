"""Photos of counts and pictures of goods, as people meet them."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter

from desktop.catalog.usecases import publish_picture
from desktop.catalog.view.publish_pictures import make_sizes
from desktop.ui.photo_panel import PhotoPanel
from resources.demo import read_rows
from shared.stocktake.rules import label_text
from tests.builders.window_house import Stage
from tests.gallery.scenes_warehouse import BOSS, DEVICE, boss, calm, staff

STRANGER = "6901234567892"
CLEANSER, CREAM = "2000101010005", "010204"


def a_bottle(hue: int) -> QImage:
    """A bottle on a table: a picture of our own, so that no rights are anybody's."""
    image = QImage(900, 900, QImage.Format.Format_RGB32)
    image.fill(QColor.fromHsl(hue, 60, 225))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor.fromHsl(hue, 40, 195))
    painter.drawRect(QRectF(0, 690, 900, 210))
    shine = QLinearGradient(QPointF(330, 0), QPointF(570, 0))
    for at, light in ((0.0, 90), (0.3, 190), (0.6, 120), (1.0, 70)):
        shine.setColorAt(at, QColor.fromHsl(hue, 150, light))
    painter.setBrush(shine)
    painter.drawRoundedRect(QRectF(330, 300, 240, 480), 50, 50)
    painter.setBrush(QColor.fromHsl(hue, 30, 60))
    painter.drawRoundedRect(QRectF(395, 180, 110, 130), 14, 14)
    painter.setBrush(QColor("white"))
    painter.drawRoundedRect(QRectF(360, 480, 180, 180), 8, 8)
    painter.end()
    return image


def kept_picture(stage: Stage, hue: int) -> Path:
    """A bottle as a file."""
    path = stage.program.client.home / f"bottle-{hue}.png"
    a_bottle(hue).save(str(path))
    return path


async def snap(stage: Stage, hue: int) -> PhotoPanel:
    """A photo in the panel that asks for one."""
    await calm(stage)
    panel = stage.window.overlay.top
    assert isinstance(panel, PhotoPanel)
    await panel.take(a_bottle(hue))
    await calm(stage)
    return panel


async def at_the_shelf(stage: Stage) -> Any:
    """A counter in a blind count who met a code nobody knows."""
    staff(stage)
    opening = boss(stage, "count-open", scope="opening", zones=["A"], mode="open")
    lines = [{"code": "010101", "qty": "60"}, {"code": CREAM, "qty": "5"}]
    stage.house.do(DEVICE, "li", "count-zone", count=opening["number"], lines=lines)
    for step in ("count-reveal", "count-approve", "count-post"):
        boss(stage, step, count=opening["number"])
    rule = {"name": "stocktake.photo_reasons", "value": "damaged stolen"}
    stage.house.do("HQ.01", "hq-editor", "policy-set", **rule)
    number = boss(stage, "count-open", zones=["A"], tolerance_qty="0")["number"]
    await stage.sign_in("li", DEVICE, device_type="dealer")
    stage.window.open("counting")
    await stage.scan(label_text(number, "A"))
    for code, qty in ((CLEANSER, "52"), (CREAM, "4")):
        await stage.scan(code)
        await stage.keys("=", qty, "Return")
    await stage.scan(STRANGER)
    await stage.keys("U")
    return await snap(stage, 150)


async def photo_of_unknown(stage: Stage) -> None:
    """U: a photo and a note of goods nobody knows."""
    panel = await at_the_shelf(stage)
    panel.note.setText("A-03 最下层，像是试用装，约 6 瓶")
    await calm(stage)


async def review_with_photos(stage: Stage) -> None:
    """Differences, one of which wants a photo by policy."""
    await photo_of_unknown(stage)
    await stage.keys("Return", "F9", "Return")
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("stocktake")
    await calm(stage)
    await stage.keys("Return")
    await calm(stage)
    await stage.keys("F9")
    await calm(stage)
    await stage.keys("Return")
    await calm(stage)
    await stage.keys("2", "2")
    await calm(stage)


async def photos_of_count(stage: Stage) -> None:
    """The photos of a count, one in front."""
    await review_with_photos(stage)
    await stage.keys("C")
    panel = await snap(stage, 20)
    panel.note.setText("瓶盖裂开，漏液")
    await stage.keys("F10")
    await calm(stage)
    await stage.keys("P")
    await calm(stage)


async def photo_large(stage: Stage) -> None:
    """One photo, large."""
    await photos_of_count(stage)
    await stage.keys("Space")
    await calm(stage)


def with_pictures(stage: Stage) -> None:
    """Half of the goods have a picture."""
    stage.house.sit_at("HQ.01", device_type="hq")
    stage.house.author_id = "hq-editor"
    cache = stage.program.client.pictures
    for place, row in enumerate(read_rows("products")[:24]):
        if place % 2 == 0:
            made = make_sizes(kept_picture(stage, place * 31 % 360))
            stage.house.write(publish_picture, row["code"], made)
            for data in made.values():
                cache.keep(sha256(data).hexdigest(), data)


async def goods_with_pictures(stage: Stage) -> None:
    """The product display with pictures, and with letters where there are none."""
    with_pictures(stage)
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("products", "010101")
    await calm(stage)


async def publishing_pictures(stage: Stage) -> None:
    """Head office after a folder was published."""
    folder = stage.program.client.home / "photos"
    folder.mkdir(exist_ok=True)
    for place, name in enumerate(("010101", "010102", "010204（正面）", "IMG_2041")):
        a_bottle(place * 70).save(str(folder / f"{name}.png"))
    (folder / "010301.jpg").write_bytes(b"no picture")
    await stage.sign_in("hq-editor", "HQ.01", device_type="hq")
    stage.window.open("goods")
    await calm(stage)
    screen: Any = stage.window.current
    screen.publish_folder(folder)
    for _ in range(5):
        await calm(stage)


SCENES: tuple[tuple[str, Callable[[Stage], Awaitable[None]]], ...] = (
    ("counting-photo", photo_of_unknown),
    ("review-photo-wanted", review_with_photos),
    ("review-photos", photos_of_count),
    ("review-photo-large", photo_large),
    ("products-pictures", goods_with_pictures),
    ("goods-pictures", publishing_pictures),
)
