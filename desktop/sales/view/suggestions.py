"""The list under the entry line: goods a typed text may mean."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.sales.usecases.basket import Line
from desktop.sales.view.lines import LINES_FONT, suggestion_columns
from desktop.ui.frame import Frame
from desktop.ui.table.table import Table
from desktop.ui.theme import TARGET_TILL, font

SHOWN_MOST = 8
_FRAME = 44


class Suggestions(Table):
    """Lies over the lines while something is typed; the entry keeps the focus."""

    def __init__(self, frame: Frame, parent: QWidget, taken: Callable[[Line], None]) -> None:
        super().__init__(
            frame,
            "till.found",
            suggestion_columns(frame.words, frame.person.currency),
            can_filter=False,
            row_height=TARGET_TILL,
            has_foot=False,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside = self.layout()
        assert inside is not None
        # The border that tells it from the lines below it.
        inside.setContentsMargins(1, 1, 1, 1)
        self.setParent(parent)
        self.setObjectName("card")
        self.view.setFont(font(LINES_FONT))
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.clicked.connect(lambda index: taken(self.rows.row(index.row())))
        self.hide()

    def show_under(self, entry: QWidget, found: Sequence[Line], chosen: int) -> None:
        """Show what was found below the entry line; nothing hides the list."""
        self.setVisible(bool(found))
        if not found:
            return
        self.set_rows(found)
        self.go_to(chosen)
        parent = self.parentWidget()
        assert parent is not None
        corner = entry.mapTo(parent, entry.rect().bottomLeft())
        height = min(len(found), SHOWN_MOST) * TARGET_TILL + _FRAME
        self.setGeometry(corner.x(), corner.y() + 4, entry.width(), height)
        self.raise_()
