"""Lays a form out over its pages and draws it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from desktop.printing.pdf.form import Field, Form, FormBlock, FormColumn
from desktop.printing.pdf.page import POINTS_PER_MM, Pen, fitted, printable, text_width, wrapped

_PAD = 2.5
_TITLE_PT = 15.0
_COMPANY_PT = 11.0
_SMALL_PT = 7.5
_LEAST_WORDS = 0.8
_LEAST_FIGURE = 0.4
_LEAST_FIELD = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One laid out row: its cells' lines, or the heading of a block."""

    cells: tuple[list[str], ...]
    sizes: tuple[float, ...]
    height: float
    is_bold: bool = False
    is_heading: bool = False


class _Layout:
    """The measures of one form, and its rows cut into pages."""

    def __init__(self, form: Form) -> None:
        self.form = _printable_form(form)
        paper = form.paper
        self.size = paper.text_pt
        self.leading = self.size * 1.3
        self.left = paper.side_mm * POINTS_PER_MM
        self.right = (paper.width_mm - paper.side_mm) * POINTS_PER_MM
        self.top = paper.top_mm * POINTS_PER_MM
        self.bottom = (paper.height_mm - paper.bottom_mm) * POINTS_PER_MM - _SMALL_PT - 3
        self.rule = 0.4 if paper.has_grey else 0.7
        self.edges = self._edges(form.columns)
        self.head_height = self._head_height()
        self.row_height = self.leading + 2 * _PAD - 2
        self.title_row = self._row(tuple(one.title for one in form.columns), is_bold=True)
        self.pages = self._paged(list(self._rows()))

    def _edges(self, columns: tuple[FormColumn, ...]) -> list[float]:
        whole = sum(column.share for column in columns)
        edges = [self.left]
        for column in columns:
            edges.append(edges[-1] + (self.right - self.left) * column.share / whole)
        return edges

    def field_rows(self) -> list[list[Field]]:
        """The fields of the head, row by row."""
        rows: list[list[Field]] = [[]]
        for field in self.form.fields:
            if field.is_wide or len(rows[-1]) == self.form.fields_across:
                rows.append([])
            rows[-1].append(field)
            if field.is_wide:
                rows.append([])
        return [row for row in rows if row]

    def _head_height(self) -> float:
        titles = _TITLE_PT * 1.5 + (_COMPANY_PT * 1.4 if self.form.company else 0)
        return titles + len(self.field_rows()) * self.leading + 4

    def tail_height(self) -> float:
        """What the foot and the signatures take on the last page."""
        foot = len(self.form.foot) * self.leading + 4
        return foot + (self.leading * 1.9 if self.form.signatures else 0)

    def _rows(self) -> Iterator[_Row]:
        for block in self.form.blocks:
            yield from self._block(block)

    def _block(self, block: FormBlock) -> Iterator[_Row]:
        if block.heading:
            yield _Row(cells=([block.heading],), sizes=(), height=self.row_height, is_heading=True)
        for row in block.rows:
            yield self._row(row, is_bold=False)
        if block.sums:
            yield self._row(block.sums, is_bold=True)

    def _row(self, row: tuple[str, ...], *, is_bold: bool) -> _Row:
        assert len(row) == len(self.form.columns)
        cells, sizes = [], []
        for at, (cell, column) in enumerate(zip(row, self.form.columns, strict=True)):
            width = self.edges[at + 1] - self.edges[at] - 2 * _PAD
            lines, size = self._cell(printable(cell), width, column)
            cells.append(lines)
            sizes.append(size)
        height = self.row_height + (max(map(len, cells)) - 1) * self.leading
        return _Row(cells=tuple(cells), sizes=tuple(sizes), height=height, is_bold=is_bold)

    def _cell(self, text: str, width: float, column: FormColumn) -> tuple[list[str], float]:
        """The cell's lines and their size: figures and codes shrink, only words are cut."""
        # No character is wider than the em: most cells need no measuring.
        if len(text) * self.size <= width or (needed := text_width(text, self.size)) <= width:
            return [text], self.size
        if column.lines > 1:
            return wrapped(text, self.size, width, column.lines), self.size
        least = _LEAST_WORDS if column.align == "left" and not text.isascii() else _LEAST_FIGURE
        size = max(self.size * width / needed, self.size * least)
        return [fitted(text, size, width + 0.01)], size

    def _paged(self, rows: list[_Row]) -> list[list[_Row]]:
        """The rows of each page; the last page has room for the tail."""
        room = self.bottom - self.top - self.head_height - self.row_height
        pages: list[list[_Row]] = [[]]
        used = 0.0
        for at, row in enumerate(rows):
            needed = row.height
            if row.is_heading and at + 1 < len(rows):
                needed += rows[at + 1].height
            if used + needed > room and pages[-1]:
                pages.append([])
                used = 0.0
            pages[-1].append(row)
            used += row.height
        if used + self.tail_height() > room:
            # A last page without goods would be a page of signatures for nothing.
            moved = [pages[-1].pop()] if len(pages[-1]) > 1 else []
            pages.append(moved)
        return pages


def render(form: Form) -> bytes:
    """The form as a PDF file with its font embedded."""
    layout = _Layout(form)
    paper = form.paper
    pen = Pen(paper.width_mm, paper.height_mm, f"{form.title} {form.number}".strip())
    for number, rows in enumerate(layout.pages, 1):
        if number > 1:
            pen.next_page()
        y = _draw_head(pen, layout)
        y = _draw_table(pen, layout, rows, y)
        if number == len(layout.pages):
            _draw_tail(pen, layout, y)
        _draw_edge(pen, layout, number)
    return pen.done()


def _draw_head(pen: Pen, layout: _Layout) -> float:
    form, y, middle = layout.form, layout.top, (layout.left + layout.right) / 2
    if form.company:
        y += _COMPANY_PT
        pen.text(middle, y, form.company, _COMPANY_PT, align="centre")
        y += _COMPANY_PT * 0.4
    y += _TITLE_PT
    pen.text(middle, y, form.title, _TITLE_PT, align="centre", is_bold=True)
    pen.text(layout.right, y, form.number, layout.size + 1, align="right")
    pen.text(layout.left, y, form.mark, layout.size + 1, is_bold=True)
    y += _TITLE_PT * 0.5
    across = (layout.right - layout.left) / form.fields_across
    for row in layout.field_rows():
        y += layout.leading
        for at, field in enumerate(row):
            width = layout.right - layout.left if field.is_wide else across - 6
            _draw_field(pen, field, layout.left + at * across, y - 3, width, layout.size)
    return y + 4


def _draw_field(pen: Pen, field: Field, x: float, y: float, width: float, size: float) -> None:
    name = field.heading
    pen.text(x, y, name, size)
    room = width - text_width(name, size)
    wanted = max(text_width(field.value, size), 0.01)
    smaller = size * min(1.0, max(_LEAST_FIELD, room / wanted))
    pen.text(x + width - room, y, fitted(field.value, smaller, room + 0.01), smaller)


def _draw_table(pen: Pen, layout: _Layout, rows: list[_Row], y: float) -> float:
    """Titles and rows with a grid around; gives the y below."""
    heading = layout.title_row
    if layout.form.paper.has_grey:
        pen.grey_area(layout.left, y, layout.right - layout.left, heading.height)
    begin = y
    pen.line(layout.left, y, layout.right, y, layout.rule)
    segments: list[tuple[float, float]] = []
    for row in (heading, *rows):
        _draw_row(pen, layout, row, y)
        if not row.is_heading:
            segments.append((y, y + row.height))
        y += row.height
        pen.line(layout.left, y, layout.right, y, layout.rule)
    for x in (layout.left, layout.right):
        pen.line(x, begin, x, y, layout.rule)
    for top, bottom in _joined(segments):
        for x in layout.edges[1:-1]:
            pen.line(x, top, x, bottom, layout.rule)
    return y


def _joined(segments: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Segments that touch, as one: a grid line is drawn once and not per row."""
    joined: list[tuple[float, float]] = []
    for top, bottom in segments:
        if joined and abs(joined[-1][1] - top) < 0.01:
            joined[-1] = (joined[-1][0], bottom)
        else:
            joined.append((top, bottom))
    return joined


def _draw_row(pen: Pen, layout: _Layout, row: _Row, y: float) -> None:
    if row.is_heading:
        heading = fitted(row.cells[0][0], layout.size, layout.right - layout.left - 2 * _PAD)
        pen.text(layout.left + _PAD, y + layout.size + _PAD - 1, heading, layout.size, is_bold=True)
        return
    for at, (lines, size) in enumerate(zip(row.cells, row.sizes, strict=True)):
        align = layout.form.columns[at].align
        left, right = layout.edges[at] + _PAD, layout.edges[at + 1] - _PAD
        x = {"left": left, "right": right, "centre": (left + right) / 2}[align]
        offset = (row.height - layout.row_height - (len(lines) - 1) * layout.leading) / 2
        baseline = y + offset + layout.size + _PAD - 1
        for line in lines:
            pen.text(x, baseline, line, size, align=align, is_bold=row.is_bold)
            baseline += layout.leading


def _draw_tail(pen: Pen, layout: _Layout, y: float) -> None:
    form = layout.form
    for field in form.foot:
        y += layout.leading
        _draw_field(pen, field, layout.left, y, layout.right - layout.left, layout.size)
    if not form.signatures:
        return
    y += layout.leading * 1.7
    share = (layout.right - layout.left) / len(form.signatures)
    for at, one in enumerate(form.signatures):
        x = layout.left + at * share
        label = f"{one.heading}{one.value}"
        pen.text(x, y, label, layout.size)
        begin = x + text_width(label, layout.size) + 2
        pen.line(begin, y + 2, x + share - 12, y + 2, layout.rule)


def _draw_edge(pen: Pen, layout: _Layout, number: int) -> None:
    form = layout.form
    y = layout.bottom + _SMALL_PT + 3
    page = form.page_words.replace("{page}", str(number))
    page = page.replace("{pages}", str(len(layout.pages)))
    pen.text(layout.right, y, page, _SMALL_PT, align="right")
    pen.text(layout.left, y, form.remark, _SMALL_PT)


def _printable_form(form: Form) -> Form:
    """The form with every text outside the table cleaned; cells are cleaned as they are laid."""
    return replace(
        form,
        title=printable(form.title),
        company=printable(form.company),
        number=printable(form.number),
        remark=printable(form.remark),
        mark=printable(form.mark),
        signatures=_printable_fields(form.signatures),
        columns=tuple(replace(one, title=printable(one.title)) for one in form.columns),
        blocks=tuple(replace(one, heading=printable(one.heading)) for one in form.blocks),
        fields=_printable_fields(form.fields),
        foot=_printable_fields(form.foot),
    )


def _printable_fields(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(
        replace(one, name=printable(one.name), value=printable(one.value)) for one in fields
    )
