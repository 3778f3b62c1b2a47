"""Pictures made small: from a file or the clipboard to a JPEG of at most so many bytes."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QImageReader, QPainter

from shared.core.errors import RuleViolation

MEDIA_TYPE: Final = "image/jpeg"
FILE_BYTES_MAX: Final = 64 * 1024 * 1024
"""Larger than any camera writes one picture; read no further."""
FILES: Final = "*.jpg *.jpeg *.png *.webp *.bmp *.gif"
_QUALITIES: Final = (85, 75, 65, 55, 45, 35)
_SMALLEST: Final = 48
"""Below this side nobody recognises anything; what does not fit even so is refused."""


def fitting_jpeg(image: QImage, *, side: int, bytes_max: int) -> bytes:
    """A picture of at most ``side`` pixels either way, as a JPEG of at most ``bytes_max`` bytes.

    Quality gives way first, then size. Nothing of the source but its pixels is in it: no place,
    no time, no camera. Raises: RuleViolation PICTURE_UNREADABLE, PICTURE_TOO_LARGE.
    """
    if image.isNull():
        raise RuleViolation("PICTURE_UNREADABLE")
    while side >= _SMALLEST:
        scaled = _bare(_scaled(image, side))
        for quality in _QUALITIES:
            data = _jpeg(scaled, quality)
            if len(data) <= bytes_max:
                return data
        side = min(side, max(scaled.width(), scaled.height())) * 3 // 4
    raise RuleViolation("PICTURE_TOO_LARGE", most_kb=bytes_max // 1024)


def image_of_file(path: Path) -> QImage:
    """A picture file, turned as its camera was held.

    Raises: RuleViolation PICTURE_UNREADABLE, also for what is no picture at all.
    """
    try:
        too_large = path.stat().st_size > FILE_BYTES_MAX
    except OSError as error:
        raise RuleViolation("PICTURE_UNREADABLE", file=path.name[:60]) from error
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    image = QImage() if too_large else reader.read()
    if image.isNull():
        raise RuleViolation("PICTURE_UNREADABLE", file=path.name[:60])
    return image


def image_of_jpeg(data: bytes) -> QImage:
    """A stored picture; null when it is none. No other format is tried on what came from afar."""
    buffer = QBuffer()
    buffer.setData(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    return QImageReader(buffer, b"jpg").read()


def pasted_image() -> QImage | Path | None:
    """What the clipboard holds of a picture: itself, or a file; None when it holds none."""
    mime = QGuiApplication.clipboard().mimeData()
    if mime.hasImage():
        image = QGuiApplication.clipboard().image()
        return None if image.isNull() else image
    files = [Path(one.toLocalFile()) for one in mime.urls() if one.isLocalFile()]
    return next((one for one in files if is_picture_file(one)), None)


def is_picture_file(path: Path) -> bool:
    """Whether its name ends as a picture's does."""
    return f"*{path.suffix.lower()}" in FILES.split()


def _bare(image: QImage) -> QImage:
    """Its pixels alone, painted anew: Qt would write the source's comments into the copy.

    JPEG knows no glass: what shows through becomes white instead of black.
    """
    image.setDevicePixelRatio(1)
    whole = QImage(image.size(), QImage.Format.Format_RGB32)
    whole.fill(QColor("white"))
    painter = QPainter(whole)
    painter.drawImage(0, 0, image)
    painter.end()
    return whole


def _scaled(image: QImage, side: int) -> QImage:
    if max(image.width(), image.height()) <= side:
        return image.copy()
    return image.scaled(
        side,
        side,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def _jpeg(image: QImage, quality: int) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # PySide names the format as bytes in its stubs and takes a text as well.
    if not image.save(buffer, "JPG", quality):  # type: ignore[call-overload]
        raise RuleViolation("PICTURE_UNREADABLE")
    return bytes(buffer.data().data())
