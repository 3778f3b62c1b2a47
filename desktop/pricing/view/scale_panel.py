"""Multiplying prices: by which factor, and which kinds of the rows shown."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.pricing.model.draft import GridRow
from desktop.pricing.model.scaling import ScaledKind, factor_of, kind_of
from desktop.pricing.model.words import is_ratio, value_text
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import Tone
from desktop.ui.widgets import Field, button, form_row, label, row, set_tone
from desktop.words import formats
from shared.core.errors import RuleViolation
from shared.core.money import apply_ratio
from shared.core.rounding import MICRO

_USUAL: Final = (MICRO // 2, 2 * MICRO)
"""A factor outside of these is mostly a slip, such as 3% for +3%: it is asked for twice."""


class Scaling(NamedTuple):
    """The factor at 10⁻⁶ and what it is for."""

    factor_micro: int
    kinds: frozenset[ScaledKind]


class ScalePanel(Panel):
    """A factor for the rows shown: ``0.95``, ``105%``, ``+3%``; closed with ``Scaling``.

    Ratios follow the retail price by themselves and guide prices guard it: beside prices both are
    left as they are unless somebody says so.
    """

    def __init__(self, frame: Frame, rows: Sequence[GridRow]) -> None:
        words = frame.words
        super().__init__(words("price.scale"), width=520)
        self._frame, self._is_agreed = frame, False
        held = [one for one in rows if one.after_micro is not None]
        counts = {kind: [] for kind in ScaledKind}  # type: dict[ScaledKind, list[GridRow]]
        for one in held:
            counts[kind_of(one.stated.row)].append(one)
        are_prices = bool(counts[ScaledKind.RETAIL] or counts[ScaledKind.AGREED])
        self._rows = counts
        self.boxes: dict[ScaledKind, QCheckBox] = {}
        self._factor = Field("+3% / 0.95 / 105%", name=words("price.factor"))
        self._factor.entered.connect(lambda _text: self._go())
        self._factor.textEdited.connect(lambda _text: self._show())
        self.body.addWidget(label(words("price.scale_hint", n=len(held)), "muted"))
        for kind, of_kind in counts.items():
            if not of_kind:
                continue
            box = QCheckBox(words(f"price.scale_{kind}", n=len(of_kind)))
            box.setChecked(kind in (ScaledKind.RETAIL, ScaledKind.AGREED) or not are_prices)
            box.toggled.connect(lambda _on: self._show())
            self.boxes[kind] = box
            self.body.addWidget(box)
        self.body.addWidget(form_row(words("price.factor"), self._factor))
        self.example = label("")
        self.example.setWordWrap(True)
        self.body.addWidget(self.example)
        go_on = button(words("price.scale_do"), self._go, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), go_on))
        self._show()

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="price.scale_do", keys=("F10",), run=self._go),)

    def first_focus(self) -> QWidget:
        return self._factor

    @property
    def _kinds(self) -> frozenset[ScaledKind]:
        return frozenset(kind for kind, box in self.boxes.items() if box.isChecked())

    def _show(self) -> None:
        """What the factor makes of the first row it is for."""
        words = self._frame.words
        self._is_agreed = False
        set_tone(self.example, Tone.PLAIN)
        try:
            factor = factor_of(self._factor.text())
        except RuleViolation:
            self.example.setText(words("price.scale_example_hint"))
            return
        first = next((self._rows[one][0] for one in self.boxes if one in self._kinds), None)
        if first is None:
            self.example.setText(words("price.scale_nothing"))
            set_tone(self.example, Tone.WAITING)
            return
        of_ratio, before = is_ratio(first.stated.row), first.after_micro or 0
        key = "price.scale_example" if self._is_usual(factor) else "price.scale_unusual"
        told = words(
            key,
            code=first.stated.code or first.stated.row.brand,
            before=value_text(of_ratio, before),
            after=value_text(of_ratio, apply_ratio(before, factor)),
            change=formats.points(factor - MICRO),
        )
        self.example.setText(told)
        set_tone(self.example, Tone.PLAIN if self._is_usual(factor) else Tone.BAD)

    def _is_usual(self, factor: int) -> bool:
        return _USUAL[0] <= factor <= _USUAL[1]

    def _go(self) -> None:
        try:
            factor = factor_of(self._factor.text())
        except RuleViolation as error:
            self._factor.set_bad(True)
            self._frame.tell(error)
            return
        if not self._kinds:
            return
        if not self._is_usual(factor) and not self._is_agreed:
            self._is_agreed = True
            self._frame.say(self._frame.words("price.scale_again"), Tone.WAITING)
            return
        self.close_with(Scaling(factor, self._kinds))
