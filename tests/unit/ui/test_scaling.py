"""Pictures made small: whatever comes in, what goes out fits, and is nothing but its pixels."""

import os
import random
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtGui import QColor, QImage

from desktop.ui.scaling import fitting_jpeg, image_of_file, image_of_jpeg
from shared.core.errors import RuleViolation

KB = 1024


def noise(wide: int, high: int) -> QImage:
    """The hardest picture there is: every pixel by chance, but always the same one."""
    data = random.Random(1).randbytes(wide * high * 4)
    return QImage(data, wide, high, QImage.Format.Format_RGB32).copy()


@pytest.mark.parametrize(
    ("wide", "high", "bytes_max"),
    [(900, 300, 60 * KB), (300, 900, 60 * KB), (300, 300, 4 * KB), (40, 30, 60 * KB)],
)
def test_any_picture_is_made_to_fit_with_its_proportions(
    wide: int, high: int, bytes_max: int
) -> None:
    data = fitting_jpeg(noise(wide, high), side=512, bytes_max=bytes_max)
    shown = image_of_jpeg(data)
    assert len(data) <= bytes_max
    assert max(shown.width(), shown.height()) <= min(512, max(wide, high))
    assert abs(shown.width() * high - shown.height() * wide) <= max(wide, high)


def test_a_small_picture_is_not_blown_up_and_glass_is_white() -> None:
    glass = QImage(30, 20, QImage.Format.Format_ARGB32)
    glass.fill(QColor(0, 0, 0, 0))
    shown = image_of_jpeg(fitting_jpeg(glass, side=1024, bytes_max=60 * KB))
    assert (shown.width(), shown.height()) == (30, 20)
    assert shown.pixelColor(10, 10).lightness() > 250


def test_what_fits_at_no_size_and_what_is_no_picture_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleViolation, match="PICTURE_TOO_LARGE"):
        fitting_jpeg(noise(200, 200), side=200, bytes_max=100)
    text = tmp_path / "goods.jpg"
    text.write_bytes(b"not a picture")
    for path in (text, tmp_path / "nothing.jpg"):
        with pytest.raises(RuleViolation, match="PICTURE_UNREADABLE"):
            image_of_file(path)
    assert image_of_jpeg(b"GIF89a not a jpeg").isNull()


def test_the_place_a_photo_was_taken_at_does_not_leave_the_device(tmp_path: Path) -> None:
    whole = noise(64, 48)
    whole.setText("Comment", "31.2304 N 121.4737 E")
    path = tmp_path / "shelf.png"
    assert whole.save(str(path))
    assert b"121.4737" in path.read_bytes()
    data = fitting_jpeg(image_of_file(path), side=64, bytes_max=60 * KB)
    assert b"121.4737" not in data
