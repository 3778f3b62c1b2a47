"""The panel of F6: a discount of the whole receipt, or of the line under the cursor."""

from PySide6.QtWidgets import QPushButton

from desktop.sales.model.till import TillModel
from desktop.sales.usecases.basket import Basket
from desktop.sales.view.panels import StepsPanel
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.theme import TARGET_TILL
from desktop.ui.widgets import button, row
from desktop.words import formats


class DiscountPanel(StepsPanel):
    """Begins with the whole receipt; Tab, ↑↓ or a click change what the discount is of."""

    has_own_confirm = False

    def __init__(self, frame: Frame, model: TillModel) -> None:
        self._model = model
        self.is_of_line = False
        super().__init__(
            frame,
            frame.words("till.discount_whole"),
            (("till.discount_typed", ""),),
            self._accept_it,
            hint=frame.words("till.discount_hint"),
            preview=lambda texts: self._told(texts[0]),
        )
        line = model.basket.line
        name = line.name if line is not None else ""
        self._choices = {
            False: self._choice(frame.words("till.discount_of_whole"), is_of_line=False),
            True: self._choice(frame.words("till.discount_of_line", name=name), is_of_line=True),
        }
        self._choices[True].setToolTip(name)
        self.body.insertWidget(1, row(*self._choices.values(), None))
        self._show_choice()

    def _choice(self, text: str, *, is_of_line: bool) -> QPushButton:
        shown = text if len(text) <= NAME_MOST else text[: NAME_MOST - 1] + "…"
        made = button(shown, lambda: self._choose(is_of_line=is_of_line))
        # It names a product, in the language of the shop.
        made.setProperty("data", is_of_line)
        made.setMinimumHeight(TARGET_TILL)
        return made

    def key_actions(self) -> tuple[Action, ...]:
        turn = Action(text="till.discount_turn", keys=("Tab", "Up", "Down"), run=self._turn)
        return (*super().key_actions(), turn)

    def focusNextPrevChild(self, _next: bool) -> bool:  # noqa: N802
        # Tab: there is one field, which keeps the focus.
        self._turn()
        return True

    def _turn(self) -> None:
        self._choose(is_of_line=not self.is_of_line)

    def _choose(self, *, is_of_line: bool) -> None:
        self.is_of_line = is_of_line
        self._show_choice()
        self.fields[0].setFocus()
        self._show_preview()

    def _show_choice(self) -> None:
        words = self._frame.words
        key = "till.discount_line" if self.is_of_line else "till.discount_whole"
        self.set_title(words(key))
        for is_of_line, one in self._choices.items():
            one.setProperty("kind", "primary" if is_of_line == self.is_of_line else "")
            one.style().unpolish(one)
            one.style().polish(one)

    def _changed(self, text: str) -> Basket:
        model = self._model
        return model.line_discounted(text) if self.is_of_line else model.discounted(text)

    def _accept_it(self, texts: list[str]) -> None:
        if self.is_of_line:
            self._model.set_line_discount(texts[0])
        else:
            self._model.set_discount(texts[0])

    def _told(self, text: str) -> str:
        """What it comes to, and whether somebody has to approve it."""
        if not text.strip():
            return ""
        basket, currency = self._changed(text), self._model.currency
        due = self._model.due_with(basket)
        key = "till.discount_asks" if self._model.needs_approval(basket) else "till.discount_gives"
        return self._frame.words(
            key,
            off=formats.money(due.off_minor, currency),
            total=formats.money(due.total_minor, currency),
        )


NAME_MOST = 22
"""Letters of a line's name on its button; the whole of it is its tip."""
