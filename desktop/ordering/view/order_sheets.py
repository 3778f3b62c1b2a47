"""The document flow of an order, and the panels that cancel it or answer its revision."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.ordering.usecases.looking import Changed, FlowNode, OrderDetail
from desktop.ordering.usecases.wishing import synced_at
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import Tone
from desktop.ui.timeline import Step, Timeline
from desktop.ui.widgets import Field, button, form_row, label, line, row
from desktop.words import formats
from desktop.words.texts import Words
from shared.access.rules import SYSTEM_USER
from shared.ordering.rules import OrderState

BAD_KINDS = frozenset({"request_refused"})
BAD_OUTCOMES = frozenset({OrderState.REJECTED.value})
MINUTE_US = 60 * 1_000_000


def flow_sheet(frame: Frame, nodes: Sequence[FlowNode]) -> QWidget:
    """Who did what, where and when, and when it came here; what is missing is hollow (E11)."""
    return Timeline([_step(frame, one) for one in nodes])


def _step(frame: Frame, node: FlowNode) -> Step:
    words = frame.words
    title = words.of("flow", node.kind)
    if node.is_missing:
        at = formats.instant(frame.desk.read(synced_at), frame.person.zone)
        key = "flow.missing" if at else "flow.not_yet"
        return Step(title=title, details=(words(key, at=at),), is_hollow=True)
    details = [part for part in (node.number, _who_and_where(words, node)) if part]
    when = formats.instant(node.at_us, frame.person.zone)
    details.append(f"{when}  {_delay(words, node)}".rstrip())
    if node.code:
        said = f"orders.state_{node.code}"
        details.append(words(said) if words.has(said) else words.sentence(node.code))
    return Step(title=title, details=tuple(details), tone=_tone(node))


def _who_and_where(words: Words, node: FlowNode) -> str:
    who = words("orders.head_office") if node.who == SYSTEM_USER else node.who
    return " · ".join(part for part in (who, node.where) if part)


def _delay(words: Words, node: FlowNode) -> str:
    if node.is_unsent:
        return words("flow.unsent")
    if node.is_own or not node.arrived_at_us:
        return ""
    minutes = max(node.arrived_at_us - node.at_us, 0) // MINUTE_US
    if minutes < 1:
        return words("flow.at_once")
    if minutes < 120:
        return words("flow.after_minutes", n=minutes)
    return words("flow.after_hours", n=minutes // 60)


def _tone(node: FlowNode) -> Tone:
    if node.kind in BAD_KINDS or node.code in BAD_OUTCOMES:
        return Tone.BAD
    return Tone.WAITING if node.is_unsent else Tone.GOOD


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
