"""Pasted lines: whether their first names columns, and how they become the rows of a file."""

from collections.abc import Callable, Sequence
from csv import writer
from io import StringIO

from shared.core.text import half_width


def has_heading(lines: Sequence[Sequence[str]], product_of: Callable[[str], str | None]) -> bool:
    """Whether the first of pasted lines names columns: no product, and no figure in it."""
    cells = [cell.strip() for cell in lines[0] if cell.strip()] if lines else []
    is_known = any(product_of(cell) is not None for cell in cells[:1])
    return len(lines) > 1 and len(cells) > 1 and not is_known and not any(map(_is_figure, cells))


def csv_of(lines: Sequence[Sequence[str]]) -> bytes:
    """Pasted lines as the content of a file."""
    written = StringIO()
    writer(written).writerows(lines)
    return written.getvalue().encode()


def _is_figure(text: str) -> bool:
    return any(sign.isdigit() for sign in half_width(text))
