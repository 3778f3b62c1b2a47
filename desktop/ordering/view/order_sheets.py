"""The panels that cancel an order or answer its revision."""

from PySide6.QtWidgets import QWidget

from desktop.ordering.usecases.looking import Changed, OrderDetail
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.widgets import Field, button, form_row, label, line, row
from desktop.words import formats
from desktop.words.texts import Words


class CancelPanel(Panel):
    """Why an order is taken back; the answer is the reason."""

    def __init__(self, frame: Frame, number: str) -> None:
        words = frame.words
        super().__init__(words("orders.cancel_title", number=number))
        told = label(words("orders.cancel_told"), "muted")
        told.setWordWrap(True)
        self.reason = Field(words("orders.cancel_reason"))
        self.reason.returnPressed.connect(self._go)
        self.body.addWidget(told)
        self.body.addWidget(form_row(words("orders.why"), self.reason, width=80))
        go = button(words("orders.cancel"), self._go, kind="danger")
        self.body.addWidget(row(None, button(words("reorder.back"), self.back), go))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="orders.cancel", keys=("F10",), run=self._go),)

    def first_focus(self) -> QWidget | None:
        return self.reason

    def _go(self) -> None:
        self.close_with(self.reason.text().strip())


class RevisionPanel(Panel):
    """What the supplier changed, line by line; Enter confirms, N refuses (E09)."""

    def __init__(self, frame: Frame, found: OrderDetail) -> None:
        words = frame.words
        super().__init__(words("orders.revision_title", number=found.order.number), width=560)
        if found.revision is not None and found.revision.note:
            told = label(found.revision.note, "muted")
            told.setWordWrap(True)
            self.body.addWidget(told)
        self.body.addWidget(line())
        for one in found.changes:
            self.body.addWidget(_change(words, one))
        self.body.addWidget(line())
        if found.revision is not None:
            total = formats.signed_money(found.revision.accepted_minor, found.order.currency)
            was = formats.signed_money(found.order.accepted_minor, found.order.currency)
            self.body.addWidget(label(words("orders.revision_total", was=was, now=total)))
        no = button(words("orders.revision_no"), lambda: self.close_with(False), kind="danger")
        yes = button(words("orders.revision_yes"), lambda: self.close_with(True), kind="primary")
        self.body.addWidget(row(no, None, button(words("reorder.back"), self.back), yes))
        self._yes = yes

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(
                text="orders.revision_yes",
                keys=("Return", "F10"),
                run=lambda: self.close_with(True),
            ),
            Action(text="orders.revision_no", keys=("N",), run=lambda: self.close_with(False)),
        )

    def first_focus(self) -> QWidget | None:
        return self._yes


def _change(words: Words, one: Changed) -> QWidget:
    before, after = one.difference.before, one.difference.after
    changed = set(one.difference.changed)
    parts = []
    if "product_id" in changed:
        parts.append(words("orders.changed_goods", was=one.before_name, now=one.after_name))
    if "accepted_micro" in changed:
        was, now = formats.qty(before.accepted_micro), formats.qty(after.accepted_micro)
        parts.append(words("orders.changed_qty", was=was, now=now))
    if "delivery_date" in changed:
        was_day, now_day = before.delivery_date or "–", after.delivery_date or "–"
        parts.append(words("orders.changed_day", was=was_day, now=now_day))
    if "unit_price_micro" in changed:
        was, now = formats.price(before.unit_price_micro), formats.price(after.unit_price_micro)
        parts.append(words("orders.changed_price", was=was, now=now))
    said = label(f"{one.before_name}\n{'  ·  '.join(parts)}")
    said.setWordWrap(True)
    return said
