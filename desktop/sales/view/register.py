"""The page of the simple register: scan, or code Enter quantity Enter; F10 posts."""

from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QVBoxLayout

from desktop.sales.model.register import RegisterModel
from desktop.sales.usecases.registering import RegisterRow
from desktop.sales.view.entry import Entry
from desktop.sales.view.old_prices import may_post
from desktop.sales.view.panels import StepsPanel
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import Banner, Empty, label, pill, row
from desktop.words import formats
from shared.core.errors import QutongError


class _Asked(Entry):
    """The entry of the register: a paste of rows is taken as rows."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        text = QGuiApplication.clipboard().text()
        if event.matches(QKeySequence.StandardKey.Paste) and ("\t" in text or "\n" in text.strip()):
            self.pasted.emit()
            return
        super().keyPressEvent(event)


class RegisterScreen(Screen):
    """A day or a week on one page."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self.model = RegisterModel(frame.desk)
        words = self.words
        self._code = ""
        self.entry = _Asked(words("register.code"))
        self.entry.entered.connect(self._entered)
        self.entry.moved.connect(self._moved)
        self.entry.pasted.connect(self._paste)
        self.period, self.pieces = pill("", Tone.ACCENT), label("", "big")
        self.banner = Banner()
        self.table = Table(
            frame,
            "register",
            self._columns(),
            empty=Empty("notebook-pen", words("register.empty"), words("register.empty_hint")),
            can_filter=False,
        )
        self.table.pasted.connect(self._pasted)
        note = label(words("register.note"), "small")
        note.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addWidget(
            row(self.period, label(words("register.type"), "muted"), None, self.pieces)
        )
        layout.addWidget(self.entry)
        layout.addWidget(self.banner)
        layout.addWidget(self.table, 1)
        layout.addWidget(note)
        self.until_gone(self.model.watch(self.draw))
        self.draw()

    def _columns(self) -> list[Column]:
        words = self.words
        return [
            Column(key="code", title=words("till.code"), get=lambda one: one.code,
                   kind=Kind.CODE, width=110),
            Column(key="name", title=words("till.goods"), get=lambda one: one.name,
                   stretches=True),
            Column(key="unit", title=words("register.unit"), get=lambda one: one.unit, width=70),
            Column(key="qty", title=words("register.out"), get=lambda one: one.qty_micro,
                   kind=Kind.QTY, width=110, has_total=True,
                   edit=self._edit,
                   tone=lambda one: Tone.WAITING if one.qty_micro < 0 else None),
            Column(key="after", title=words("register.after"), get=lambda one: one.after_micro,
                   kind=Kind.QTY, width=130,
                   tone=lambda one: Tone.BAD if one.after_micro < 0 else None),
        ]  # fmt: skip

    # keys

    def key_actions(self) -> tuple[Action, ...]:
        is_typing = bool(self._code or self.entry.text())
        clear = Action(text="till.clear", keys=("Esc", "Escape"), run=self._ask_code, in_line=False)
        return (
            *((clear,) if is_typing else ()),
            Action(
                text="register.post",
                keys=("F10",),
                run=self._post,
                permission="register.write",
                is_enabled=lambda: bool(self.model.rows),
            ),
            Action(text="register.period", keys=("F4",), run=self.model.next_period),
            Action(text="register.paste", keys=("Ctrl+V",), run=self._paste),
            Action(text="till.quantity", keys=("F6",), run=self._quantity),
            Action(text="till.delete", keys=("Ctrl+D",), run=self._delete),
        )

    def shown(self, subject: str = "") -> None:
        self.model.look()
        self.draw()
        self.entry.setFocus()

    def scanned(self, code: str) -> bool:
        self._ask_code()
        self._add(code, "1")
        return True

    # acts

    def _entered(self, text: str) -> None:
        if not text.strip():
            return
        if not self._code:
            self._code_entered(text.strip())
            return
        code = self._code
        self._ask_code()
        self._add(code, text)

    def _code_entered(self, code: str) -> None:
        try:
            name = self.model.find(code)
        except QutongError as error:
            # What was typed stands there to be mended.
            self.entry.selectAll()
            self.frame.tell(error)
            return
        self._code = code
        self.entry.clear()
        self.entry.setPlaceholderText(self.words("register.qty_of", code=name))
        self.keys_changed()

    def _ask_code(self) -> None:
        self._code = ""
        self.entry.clear()
        self.entry.setPlaceholderText(self.words("register.code"))
        self.keys_changed()

    def _add(self, code: str, quantity: str) -> None:
        try:
            added = self.model.add(code, quantity)
        except QutongError as error:
            self.frame.tell(error)
        else:
            self.frame.say(f"{added.name}   {formats.qty(added.qty_micro)}", Tone.GOOD)

    def _edit(self, one: RegisterRow, text: str) -> None:
        self.model.set_quantity(one, text)

    def _quantity(self) -> None:
        one = self.table.current
        if one is not None:
            panel = StepsPanel(
                self.frame,
                self.words("till.quantity"),
                (("register.out", formats.qty(one.qty_micro)),),
                lambda texts: self.model.set_quantity(one, texts[0]),
                hint=one.name,
            )
            self.frame.tasks.start(self.frame.ask(panel))  # type: ignore[arg-type]

    def _delete(self) -> None:
        if self.table.current is not None:
            self.model.remove(self.table.current)

    def _moved(self, by: int) -> None:
        shown = len(self.table.rows.shown)
        if shown:
            at = self.table.view.currentIndex().row()
            self.table.go_to(max(0, min(at + by, shown - 1)))

    def _paste(self) -> None:
        text = QGuiApplication.clipboard().text()
        self._pasted([one.split("\t") for one in text.splitlines() if one.strip()])

    def _pasted(self, cells: list[list[str]]) -> None:
        taken = self.model.paste(cells)
        tone = Tone.WAITING if self.model.bad else Tone.GOOD
        self.frame.say(self.words("register.pasted", n=taken), tone)

    def _post(self) -> None:
        if self._code or self.entry.text().strip():
            # What stands in the field is on no line: posted without it, it would be lost.
            self.frame.say(self.words("register.unfinished"), Tone.WAITING)
            return

        async def work() -> None:
            if not await may_post(self.frame):
                return
            if number := await self.model.post():
                self.frame.say(self.words("register.posted", number=number), Tone.GOOD)
            self.entry.setFocus()

        self.frame.tasks.start(work())

    def draw(self) -> None:
        """Show the model as it is now."""
        page, words = self.model.page, self.words
        other = "other_week" if self.model.is_week else "other_day"
        key = f"register.{self.model.period or other}"
        self.period.setText(words(key, start=page.from_day, end=page.to_day))
        self.pieces.setText(words("register.pieces", pieces=formats.qty(self.model.pieces_micro)))
        self.table.set_rows(self.model.rows)
        at = self.table.rows.place_of(lambda one: one.product_id == self.model.current)
        if at >= 0:
            self.table.go_to(at)
        said = [
            words("register.bad", row=bad.row, text=bad.text, why=words.error(bad.error))
            for bad in self.model.bad[:8]
        ]
        self.banner.say("\n".join(said or self._told()), Tone.BAD if said else Tone.WAITING)

    def _told(self) -> list[str]:
        """What a person would write down twice, or for another day than today."""
        model, words = self.model, self.words
        told = [] if model.period else [words("register.other_told")]
        for key, micro in zip(("sold", "registered"), model.booked, strict=True):
            if micro:
                told.append(words(f"register.{key}", pieces=formats.qty(micro)))
        return told
