"""The demo brand 示例品牌 as tables of text, one CSV file for each kind of record."""

import csv
import io
from importlib.resources import files


def read_rows(name: str) -> list[dict[str, str]]:
    """Give the rows of one demo table, such as ``products``, in file order.

    Every value is text just as it stands in the file: codes keep their leading zeros, an empty
    cell is an empty text. Prices and credit limits are decimal yuan, ratios and tax rates decimal
    fractions (``0.455``), quantities count base units, dates are ISO dates.

    Raises:
        FileNotFoundError: there is no demo table of that name.
        ValueError: a row has more or fewer cells than the header; it names the file and line.
    """
    text = files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = next(lines)
    rows: list[dict[str, str]] = []
    for cells in lines:
        if len(cells) != len(header):
            raise ValueError(f"{name}.csv line {lines.line_num}: {len(cells)} cells")
        rows.append(dict(zip(header, cells, strict=True)))
    return rows


def read_sheet(name: str) -> bytes:
    """Give a demo table as the bytes of its CSV file, as if a person had chosen that file.

    Raises:
        FileNotFoundError: there is no demo table of that name.
    """
    return files(__name__).joinpath(f"{name}.csv").read_bytes()
