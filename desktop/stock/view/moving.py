"""Movements: a type by its number, goods by scan or code, what the type asks for, F10."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.stock.model.moving import MoveRow, MovingModel, PostedMove, is_in
from desktop.stock.usecases import Sources, TypeView
from desktop.stock.view.moving_paper import movement_pdf
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.question import Question
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_S, Tone, scaled
from desktop.ui.widgets import Banner, Card, Empty, Field, form_row, key_cap, label, pill, row
from desktop.words import formats
from desktop.words.texts import Language
from shared.core.errors import QutongError
from shared.core.quantity import format_quantity

_ACROSS = 4
_WIDE = 860
"""Pixels at 100 % text below which one type less stands in a row."""


class MovementsScreen(Screen):
    """1-9 choose a type; then scans, F10 posts, P prints what was posted."""

    def __init__(self, frame: Frame, *, sources: Sources) -> None:
        super().__init__(frame)
        person = frame.person
        self.model = MovingModel(frame.desk, sources, person.site_id, person.user_id)
        self.until_gone(self.model.watch(self._draw))
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_types())
        self._pages.addWidget(self._make_entry())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_S)
        layout.addWidget(self._pages)
        self.watch(self.refresh, "movement")
        self._draw()

    def key_actions(self) -> tuple[Action, ...]:
        if self.model.type is not None:
            return (
                Action(text="moving.post", keys=("F10",), run=self._post),
                *self._expiry_keys(),
                Action(text="moving.remove", keys=("Delete", "Ctrl+D"), run=self._remove),
                Action(text="moving.other_type", keys=("F8",), run=lambda: self._choose("")),
                Action(text="moving.drop", keys=("Escape",), run=self._drop),
            )
        numbers = tuple(
            Action(
                text=f"movement_type.{one.rule.id}"
                if self.words.has(f"movement_type.{one.rule.id}")
                else "moving.type",
                keys=(str(number),),
                run=partial(self._choose, one.rule.id),
                in_line=False,
            )
            for number, one in enumerate(self.model.types[:9], start=1)
        )
        return (
            Action(text="moving.choose", run=lambda: None),
            Action(
                text="moving.print",
                keys=("P",),
                run=self._print,
                is_enabled=lambda: self.model.posted is not None,
            ),
            Action(text="stock.refresh", keys=("F5",), run=self.refresh),
            *numbers,
        )

    def _expiry_keys(self) -> tuple[Action, ...]:
        if not self.model.asks_expiry:
            return ()
        return (
            Action(
                text="moving.expiry",
                keys=("F6",),
                run=lambda: self.lines.edit_current("expires"),
                is_enabled=lambda: self.lines.current is not None,
            ),
        )

    def shown(self, subject: str = "") -> None:
        self.refresh()
        self._focus()
        if subject:
            self.frame.tasks.start(self._look_at(subject))

    async def _look_at(self, document: str) -> None:
        await self.model.load()
        place = self.history.rows.place_of(lambda one: one.id == document)
        if place >= 0:
            self.history.go_to(place)
            self.history.view.setFocus()

    def scanned(self, code: str) -> bool:
        if self.model.type is None:
            return False
        self._take(lambda: self.model.add(code))
        return True

    def refresh(self) -> None:
        """Read again."""
        self.frame.tasks.start(self.model.load())

    # pages

    def _make_types(self) -> QWidget:
        words = self.words
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        self._posted = Banner("", Tone.GOOD)
        layout.addWidget(self._posted)
        cards = QWidget()
        self._grid = QGridLayout(cards)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE_M)
        self._cards = [self._card(place, one) for place, one in enumerate(self.model.types, 1)]
        self._lay_cards(_ACROSS)
        layout.addWidget(cards)
        layout.addWidget(label(words("moving.history"), "strong"))
        self.history = Table(
            self.frame,
            "movements",
            [
                Column(key="at", title=words("card.at"), width=140, kind=Kind.INSTANT,
                       zone=self.frame.person.zone, get=lambda one: one.happened_at_us),
                Column(key="number", title=words("card.document"), width=164, kind=Kind.CODE,
                       get=lambda one: one.number),
                Column(key="type", title=words("card.type"), width=120,
                       get=lambda one: self._type_name(one.movement_type)),
                Column(key="party", title=words("card.counter"), width=150,
                       get=lambda one: self._party_name(one.party_id)),
                Column(key="reason", title=words("moving.reason"), stretches=True,
                       get=lambda one: " ".join(p for p in (one.reason, one.note) if p)),
                Column(key="lines", title=words("moving.lines"), width=60, kind=Kind.COUNT,
                       get=lambda one: one.lines),
                Column(key="pieces", title=words("moving.pieces"), width=80, kind=Kind.QTY,
                       get=lambda one: one.units_micro),
            ],
            empty=Empty("arrow-left-right", words("moving.none"), words("moving.none_hint")),
        )  # fmt: skip
        self._past = GivingWay(self.history, {"party": 900, "lines": 760, "pieces": 640})
        layout.addWidget(self.history, 1)
        return page

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._lay_cards(_ACROSS if event.size().width() >= scaled(_WIDE) else _ACROSS - 1)

    def _lay_cards(self, across: int) -> None:
        """So many types in a row: fewer where text is large, so that their names are whole."""
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place // across, place % across)
        for place in range(_ACROSS):
            self._grid.setColumnStretch(place, 1 if place < across else 0)

    def _card(self, number: int, one: TypeView) -> Card:
        asked = [
            self.words(key)
            for key, is_needed in (
                ("moving.needs_reason", one.rule.needs_reason),
                ("moving.needs_party", one.rule.needs_party),
                ("moving.needs_approval", one.rule.needs_approval),
            )
            if is_needed
        ]
        way = pill(
            self.words("moving.in" if is_in(one) else "moving.out"),
            Tone.GOOD if is_in(one) else Tone.WAITING,
        )
        head = row(key_cap(str(number)), label(self._name(one), "strong"), None, way)
        told = label(" · ".join(asked) or self.words("moving.needs_nothing"), "small")
        card = Card(head, told, pressed=lambda: self._choose(one.rule.id))
        card.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        return card

    def _make_entry(self) -> QWidget:
        words = self.words
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        self._title = label("", "title")
        self._code = Field(words("moving.code_hint"), name=words("moving.code"))
        self._code.entered.connect(self._entered)
        self._sum = label("", "muted")
        layout.addWidget(row(self._title, None, self._sum))
        layout.addWidget(self._code)
        middle = QWidget()
        across = QHBoxLayout(middle)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE_L)
        self.lines = Table(
            self.frame,
            "movement_lines",
            [
                Column(key="code", title=words("stock.code"), width=118, kind=Kind.CODE,
                       get=lambda one: one.goods.code),
                Column(key="name", title=words("stock.name"), stretches=True,
                       get=lambda one: one.goods.name),
                Column(key="spec", title=words("stock.spec"), width=100,
                       get=lambda one: one.goods.spec),
                Column(key="qty", title=words("moving.qty"), width=100, kind=Kind.QTY,
                       get=lambda one: one.qty_micro, edit=self.model.set_qty, has_total=True),
                Column(key="packs", title=words("moving.in_packs"), width=120,
                       get=_in_packs),
                Column(key="expires", title=words("moving.expiry"), width=104, kind=Kind.DAY,
                       get=lambda one: one.expires_on or None, edit=self.model.set_expiry),
            ],
            empty=Empty("scan-barcode", words("moving.empty"), words("moving.empty_hint")),
            can_filter=False,
        )  # fmt: skip
        self._fitting = GivingWay(self.lines, {"packs": 720, "spec": 620, "code": 440})
        across.addWidget(self.lines, 1)
        across.addWidget(self._make_form())
        layout.addWidget(middle, 1)
        return page

    def _make_form(self) -> QWidget:
        words, model = self.words, self.model
        self._reason = Field(words("moving.reason_hint"), name=words("moving.reason"))
        self._reason.textEdited.connect(lambda text: model.say(reason=text))
        known = [(one.party_id, one.name) for one in model.parties]
        parties = [("", words("moving.nobody")), *known]
        self._party = Choice(words("moving.party"), parties)
        self._party.picked.connect(lambda value: model.say(party_id=value))
        self._note = Field(name=words("moving.note"))
        self._note.textEdited.connect(lambda text: model.say(note=text))
        self._signs = label(words("moving.needs_approval"), "muted")
        self._rows = {
            "reason": form_row(words("moving.reason"), self._reason, width=64),
            "party": form_row(words("moving.party"), self._party, width=64),
            "note": form_row(words("moving.note"), self._note, width=64),
        }
        card = Card(*self._rows.values(), self._signs)
        card.inside.setSpacing(SPACE_M)
        card.inside.addStretch(1)
        card.setFixedWidth(scaled(300))
        return card

    # drawing

    def _draw(self) -> None:
        model = self.model
        self._pages.setCurrentIndex(0 if model.type is None else 1)
        self.history.set_rows(list(model.history))
        self._past.leave_out_empty("party")
        self._posted.say(self._posted_text(model.posted), Tone.GOOD)
        if model.type is not None:
            self._draw_entry(model.type)
        self.keys_changed()

    def _draw_entry(self, chosen: TypeView) -> None:
        model, rule = self.model, chosen.rule
        self._title.setText(self._name(chosen))
        self._rows["reason"].setVisible(rule.needs_reason)
        self._rows["party"].setVisible(rule.needs_party)
        self._signs.setVisible(rule.needs_approval)
        for field, text in ((self._reason, model.reason), (self._note, model.note)):
            if field.text() != text:
                field.setText(text)
        self._party.blockSignals(True)
        self._party.set_value(model.party_id)
        self._party.blockSignals(False)
        self.lines.set_rows(list(model.lines))
        self._code.setPlaceholderText(
            self.words("moving.code_expiry_hint" if model.asks_expiry else "moving.code_hint")
        )
        self._fitting.leave_out_empty("spec", "packs")
        self._fitting.leave_out("expires", is_out=not model.asks_expiry)
        self._sum.setText(self.words("moving.sum", n=len(model.lines)))

    def _posted_text(self, posted: PostedMove | None) -> str:
        """Number, and the book after it for who may see it."""
        if posted is None:
            return ""
        books = self.words("names.comma").join(
            f"{one.goods.name} {formats.qty(one.book_micro)}"
            for one in posted.lines[:3]
            if one.book_micro is not None
        )
        name, number = self._name(posted.type), posted.header.number
        if not books:
            return self.words("moving.posted", type=name, number=number)
        return self.words("moving.posted_books", type=name, number=number, books=books)

    def _name(self, one: TypeView) -> str:
        return one.name_zh if self.words.language is Language.CHINESE else one.name_en

    def _type_name(self, type_id: str) -> str:
        known = next((one for one in self.model.types if one.rule.id == type_id), None)
        return self._name(known) if known else self.words.of("movement_type", type_id)

    def _party_name(self, party_id: str) -> str:
        return self.model.names.get(party_id, party_id)

    def _focus(self) -> None:
        if self.model.type is None:
            self.history.view.setFocus()
        else:
            self._code.setFocus()

    # what keys do

    def _choose(self, type_id: str) -> None:
        self.model.choose(type_id)
        self._focus()

    def _entered(self, text: str) -> None:
        if text.strip() and self._take(lambda: self.model.typed(text)):
            self._code.clear()

    def _take(self, act: Callable[[], MoveRow]) -> bool:
        try:
            found = act()
        except QutongError as error:
            self.frame.tell(error)
            return False
        self._go_to(found)
        shown = format_quantity(found.qty_micro, found.goods.packs)
        self.frame.say(f"{found.goods.name}  {shown}", Tone.GOOD)
        return True

    def _go_to(self, found: MoveRow) -> None:
        """What was just taken is the row that keys are about; the entry line keeps the focus."""
        place = self.lines.rows.place_of(lambda one: one is found)
        if place >= 0:
            self.lines.go_to(place)

    def _remove(self) -> None:
        if self.lines.current is not None:
            self.model.remove(self.lines.current)

    def _drop(self) -> None:
        if self.model.is_empty:
            self.model.drop()
            self._focus()
        else:
            self.frame.tasks.start(self._ask_drop())

    async def _ask_drop(self) -> None:
        n = len(self.model.lines)
        said = [(self.words("moving.drop_ask", n=n), Tone.WAITING)]
        if await self.frame.ask(Question(self.words, self.words("moving.drop"), said)):
            self.model.drop()
            self._focus()

    def _post(self) -> None:
        self.frame.tasks.start(self._sign_and_post())

    async def _sign_and_post(self) -> None:
        self.model.check()
        approver = ""
        if self.model.needs_approval:
            approval = await self.frame.approve("stock.move")
            if approval is None:
                return
            approver = str(approval)
        posted = await self.model.post(approver)
        name, number = self._name(posted.type), posted.header.number
        self.frame.say(self.words("moving.posted", type=name, number=number), Tone.GOOD)
        self._focus()

    def _print(self) -> None:
        posted = self.model.posted
        if posted is None:
            return
        pdf = movement_pdf(self.frame, posted, self._name(posted.type))
        self.frame.paper.document(pdf, posted.header.number)
        self.frame.say(self.words("moving.printed", number=posted.header.number), Tone.GOOD)


def _in_packs(one: MoveRow) -> str:
    """The quantity in packs; nothing for goods that come in no packs."""
    return format_quantity(one.qty_micro, one.goods.packs) if len(one.goods.packs) > 1 else ""
