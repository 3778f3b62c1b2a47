"""What stands on a page that was made."""

from pathlib import Path

import pypdfium2


def text_of(pdf: Path) -> str:
    """All the text of a PDF."""
    file = pypdfium2.PdfDocument(pdf.read_bytes())
    try:
        return "".join(page.get_textpage().get_text_range() for page in file)
    finally:
        file.close()
