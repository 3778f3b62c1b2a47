"""The widths and the choice of a table's columns, as this device remembers them."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHeaderView, QTableView

from desktop.ui.frame import Settings
from desktop.ui.table.columns import Column
from desktop.ui.theme import scaled


class Widths:
    """Kept under the table's name: each column's width at 100 % text, 0 for one left out."""

    def __init__(
        self, view: QTableView, columns: Sequence[Column], settings: Settings, name: str
    ) -> None:
        self._view = view
        self._columns = columns
        self._settings = settings
        self._key = f"columns.{name}"
        self._given_way: set[int] = set()
        self._lent: dict[int, int] = {}
        """Columns that are wider for now than what is remembered, in pixels."""

    def restore(self) -> None:
        """Give the columns what is remembered, and remember from now on what is pulled."""
        header = self._view.horizontalHeader()
        for place, (column, width) in enumerate(zip(self._columns, self._kept(), strict=True)):
            self._view.setColumnHidden(place, width == 0)
            if width:
                header.resizeSection(place, scaled(width))
            if column.stretches:
                header.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)
        header.sectionResized.connect(lambda *_: self._remember())

    def show_column(self, place: int, is_shown: bool) -> None:
        """The person chose to see a column, or not to."""
        self._view.setColumnHidden(place, not is_shown)
        self._given_way.discard(place)
        self._remember()

    def give_way(self, places: set[int]) -> None:
        """Hide these columns for now, and show again those that gave way before; what the person
        chose stays remembered."""
        back = self._given_way - places
        kept = self._kept()
        self._given_way = set(places)
        for place in places:
            self._view.setColumnHidden(place, True)
        for place in back:
            self._view.setColumnHidden(place, kept[place] == 0)

    def kept_width(self, place: int) -> int:
        """The width of a column at 100 % text, as it is remembered; 0 = left out."""
        return self._kept()[place]

    def lend(self, place: int, width_px: int) -> None:
        """Make a column wider for now; 0 gives back what it got. Nothing of it is remembered."""
        before = self._lent.pop(place, 0)
        if width_px:
            self._lent[place] = width_px
        if before or width_px:
            header = self._view.horizontalHeader()
            header.resizeSection(place, width_px or scaled(self.kept_width(place)))

    def _remember(self) -> None:
        header, before = self._view.horizontalHeader(), self._kept()
        parts = []
        for place, column in enumerate(self._columns):
            width = header.sectionSize(place) * 100 // scaled(100)
            is_lent = self._lent.get(place) == header.sectionSize(place)
            if place in self._given_way or is_lent:
                width = before[place]
            elif self._view.isColumnHidden(place):
                width = 0
            parts.append(f"{column.key}:{width}")
        self._settings.put(self._key, ",".join(parts))

    def _kept(self) -> list[int]:
        kept = dict(
            part.split(":", 1) for part in self._settings.get(self._key).split(",") if ":" in part
        )
        return [int(kept.get(one.key, one.width if one.is_shown else 0)) for one in self._columns]
