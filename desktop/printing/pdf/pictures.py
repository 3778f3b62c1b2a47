"""Pages of a PDF as pictures: to look at before printing, and for 复制为图片."""

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def to_images(document: bytes, dpi: int = 150) -> "list[Image]":
    """Each page as a picture, in order."""
    import pypdfium2

    file = pypdfium2.PdfDocument(document)
    try:
        return [page.render(scale=dpi / 72).to_pil().copy() for page in file]
    finally:
        file.close()


def to_pngs(document: bytes, dpi: int = 150) -> list[bytes]:
    """Each page as a PNG file, in order."""
    files = []
    for image in to_images(document, dpi):
        file = BytesIO()
        image.save(file, "PNG", compress_level=3)
        files.append(file.getvalue())
    return files
