"""The line goods are keyed into: find them or type their code, then how many."""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.finder import Finder, Hit
from desktop.ui.theme import SPACE_S, scaled
from desktop.ui.widgets import Field, button


class Findable(Protocol):
    """What is shown of a product that was found."""

    @property
    def product_id(self) -> str: ...

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def spec(self) -> str: ...


class GoodsEntry(QWidget):
    """``find`` is asked at each letter; ``take`` is given a code or product id and the quantity
    as typed, and says whether it was taken: then the line is empty for the next one.

    A code with its quantity may be typed in one go: ``010204 2箱``.
    """

    def __init__(
        self,
        placeholders: tuple[str, str],
        add: str,
        find: Callable[[str], Sequence[Findable]],
        take: Callable[[str, str], bool],
    ) -> None:
        super().__init__()
        self._find = find
        self._take = take
        self._picked: Findable | None = None
        self.finder = Finder(placeholders[0], self._hits)
        self.finder.picked.connect(self._pick)
        self.finder.typed.connect(self._typed)
        self.qty = Field(placeholders[1])
        self.qty.setFixedWidth(scaled(140))
        self.qty.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.qty.returnPressed.connect(self._add)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        for part in (self.finder, self.qty, button(add, self._add)):
            layout.addWidget(part)

    @property
    def has_focus(self) -> bool:
        """Whether somebody is typing here."""
        return self.finder.field.hasFocus() or self.qty.hasFocus()

    def start(self) -> None:
        """Go to the finder, what stands in it chosen."""
        self.finder.field.setFocus()
        self.finder.field.selectAll()

    def _hits(self, text: str) -> list[Hit]:
        self._picked = None
        return [
            Hit(value=one, text=f"{one.code}  {one.name}", hint=one.spec)
            for one in self._find(text)
        ]

    def _pick(self, found: Findable) -> None:
        self._picked = found
        self.finder.field.setText(f"{found.code}  {found.name}")
        self.qty.setText("1")
        self.qty.selectAll()
        self.qty.setFocus()

    def _typed(self, text: str) -> None:
        code, _, quantity = text.partition(" ")
        self._take_over(code, quantity.strip())

    def _add(self) -> None:
        if self._picked is None:
            self.start()
        else:
            self._take_over(self._picked.product_id, self.qty.text().strip())

    def _take_over(self, code: str, quantity: str) -> None:
        if self._take(code, quantity or "1"):
            self._picked = None
            self.finder.clear()
            self.qty.clear()
            self.finder.field.setFocus()
