"""Transfers on screen: what is under way, goods sent, goods received with what is missing."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.stock.model.transfers import Doing, TransfersModel, WayRow
from desktop.stock.view.entry_keys import EntryKeys
from desktop.stock.view.move_types import asked_of_many
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.finder import Finder, Hit
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.question import Question
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_S, Tone
from desktop.ui.widgets import Banner, Empty, Field, form_row, label, row
from desktop.words import formats
from shared.core.errors import QutongError
from shared.core.quantity import format_quantity
from shared.stock.queries import TransferView


class TransfersScreen(Screen):
    """S sends, Enter receives what is on its way here."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self.model = TransfersModel(frame.desk, frame.person.site_id)
        self._once = Once(frame.tasks)
        self.until_gone(self.model.watch(self._draw))
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_list())
        self._pages.addWidget(self._make_entry())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_S)
        layout.addWidget(self._pages)
        self.watch(self.refresh, "stock_move")
        self._draw()

    def key_actions(self) -> tuple[Action, ...]:
        if self.model.doing is Doing.LIST:
            return (
                Action(text="transfer.send", keys=("S", "N"), run=self._send),
                Action(
                    text="transfer.receive",
                    keys=("Return",),
                    run=self._receive,
                    is_enabled=lambda: self.ways.current is not None,
                ),
                Action(text="transfer.early", keys=("R",), run=self._early),
                Action(text="stock.refresh", keys=("F5",), run=self.refresh),
            )
        return (
            Action(
                text=f"transfer.post_{self.model.doing.value}",
                keys=("F10",),
                run=self._post,
                is_enabled=self._has_lines,
            ),
            *self._receiving_keys(),
            Action(text="moving.undo", keys=("Ctrl+Z",), run=self._undo),
            Action(
                text="moving.remove",
                keys=("Delete", "Ctrl+D"),
                run=self._remove,
                is_enabled=self._has_lines,
            ),
            Action(text="stock.back", keys=("Escape",), run=self._stop),
        )

    def _receiving_keys(self) -> tuple[Action, ...]:
        if self.model.doing is Doing.SEND:
            return ()
        all_sent = Action(
            text="transfer.as_sent",
            keys=("Ctrl+Return",),
            run=self.model.take_as_sent,
            is_enabled=lambda: any(one.expected_micro for one in self.model.rows),
        )
        damaged = Action(
            text="transfer.damaged",
            keys=("F6",),
            run=lambda: self.lines.edit_current("damaged"),
            is_enabled=self._has_lines,
        )
        return all_sent, damaged

    def _has_lines(self) -> bool:
        return bool(self.model.rows)

    def shown(self, subject: str = "") -> None:
        self.refresh()
        self._focus()

    def scanned(self, code: str) -> bool:
        if self.model.doing is Doing.LIST:
            return False
        self._take(self.model.add, code)
        return True

    def refresh(self) -> None:
        """Read again."""
        self.frame.tasks.start(self.model.load())

    def _make_list(self) -> QWidget:
        words, zone, here = self.words, self.frame.person.zone, self.model.site_id
        self.ways = Table(
            self.frame,
            "transfers",
            [
                Column(key="way", title=words("transfer.way"), width=90,
                       get=lambda one: words(
                           "transfer.in" if one.to_site == here else "transfer.out"
                       )),
                Column(key="other", title=words("transfer.other"), stretches=True,
                       get=self._other_name),
                Column(key="products", title=words("transfer.products"), width=90,
                       kind=Kind.COUNT, get=lambda one: one.products),
                Column(key="missing", title=words("transfer.on_way"), width=110, kind=Kind.QTY,
                       get=lambda one: one.missing_micro or None, has_total=False),
                Column(key="early", title=words("transfer.came_early"), width=150, kind=Kind.QTY,
                       get=lambda one: one.early_micro or None, tone=lambda _: Tone.WAITING),
                Column(key="last", title=words("transfer.last"), width=150, kind=Kind.INSTANT,
                       zone=zone, get=lambda one: one.last_at_us),
            ],
            empty=Empty(
                "truck", words("transfer.none"), words("transfer.none_hint"),
                action=words("transfer.send"), pressed=self._send,
            ),
        )  # fmt: skip
        self.ways.activated.connect(lambda _way: self._receive())
        return self.ways

    def _other_name(self, way: TransferView) -> str:
        other = way.from_site if way.to_site == self.model.site_id else way.to_site
        return self.model.name_of(other)

    def _make_entry(self) -> QWidget:
        words = self.words
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        self._title = label("", "title")
        self._sum = label("", "muted")
        self._missing = Banner("", Tone.WAITING)
        sites = [(one.site_id, f"{one.name} {one.site_id}") for one in self.model.sites]
        self._site = Choice(words("transfer.other"), sites)
        self._site.setPlaceholderText(words("moving.nobody"))
        self._site.setCurrentIndex(-1)
        self._site.picked.connect(lambda site_id: self.model.say(other=site_id))
        self._code = Finder(words("moving.code_hint"), self._hits, opens_at=2)
        self._code.field.setAccessibleName(words("moving.code"))
        self._code.picked.connect(self._found)
        self._code.typed.connect(self._entered)
        EntryKeys(self._code, undo=self._undo, remove=self._remove)
        self._note = Field(name=words("moving.note"))
        self._note.textEdited.connect(lambda text: self.model.say(note=text))
        self._note.entered.connect(lambda _text: self._code.field.setFocus())
        self.lines = Table(
            self.frame, "transfer_lines", self._columns(),
            empty=Empty("scan-barcode", words("moving.empty"), words("moving.empty_hint")),
            can_filter=False,
        )  # fmt: skip
        self._fitting = GivingWay(self.lines, {"packs": 900, "lot": 800, "code": 620})
        layout.addWidget(row(self._title, None, self._sum))
        layout.addWidget(
            row(
                form_row(words("transfer.other"), self._site, width=80),
                form_row(words("moving.note"), self._note, width=56),
                spacing=SPACE_L,
            )
        )
        layout.addWidget(self._code)
        layout.addWidget(self._missing)
        layout.addWidget(self.lines, 1)
        return page

    def _columns(self) -> list[Column]:
        words, model = self.words, self.model
        return [
            Column(key="code", title=words("stock.code"), width=112, kind=Kind.CODE,
                   get=lambda r: r.goods.code),
            Column(key="name", title=words("stock.name"), stretches=True,
                   get=lambda one: one.goods.name),
            Column(key="lot", title=words("card.lot"), width=90, get=lambda one: one.lot),
            Column(key="expected", title=words("transfer.sent"), width=90, kind=Kind.QTY,
                   get=lambda one: one.expected_micro or None),
            Column(key="qty", title=words("transfer.good"), width=90, kind=Kind.QTY,
                   get=lambda one: one.qty_micro, edit=model.set_qty, has_total=True),
            Column(key="damaged", title=words("transfer.damaged"), width=90, kind=Kind.QTY,
                   get=lambda one: one.damaged_micro, edit=model.set_damaged,
                   tone=lambda one: Tone.BAD if one.damaged_micro else None),
            Column(key="missing", title=words("transfer.missing"), width=90, kind=Kind.QTY,
                   get=lambda one: one.missing_micro if one.expected_micro else None,
                   tone=lambda one: Tone.BAD if one.missing_micro else None),
            Column(key="packs", title=words("moving.in_packs"), width=110,
                   get=lambda one: format_quantity(one.qty_micro, one.goods.packs)),
        ]  # fmt: skip

    def _draw(self) -> None:
        model, words = self.model, self.words
        self.ways.set_rows(list(model.ways))
        self._pages.setCurrentIndex(0 if model.doing is Doing.LIST else 1)
        if model.doing is Doing.LIST:
            self._code.clear()
        if model.doing is not Doing.LIST:
            self._title.setText(words(f"transfer.title_{model.doing.value}"))
            self._site.blockSignals(True)
            if model.other and self._site.findData(model.other) < 0:
                # Goods came from a site this one knows by its code alone.
                self._site.addItem(f"{model.name_of(model.other)} {model.other}", model.other)
            self._site.setCurrentIndex(self._site.findData(model.other) if model.other else -1)
            self._site.blockSignals(False)
            receives = model.doing is Doing.RECEIVE
            # Who sent what is being received stands in the papers.
            self._site.setEnabled(not receives or model.is_early)
            if self._note.text() != model.note:
                self._note.setText(model.note)
            for place, column in enumerate(self.lines.rows.columns):
                if column.key in ("expected", "damaged", "missing"):
                    self._fitting.leave_out(column.key, is_out=not receives)
                elif column.key == "qty":
                    title = words("transfer.good" if receives else "moving.qty")
                    self.lines.rows.columns[place] = replace(column, title=title)
            self.lines.set_rows(list(model.rows))
            self._fitting.leave_out_empty("lot")
            self._sum.setText(words("moving.sum", n=len(model.rows)))
            told = self._missing_text() if receives else ""
            way = "" if told or not receives or model.is_early else words("transfer.how")
            self._missing.say(told or way, Tone.WAITING if told else Tone.ACCENT)
        self.keys_changed()

    def _missing_text(self) -> str:
        short = [one for one in self.model.rows if one.expected_micro and one.missing_micro > 0]
        if not short:
            return ""
        pieces = formats.qty(sum(one.missing_micro for one in short))
        return self.words("transfer.missing_n", n=len(short), pieces=pieces)

    def _focus(self) -> None:
        if self.model.doing is Doing.LIST:
            self.ways.view.setFocus()
        elif self.model.doing is Doing.RECEIVE and self.model.rows:
            self.lines.view.setFocus()
            self._go_to(self.model.last or self.model.rows[0])
        elif not self.model.other:
            self._site.setFocus()
        else:
            self._code.field.setFocus()

    def _go_to(self, found: WayRow) -> None:
        """The row keys are about: what was touched last, at its quantity."""
        place = self.lines.rows.place_of(lambda one: one is found)
        column = next(i for i, c in enumerate(self.lines.rows.columns) if c.key == "qty")
        if place >= 0:
            self.lines.go_to(place, column)

    def _hits(self, text: str) -> list[Hit]:
        return [
            Hit(value=one.code, text=f"{one.code}  {one.name}", hint=one.spec)
            for one in self.model.find(text)
        ]

    # what keys do

    def _send(self) -> None:
        self.model.begin_sending()
        self._focus()

    def _early(self) -> None:
        self.model.begin_early()
        self._focus()

    def _receive(self) -> None:
        way = self.ways.current
        if way is None:
            return
        if way.to_site != self.model.site_id:
            self.frame.say(self.words("transfer.not_here"), Tone.WAITING)
            return
        self._once.start(lambda: self._begin_receiving(way))

    async def _begin_receiving(self, way: TransferView) -> None:
        await self.model.begin_receiving(way)
        self._focus()

    def _entered(self, text: str) -> None:
        if text.strip() and self._take(self.model.typed, text):
            self._code.clear()

    def _found(self, code: str) -> None:
        """Goods were found by name: how many comes behind their code."""
        self._code.field.setText(f"{code} ")
        self._code.field.setFocus()

    def _take(self, act: Callable[[str], WayRow], text: str) -> bool:
        try:
            found = act(text)
        except QutongError as error:
            self.frame.tell(error)
            return False
        self._go_to(found)
        shown = format_quantity(found.qty_micro, found.goods.packs)
        is_more = self.model.doing is Doing.RECEIVE and found.missing_micro < 0
        tone = Tone.WAITING if is_more and not self.model.is_early else Tone.GOOD
        self.frame.say(f"{found.goods.name}  {shown}", tone)
        return True

    def _undo(self) -> None:
        if self.model.undo():
            self.frame.say(self.words("moving.undone"), Tone.PLAIN)

    def _remove(self) -> None:
        if self.lines.current is not None:
            self.model.remove(self.lines.current)

    def _stop(self) -> None:
        self._once.start(self._ask_stop)

    async def _ask_stop(self) -> None:
        n = len(self.model.rows)
        said = [(self.words("moving.drop_ask", n=n), Tone.WAITING)]
        if self.model.is_touched and not await self.frame.ask(
            Question(self.words, self.words("moving.drop"), said)
        ):
            return
        self.model.stop()
        self._focus()

    def _post(self) -> None:
        self._once.start(self._send_or_receive)

    async def _send_or_receive(self) -> None:
        key = f"transfer.done_{self.model.doing.value}"
        if not self.model.other:
            self._site.setFocus()
        self.model.check()
        if not await asked_of_many(self.frame, self.model.many):
            return
        header = await self.model.post()
        self.frame.say(self.words(key, number=header.number), Tone.GOOD)
        self._focus()
