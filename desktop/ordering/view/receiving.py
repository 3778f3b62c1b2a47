"""Receiving: pick or scan the notice, scan the goods, red is what is missing, F10 takes in."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.ordering.model.receiving import Receiving, ReceivingRow
from desktop.ordering.usecases.looking import Claimed, Notice
from desktop.ordering.view.receiving_panels import DamagePanel, LotPanel
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.question import Question
from desktop.ui.screen import Screen
from desktop.ui.soon import Soon
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import Banner, Empty, button, column, label, row
from desktop.words import formats
from shared.core.errors import QutongError
from shared.core.quantity import format_quantity

_NAMED_MOST: Final = 5


class ReceivingScreen(Screen):
    """The shipments on their way, then the one that is unpacked."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._once = Once(frame.tasks)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.model = Receiving(frame.desk, frame.person.site_id)
        self._build()
        self.until_gone(self.model.watch(Soon(self._show, self).ask))
        self.watch(self.model.refresh, "shipment", "receipt")

    # drawing

    def _build(self) -> None:
        words, zone = self.words, self.frame.person.zone
        self.notices = Table(
            self.frame,
            "receiving",
            [
                Column(
                    key="number",
                    title=words("receiving.number"),
                    get=lambda one: one.shipment.number,
                    kind=Kind.NUMBER,
                    width=190,
                ),
                Column(
                    key="order",
                    title=words("receiving.order"),
                    get=lambda one: one.order_number,
                    kind=Kind.NUMBER,
                    width=190,
                ),
                Column(
                    key="from",
                    title=words("receiving.from"),
                    get=lambda one: one.from_name,
                    stretches=True,
                ),
                Column(
                    key="at",
                    title=words("receiving.shipped_at"),
                    get=lambda one: one.shipment.shipped_at_us,
                    kind=Kind.INSTANT,
                    width=140,
                    zone=zone,
                ),
                Column(
                    key="carrier",
                    title=words("receiving.carrier"),
                    get=lambda one: f"{one.shipment.carrier} {one.shipment.waybill}".strip(),
                    width=140,
                ),
                Column(
                    key="lines",
                    title=words("receiving.lines"),
                    get=lambda one: one.lines,
                    kind=Kind.COUNT,
                    width=60,
                ),
                Column(
                    key="qty",
                    title=words("receiving.pieces"),
                    get=lambda one: one.qty_micro,
                    kind=Kind.QTY,
                    width=80,
                    has_total=True,
                ),
            ],
            empty=Empty("truck", words("receiving.empty"), words("receiving.empty_hint")),
            can_filter=False,
        )
        self.notices.activated.connect(self._pick)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._list_page())
        self.pages.addWidget(self._work_page())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.addWidget(self.pages)

    def _list_page(self) -> QWidget:
        words = self.words
        self.claims = Table(
            self.frame,
            "received",
            [
                Column(
                    key="number",
                    title=words("receiving.receipt"),
                    get=lambda one: one.number,
                    kind=Kind.NUMBER,
                    width=190,
                ),
                Column(
                    key="at",
                    title=words("receiving.received_at"),
                    get=lambda one: one.received_at_us,
                    kind=Kind.INSTANT,
                    width=140,
                    zone=self.frame.person.zone,
                ),
                Column(
                    key="who",
                    title=words("receiving.who"),
                    get=lambda one: one.who,
                    stretches=True,
                ),
                *(
                    Column(
                        key=name,
                        title=words(f"receiving.{name}"),
                        get=_of(f"{name}_micro"),
                        kind=Kind.QTY,
                        width=80,
                        tone=lambda _one: Tone.BAD,
                    )
                    for name in ("short", "damaged", "over")
                ),
            ],
            empty=Empty("history", words("receiving.none_yet")),
            can_filter=False,
        )
        made = column(
            label(words("receiving.awaited"), "strong"),
            self.notices,
            label(words("receiving.last"), "strong"),
            self.claims,
        )
        inside = made.layout()
        assert isinstance(inside, QVBoxLayout)
        inside.setStretch(1, 3)
        inside.setStretch(3, 2)
        return made

    def _work_page(self) -> QWidget:
        words = self.words
        self.number = label("", "title")
        self.about = label("", "small")
        self.told = Banner()
        self.table = Table(self.frame, "receiving_lines", self._columns(), can_filter=False)
        self.sums = label("", "strong")
        return column(
            row(
                column(self.number, self.about, spacing=2),
                None,
                self.sums,
                button(words("receiving.confirm"), self._confirm, kind="primary"),
            ),
            self.told,
            self.table,
            spacing=SPACE_M,
        )

    def _columns(self) -> list[Column]:
        words = self.words
        return [
            Column(
                key="code",
                title=words("reorder.code"),
                get=lambda one: one.notice.goods.code if one.notice.goods else "",
                kind=Kind.CODE,
                width=90,
            ),
            Column(
                key="name",
                title=words("reorder.name"),
                get=lambda one: one.notice.name,
                stretches=True,
                tone=_row_tone,
            ),
            Column(
                key="lot",
                title=words("receiving.lot"),
                get=lambda one: one.lot_text,
                width=230,
                tone=lambda one: Tone.WAITING if one.seen.lots else None,
            ),
            Column(
                key="announced",
                title=words("receiving.announced"),
                get=lambda one: format_quantity(one.announced_micro, one.notice.packs),
                width=110,
                is_number=True,
            ),
            Column(
                key="good",
                title=words("receiving.good"),
                get=lambda one: one.good_text if one.has_begun else words("receiving.as_announced"),
                width=130,
                is_number=True,
                edit=lambda one, text: self.model.set_good(one.notice.line.line_no, text),
                tone=_row_tone,
            ),
            Column(
                key="damaged",
                title=words("receiving.damaged"),
                get=lambda one: one.damaged_micro or None,
                kind=Kind.QTY,
                width=90,
                edit=lambda one, text: self.model.set_damaged(one.notice.line.line_no, text),
                tone=lambda _one: Tone.BAD,
            ),
            Column(
                key="difference",
                title=words("receiving.difference"),
                get=lambda one: one.difference_micro or None,
                kind=Kind.QTY,
                width=90,
                tone=_row_tone,
            ),
            Column(
                key="reason",
                title=words("receiving.reason"),
                get=lambda one: one.seen.reason,
                width=120,
            ),
        ]

    def _show(self) -> None:
        model, words = self.model, self.words
        self.notices.set_rows(model.notices)
        self.claims.set_rows(model.claims)
        self.keys_changed()
        if model.open is None:
            self.pages.setCurrentIndex(0)
            return
        was_list = self.pages.currentIndex() == 0
        self.pages.setCurrentIndex(1)
        self.number.setText(model.open.shipment.number)
        at = formats.instant(model.open.shipment.shipped_at_us, self.frame.person.zone)
        self.about.setText(
            words(
                "receiving.about", place=model.open.from_name, at=at, order=model.open.order_number
            )
        )
        self.table.set_rows(model.rows)
        place = next(
            (i for i, one in enumerate(model.rows) if one.notice.line.line_no == model.last_line), 0
        )
        if was_list or model.last_line:
            self.table.go_to(place, 4)
        if was_list:
            self.table.view.setFocus()
        self._show_told()

    def _show_told(self) -> None:
        model, words = self.model, self.words
        found = sum(one.good_micro + one.damaged_micro for one in model.rows)
        announced = sum(one.announced_micro for one in model.rows)
        self.sums.setText(
            words("receiving.sums", found=formats.qty(found), announced=formats.qty(announced))
        )
        if not model.has_begun:
            self.told.say(words("receiving.begin"), Tone.ACCENT)
        elif model.differences:
            self.told.say(words("receiving.differs", n=len(model.differences)), Tone.BAD)
        elif model.of_other_lots:
            told = words("receiving.complete_lots", n=len(model.of_other_lots))
            self.told.say(told, Tone.WAITING)
        else:
            self.told.say(words("receiving.complete"), Tone.GOOD)

    # what a person does

    def key_actions(self) -> tuple[Action, ...]:
        if self.model.open is None:
            return (
                Action(
                    text="receiving.open",
                    keys=("Return",),
                    run=lambda: self._pick(self.notices.current),
                    is_enabled=lambda: self.notices.current is not None,
                ),
            )
        return (
            Action(text="receiving.all", keys=("Ctrl+Return",), run=self.model.all_as_announced),
            Action(text="receiving.damage", keys=("F6",), run=self._damage),
            Action(
                text="receiving.other_lot",
                keys=("L",),
                run=self._lot,
                is_enabled=lambda: self.table.current is not None,
            ),
            Action(text="receiving.undo", keys=("Ctrl+Z",), run=self._undo),
            Action(
                text="receiving.confirm",
                keys=("F10",),
                run=self._confirm,
                permission="order.receive",
            ),
            Action(text="receiving.leave", keys=("Escape",), run=self._leave),
        )

    def shown(self, subject: str = "") -> None:
        """A shipment's id, or its number, opens it."""
        self.model.refresh()
        if subject:
            self.scanned(subject)
        (self.table if self.model.open else self.notices).view.setFocus()

    def scanned(self, code: str) -> bool:
        try:
            name = self.model.scan(code)
        except QutongError as error:
            self.frame.tell(error)
            return True
        if name:
            self.frame.say(name, Tone.PLAIN)
        return True

    def _pick(self, found: object) -> None:
        if isinstance(found, Notice):
            self.model.pick(found.shipment.id)

    def _leave(self) -> None:
        self.model.leave()
        self.notices.view.setFocus()

    def _undo(self) -> None:
        self.model.undo()

    def _damage(self) -> None:
        found = self.table.current
        if isinstance(found, ReceivingRow):
            self.frame.tasks.start(self._ask_damage(found))

    async def _ask_damage(self, found: ReceivingRow) -> None:
        answer = await self.frame.ask(DamagePanel(self.frame, found))
        if answer is not None:
            text, reason = answer
            self.model.set_damaged(found.notice.line.line_no, text, reason)

    def _lot(self) -> None:
        found = self.table.current
        if isinstance(found, ReceivingRow):
            self.frame.tasks.start(self._ask_lot(found))

    async def _ask_lot(self, found: ReceivingRow) -> None:
        await self.frame.ask(LotPanel(self.frame, self.model, found))

    def _confirm(self) -> None:
        if self.model.open is not None:
            self._once.start(self._confirm_now)

    async def _confirm_now(self) -> None:
        missed = self.model.not_found
        if missed:
            names = self.words("names.comma").join(one.notice.name for one in missed[:_NAMED_MOST])
            told = self.words("receiving.not_found", n=len(missed), names=names)
            question = Question(
                self.words,
                self.words("receiving.confirm"),
                [(told, Tone.BAD), (self.words("receiving.not_found_hint"), Tone.PLAIN)],
                go_on="receiving.claim_them",
            )
            if await self.frame.ask(question) is None:
                return
        claimed = len(self.model.differences)
        header = await self.model.confirm()
        key = "receiving.done_claim" if claimed else "receiving.done"
        tone = Tone.WAITING if claimed else Tone.GOOD
        self.frame.say(self.words(key, number=header.number, n=claimed), tone)
        self.notices.view.setFocus()


def _of(name: str) -> Callable[[Claimed], int | None]:
    """A figure of a receipt; nothing for none."""
    return lambda one: getattr(one, name) or None


def _row_tone(one: ReceivingRow) -> Tone | None:
    return None if one.is_fine else Tone.BAD
