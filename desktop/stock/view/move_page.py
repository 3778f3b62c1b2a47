"""The panel of one movement: its goods, who made it and why; F8 takes it back."""

from typing import Protocol

from PySide6.QtWidgets import QWidget

from desktop.stock.usecases.undoing import MovementPage
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.question import TextQuestion
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import Tone, scaled
from desktop.ui.widgets import Empty, button, label, row
from desktop.words import formats
from shared.core.quantity import format_quantity
from shared.journal.document import Header


class MovementPanel(Panel):
    """Closes with True when it is to be taken back."""

    def __init__(self, frame: Frame, page: MovementPage, name: str) -> None:
        words = frame.words
        super().__init__(f"{name}  {page.head.number}", width=760)
        self._may_undo = page.may_be_undone and frame.person.may(page.permission)
        at = formats.instant(page.head.happened_at_us, frame.person.zone)
        why = (page.head.reason, page.head.note)
        told = label(" · ".join(part for part in (at, *why) if part), "muted")
        told.setWordWrap(True)
        self.body.addWidget(told)
        if page.undone_by:
            text = words("moving.undone_by", number=page.undone_by)
            self.body.addWidget(label(text, tone=Tone.WAITING))
        self.table = Table(
            frame,
            "movement_goods",
            [
                Column(key="code", title=words("stock.code"), width=118, kind=Kind.CODE,
                       get=lambda one: one.goods.code),
                Column(key="name", title=words("stock.name"), stretches=True,
                       get=lambda one: one.goods.name),
                Column(key="lot", title=words("card.lot"), width=120, get=lambda one: one.lot),
                Column(key="qty", title=words("moving.qty"), width=90, kind=Kind.QTY,
                       get=lambda one: one.qty_micro, has_total=True),
                Column(key="packs", title=words("moving.in_packs"), width=120,
                       get=lambda one: format_quantity(one.qty_micro, one.goods.packs)),
            ],
            empty=Empty("boxes", words("moving.goods_closed"), words("moving.goods_closed_hint")),
            can_filter=False,
        )  # fmt: skip
        self.table.setFixedHeight(scaled(260))
        self.table.set_rows(list(page.lines))
        with_lots = any(one.lot for one in page.lines)
        self.table.view.setColumnHidden(2, not with_lots)
        self.body.addWidget(self.table)
        parts: list[QWidget | int | None] = [None, button(words("ask.back"), self.back)]
        if self._may_undo:
            parts.append(button(words("moving.take_back"), self._take_back))
        self.body.addWidget(row(*parts))

    def key_actions(self) -> tuple[Action, ...]:
        if not self._may_undo:
            return ()
        return (Action(text="moving.take_back", keys=("F8",), run=self._take_back),)

    def first_focus(self) -> QWidget | None:
        return self.table.view

    def _take_back(self) -> None:
        self.close_with(True)


class Movements(Protocol):
    """Who reads movements and takes them back."""

    async def movement(self, document: str) -> MovementPage: ...

    async def take_back(self, document: str, reason: str, approver_id: str = "") -> Header: ...


async def look_at(frame: Frame, model: Movements, document: str, name: str) -> Header | None:
    """Show a movement; from here it is taken back, by its opposite (G02): what did it."""
    page = await model.movement(document)
    if not await frame.ask(MovementPanel(frame, page, name)):
        return None
    words = frame.words
    number = page.head.number
    title = words("moving.take_back_title", number=number)
    reason = await frame.ask(TextQuestion(words, title, words("moving.take_back_why")))
    if reason is None:
        return None
    approver = await frame.approve("stock.move") if page.needs_approval else ""
    if approver is None:
        return None
    header = await model.take_back(document, reason, str(approver))
    told = words("moving.taken_back", number=number, by=header.number)
    frame.say(told, Tone.GOOD)
    return header
