"""Movements: a type by its number, goods by scan or code, what the type asks for, F10."""

from collections.abc import Awaitable, Callable
from functools import partial

from PySide6.QtWidgets import (
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.stock.model.move_rows import Buying, MoveRow
from desktop.stock.model.moving import MovingModel
from desktop.stock.usecases import Sources, TypeView
from desktop.stock.view.entry_keys import EntryKeys
from desktop.stock.view.move_columns import entry_columns, history_columns
from desktop.stock.view.move_form import MoveForm
from desktop.stock.view.move_page import look_at
from desktop.stock.view.move_types import TypeCards, asked_of_many, posted_text
from desktop.stock.view.moving_paper import movement_pdf
from desktop.ui.actions import Action
from desktop.ui.finder import Finder, Hit
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.question import Question
from desktop.ui.screen import Screen
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_S, Tone
from desktop.ui.widgets import Banner, Empty, label, row
from desktop.words.texts import Language
from shared.core.errors import QutongError
from shared.core.ids import uid_text
from shared.core.quantity import format_quantity
from shared.stock.queries import MovementView
from shared.stock.rules import PURCHASE

TakeUp = Callable[[Frame, str], Awaitable[str]]
"""Takes up goods nobody knows, by what was scanned or typed: their code, '' = it was left."""


class MovementsScreen(Screen):
    """1-9 choose a type; then scans, F10 posts, P prints what was posted."""

    def __init__(self, frame: Frame, *, sources: Sources, take_up: TakeUp | None = None) -> None:
        super().__init__(frame)
        person = frame.person
        buying = Buying(
            may_buy=person.may("own_goods.write"),
            sees_costs=person.may("cost.keep"),
            currency=person.currency,
        )
        self.model = MovingModel(frame.desk, sources, person.site_id, person.user_id, buying)
        self._take_up = take_up
        self._once = Once(frame.tasks)
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
                *self._buying_keys(),
                *self._expiry_keys(),
                Action(text="moving.undo", keys=("Ctrl+Z",), run=self._undo),
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
                text="moving.look",
                keys=("Return",),
                run=self._look,
                is_enabled=lambda: self.history.current is not None,
            ),
            Action(
                text="moving.print",
                keys=("P",),
                run=self._print,
                is_enabled=lambda: self.model.posted is not None,
            ),
            Action(
                text="buying.receipts",
                keys=("F7",),
                run=lambda: self.frame.open("purchases", ""),
                permission="own_goods.write",
            ),
            Action(text="stock.refresh", keys=("F5",), run=self.refresh),
            *numbers,
        )

    def _buying_keys(self) -> tuple[Action, ...]:
        if not self.model.is_buying:
            return ()
        supplier = Action(text="buying.supplier", keys=("F3",), run=self.form.start)
        if not self.model.asks_costs:
            return (supplier,)
        cost = Action(
            text="buying.cost",
            keys=("F7",),
            run=lambda: self.lines.edit_current("cost"),
            is_enabled=lambda: self.lines.current is not None,
        )
        return supplier, cost

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
        if subject == PURCHASE:
            self.model.choose(self.model.type.rule.id if self.model.type else subject)
        self._focus()
        if subject not in ("", PURCHASE):
            self.frame.tasks.start(self._look_at(subject))

    async def _look_at(self, document: str) -> None:
        await self.model.load()
        self._go_to_document(document)

    def _go_to_document(self, document: str) -> None:
        place = self.history.rows.place_of(lambda one: one.id == document)
        if place >= 0:
            self.history.go_to(place)
            self.history.view.setFocus()

    def scanned(self, code: str) -> bool:
        if self.model.type is None:
            return False
        self._take(self.model.add, code)
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
        named = [(one, self._name(one)) for one in self.model.types]
        layout.addWidget(TypeCards(words, named, self._choose))
        layout.addWidget(label(words("moving.history"), "strong"))
        self.history = Table(
            self.frame,
            "movements",
            history_columns(
                words, self.frame.person.zone, self._type_name, self._party_name
            ),
            empty=Empty("arrow-left-right", words("moving.none"), words("moving.none_hint")),
        )  # fmt: skip
        self.history.activated.connect(lambda _one: self._look())
        self._past = GivingWay(self.history, {"party": 900, "lines": 760, "pieces": 640})
        layout.addWidget(self.history, 1)
        return page

    def _make_entry(self) -> QWidget:
        words = self.words
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        self._title = label("", "title")
        self.code = Finder(words("moving.code_hint"), self._hits, opens_at=2)
        self.code.field.setAccessibleName(words("moving.code"))
        self.code.picked.connect(self._found)
        self.code.typed.connect(self._entered)
        self.code.pasted.connect(self._paste)
        EntryKeys(self.code, undo=self._undo, remove=self._remove)
        self._sum = label("", "muted")
        layout.addWidget(row(self._title, None, self._sum))
        layout.addWidget(self.code)
        middle = QWidget()
        across = QHBoxLayout(middle)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE_L)
        self.lines = Table(
            self.frame,
            "movement_lines",
            entry_columns(words, self.model),
            empty=Empty("scan-barcode", words("moving.empty"), words("moving.empty_hint")),
            can_filter=False,
        )  # fmt: skip
        self.lines.pasted.connect(self._paste)
        self._fitting = GivingWay(self.lines, {"packs": 720, "spec": 620, "code": 440})
        across.addWidget(self.lines, 1)
        self.form = MoveForm(self.frame, self.model, self._to_code)
        across.addWidget(self.form)
        layout.addWidget(middle, 1)
        return page

    def _hits(self, text: str) -> list[Hit]:
        return [
            Hit(value=one.code, text=f"{one.code}  {one.name}", hint=one.spec)
            for one in self.model.find(text)
        ]

    # drawing

    def _draw(self) -> None:
        model = self.model
        self._pages.setCurrentIndex(0 if model.type is None else 1)
        self.history.set_rows(list(model.history))
        self._past.leave_out_empty("party")
        done = model.posted
        told = posted_text(self.words, done, self._name(done.type)) if done else ""
        waiting = self.words("moving.goods_wait", n=len(model.lines)) if model.lines else ""
        self._posted.say(waiting or told, Tone.WAITING if waiting else Tone.GOOD)
        if model.type is not None:
            self._draw_entry(model.type)
        self.keys_changed()

    def _draw_entry(self, chosen: TypeView) -> None:
        model = self.model
        self._title.setText(self._name(chosen))
        self.form.draw()
        self.lines.set_rows(list(model.lines))
        hint = "moving.code_expiry_hint" if model.asks_expiry else "moving.code_hint"
        self.code.field.setPlaceholderText(
            self.words("buying.code_hint" if model.asks_costs else hint)
        )
        self._fitting.leave_out_empty("spec", "packs")
        self._fitting.leave_out("expires", is_out=not model.asks_expiry)
        for key, is_out in (("cost", False), ("amount", False), ("spec", True), ("packs", True)):
            self._fitting.leave_out(key, is_out=model.asks_costs is is_out)
        self._sum.setText(self.words("moving.sum", n=len(model.lines)))

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
        elif self.model.is_buying and self.model.is_empty and not self.model.party_id:
            self.form.start()
        else:
            self._to_code()

    def _to_code(self) -> None:
        self.code.field.setFocus()

    # what keys do

    def _choose(self, type_id: str) -> None:
        self.model.choose(type_id)
        self._focus()

    def _found(self, code: str) -> None:
        """Goods were found by name: how many comes behind their code."""
        self.code.field.setText(f"{code} ")
        self._to_code()

    def _entered(self, text: str) -> None:
        code, _, rest = text.strip().partition(" ")
        if self._take(lambda said: self.model.typed(f"{said} {rest}"), code):
            self.code.clear()

    def _paste(self, rows: list[list[str]]) -> None:
        problems = self.model.paste(rows)
        for number, error in problems[:1]:
            told = self.words("buying.paste_refused", row=number, why=self.words.error(error))
            self.frame.say(told, Tone.BAD)
        if not problems:
            self.frame.say(self.words("buying.pasted", n=len(rows)), Tone.GOOD)

    def _take(self, act: Callable[[str], MoveRow], code: str) -> bool:
        try:
            found = act(code)
        except QutongError as error:
            if error.code == "PRODUCT_UNKNOWN" and self.model.is_buying and self._take_up:
                self.frame.tasks.start(self._take_new(act, code, self._take_up))
            else:
                self.frame.tell(error)
            return False
        self._go_to(found)
        shown = format_quantity(found.qty_micro, found.goods.packs)
        self.frame.say(f"{found.goods.name}  {shown}", Tone.GOOD)
        return True

    async def _take_new(self, act: Callable[[str], MoveRow], code: str, take_up: TakeUp) -> None:
        """Goods nobody knows came in: they are taken up, and are on the list."""
        made = await take_up(self.frame, code)
        if made:
            self.code.clear()
            self._take(act, made)

    def _go_to(self, found: MoveRow) -> None:
        """What was just taken is the row that keys are about; the entry line keeps the focus."""
        place = self.lines.rows.place_of(lambda one: one is found)
        if place >= 0:
            self.lines.go_to(place)

    def _remove(self) -> None:
        if self.lines.current is not None:
            self.model.remove(self.lines.current)

    def _undo(self) -> None:
        if self.model.undo():
            self.frame.say(self.words("moving.undone"), Tone.PLAIN)

    def _drop(self) -> None:
        if self.model.is_empty:
            self.model.drop()
            self._focus()
        else:
            self._once.start(self._ask_drop)

    async def _ask_drop(self) -> None:
        n = len(self.model.lines)
        said = [(self.words("moving.drop_ask", n=n), Tone.WAITING)]
        if await self.frame.ask(Question(self.words, self.words("moving.drop"), said)):
            self.model.drop()
            self._focus()

    def _look(self) -> None:
        if self.history.current is not None:
            self._once.start(lambda: self._show_movement(self.history.current))

    async def _show_movement(self, one: MovementView) -> None:
        by = await look_at(self.frame, self.model, one.id, self._type_name(one.movement_type))
        if by is not None:
            self._go_to_document(uid_text(by.uid))

    def _post(self) -> None:
        self._once.start(self._sign_and_post)

    async def _sign_and_post(self) -> None:
        if not self.form.is_settled():
            return
        if self.model.lacks_supplier:
            self.form.start()
        if self.model.lines:
            self.form.go_to_missing()
        self.model.check()
        if not await asked_of_many(self.frame, self.model.many):
            return
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
        self._go_to_document(uid_text(posted.header.uid))

    def _print(self) -> None:
        posted = self.model.posted
        if posted is None:
            return
        pdf = movement_pdf(self.frame, posted, self._name(posted.type))
        self.frame.paper.document(pdf, posted.header.number)
        self.frame.say(self.words("moving.printed", number=posted.header.number), Tone.GOOD)
