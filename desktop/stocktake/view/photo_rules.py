"""The panel that says which reasons of differences want a photo: 1 to 9, Enter."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.stocktake.model.photo_rules import PhotoRules
from desktop.ui.actions import Action
from desktop.ui.panel import Panel
from desktop.ui.theme import TARGET_TILL
from desktop.ui.widgets import button, label, row
from desktop.words.texts import Words
from shared.stocktake.rules import REASONS

IN_ROW = 3


class PhotoRulesPanel(Panel):
    """Closes with True when the rule is to be kept as it stands in the model."""

    def __init__(self, words: Words, model: PhotoRules) -> None:
        super().__init__(words("photo.rules_title"), width=560)
        self._model = model
        hint = label(words("photo.rules_all" if model.is_office else "photo.rules_here"), "muted")
        hint.setWordWrap(True)
        self.body.addWidget(hint)
        self._buttons = [
            button(f"{place}  {words(f'reason.{reason}')}", partial(model.toggle, place))
            for place, reason in enumerate(REASONS, start=1)
        ]
        for one in self._buttons:
            one.setMinimumHeight(TARGET_TILL)
            one.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for start in range(0, len(self._buttons), IN_ROW):
            self.body.addWidget(row(*self._buttons[start : start + IN_ROW]))
        self._keep = button(words("photo.rules_keep"), self._agree, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), self._keep))
        self._stop = model.watch(self.draw)
        self.draw()

    def first_focus(self) -> QWidget:
        return self._keep

    def key_actions(self) -> tuple[Action, ...]:
        reasons = tuple(
            Action(
                text=f"reason.{reason}",
                keys=(str(place),),
                run=partial(self._model.toggle, place),
                in_line=False,
            )
            for place, reason in enumerate(REASONS, start=1)
        )
        return (Action(text="photo.rules_keep", keys=("Return",), run=self._agree), *reasons)

    def draw(self) -> None:
        """Those that want a photo stand out."""
        for one, reason in zip(self._buttons, REASONS, strict=True):
            one.setProperty("kind", "primary" if reason in self._model.wanted else "")
            one.style().unpolish(one)
            one.style().polish(one)

    def close_with(self, answer: object) -> None:
        self._stop()
        super().close_with(answer)

    def _agree(self) -> None:
        self.close_with(True)
