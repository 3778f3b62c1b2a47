"""P: which promotions hold, which are near, which compete; Enter lets the result stand (D12)."""

from PySide6.QtWidgets import QWidget

from desktop.ordering.model.editor import OrderEditor
from desktop.ordering.model.promoting import Entry, EntryKind
from desktop.ordering.view.hints import gift_text, near_text
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import Tone, scaled
from desktop.ui.widgets import Empty, button, label, row
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.errors import RuleViolation

_ROW, _MOST = 32, 11


class PromotionsPanel(Panel):
    """↑↓ and Space choose, figures say how many of a gift; Enter lets it stand and closes."""

    def __init__(self, frame: Frame, model: OrderEditor) -> None:
        words = frame.words
        super().__init__(words("offer.title"), width=720)
        self.frame, self.model = frame, model
        self.body.addWidget(_told(words("offer.hint")))
        self.table = Table(
            frame,
            "order-promotions",
            self._columns(words),
            can_filter=False,
            empty=Empty("tag", words("offer.none"), words("offer.none_hint")),
        )
        self.table.activated.connect(lambda _one: self._take())
        self.table.rows.dataChanged.connect(lambda *_: self._show())
        self.body.addWidget(self.table)
        self.saving = label("", "strong", tone=Tone.GOOD)
        self.take = button(words("offer.take"), self._take, kind="primary")
        back = button(words("reorder.back"), self.back)
        self.body.addWidget(row(self.saving, None, back, self.take))
        self._show()

    def _columns(self, words: Words) -> list[Column]:
        return [
            Column(key="mark", title="", get=_mark, width=36, tone=_tone),
            Column(
                key="what",
                title=words("offer.what"),
                get=lambda one: _what(words, one),
                stretches=True,
                tone=_tone,
            ),
            Column(
                key="gifts",
                title=words("offer.gifts"),
                get=_gifts,
                width=110,
                is_number=True,
                edit=self._choose_gift,
                tone=lambda one: Tone.WAITING if one.left_micro else None,
            ),
            Column(
                key="saving",
                title=words("offer.saving"),
                get=lambda one: one.saving_minor or None,
                kind=Kind.MONEY,
                width=110,
                currency=self.model.currency,
            ),
        ]

    def _show(self) -> None:
        entries = self.model.entries
        self.table.set_rows(entries)
        self.table.setFixedHeight(scaled(_ROW * min(max(len(entries), 4), _MOST) + 76))
        outcome = self.model.outcome
        is_met = outcome is not None and outcome.is_promotional
        saving = formats.signed_money(outcome.saving_minor, self.model.currency) if outcome else ""
        self.saving.setText(self.frame.words("offer.saves", amount=saving) if is_met else "")
        self.take.setEnabled(is_met)
        if entries and self.table.current is None:
            self.table.go_to(0)

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="offer.pick", keys=("Space",), run=self._pick),
            Action(text="offer.take", keys=("F10",), run=self._take),
        )

    def first_focus(self) -> QWidget | None:
        return self.table.view

    def _choose_gift(self, one: Entry, text: str) -> None:
        if one.kind is not EntryKind.GIFT:
            raise RuleViolation("GIFT_NOT_CHOSEN_HERE")
        self.model.choose_gift(one.policy_id, one.product_id, text)

    def _pick(self) -> None:
        found = self.table.current
        if isinstance(found, Entry) and found.kind is EntryKind.OPTION:
            place = self.table.rows.place_of(lambda one: one is found)
            self.model.choose(found.group, "" if found.is_on else found.policy_id)
            self._show()
            self.table.go_to(max(place, 0))

    def _take(self) -> None:
        found = self.table.current
        if isinstance(found, Entry) and found.kind is EntryKind.OPTION and not found.is_on:
            self.model.choose(found.group, found.policy_id)
        if self.model.promote():
            self.close_with(True)


def _told(text: str) -> QWidget:
    told = label(text, "muted")
    told.setWordWrap(True)
    return told


def _mark(one: Entry) -> str:
    if one.kind is EntryKind.OPTION:
        return "●" if one.is_on else "○"
    return {EntryKind.MET: "✓", EntryKind.NEAR: "…", EntryKind.GIFT: ""}.get(one.kind, "")


def _tone(one: Entry) -> Tone | None:
    return {EntryKind.MET: Tone.GOOD, EntryKind.NEAR: Tone.ACCENT}.get(one.kind)


def _what(words: Words, one: Entry) -> str:
    if one.kind is EntryKind.NEAR and one.near is not None:
        return f"{one.name}: {near_text(words, one.near, one.packs)}"
    if one.kind is EntryKind.GIFT:
        return f"    {one.name}"
    if one.kind is EntryKind.OPTION:
        return words("offer.option", name=one.name)
    return one.name


def _gifts(one: Entry) -> str | None:
    if one.kind is EntryKind.GIFT:
        return gift_text(one.qty_micro, one.packs) if one.qty_micro else "0"
    if one.kind is not EntryKind.MET or not one.qty_micro:
        return None
    chosen, earned = one.qty_micro - one.left_micro, one.qty_micro
    return f"{formats.qty(chosen)} / {formats.qty(earned)}"
