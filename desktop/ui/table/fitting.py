"""Columns that give way while a table is narrow, such as beside an open sheet."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QResizeEvent

from desktop.ui.table.table import Table
from desktop.ui.theme import scaled


class GivingWay(QObject):
    """Hides columns by key below a width in pixels at 100 % text, more where text is larger; what
    the person chose stays remembered."""

    def __init__(self, table: Table, below: Mapping[str, int]) -> None:
        super().__init__(table)
        self._table = table
        places = {one.key: at for at, one in enumerate(table.rows.columns)}
        self._below = {places[key]: width for key, width in below.items()}
        self._hidden: set[int] = set()
        table.view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.Resize and isinstance(event, QResizeEvent):
            self._fit(event.size().width())
        return False

    def _fit(self, width: int) -> None:
        wanted = {at for at, below in self._below.items() if width < scaled(below)}
        if wanted == self._hidden:
            return
        settings, name = self._table.frame.settings, f"columns.{self._table.name}"
        before = settings.get(name)
        view = self._table.view
        for at in wanted - self._hidden:
            view.setColumnHidden(at, True)
        for at in self._hidden - wanted:
            view.setColumnHidden(at, False)
        self._hidden = wanted
        settings.put(name, before)
