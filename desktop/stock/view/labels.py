"""Labels on screen: products, copies and paper at the left, how one looks at the right."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.printing.pdf.pictures import to_pngs
from desktop.stock.model.labels import SIZES, LabelsModel
from desktop.stock.usecases import LabelJob, Sources
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_S, Tone, scaled
from desktop.ui.widgets import Banner, Card, Empty, Field, label, row
from desktop.words import formats
from shared.core.errors import QutongError

_DPI, _PREVIEW_WIDTH = 200, 320
CHANGED = "changed"
"""Opened for whatever the version in force changed."""


class LabelsScreen(Screen):
    """Scan what needs a label, F6 takes the changed prices, F10 makes the pages."""

    def __init__(self, frame: Frame, *, sources: Sources) -> None:
        super().__init__(frame)
        person = frame.person
        self.model = LabelsModel(frame.desk, sources, person.site_id, person.currency)
        self._once = Once(frame.tasks)
        self.until_gone(self.model.watch(self._draw))
        words = self.words
        self._code = Field(words("moving.code_hint"), name=words("moving.code"))
        self._code.entered.connect(self._entered)
        self.banner = Banner()
        self._size = Choice(
            words("labels.size"),
            [(one, words(f"labels.size_{one}")) for one in SIZES],
            value=self.model.size,
        )
        self._size.setMinimumWidth(scaled(140))
        self._size.picked.connect(self.model.choose)
        self.table = Table(
            frame, "labels", self._columns(),
            empty=Empty("tags", words("labels.none"), words("labels.none_hint")),
            can_filter=False,
        )  # fmt: skip
        self.table.chosen.connect(lambda _row: self._draw_preview())
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        preview = Card(label(words("labels.preview"), "strong"), self._picture)
        preview.inside.addStretch(1)
        preview.setFixedWidth(_PREVIEW_WIDTH + 2 * SPACE_L + 2)
        below = QWidget()
        across = QHBoxLayout(below)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE_L)
        across.addWidget(self.table, 1)
        across.addWidget(preview)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_S)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self.banner)
        layout.addWidget(row(self._code, label(words("labels.size"), "muted"), self._size))
        layout.addWidget(below, 1)
        self.watch(self._look, "price_version", "label_print", "stock_balance")

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(
                text="labels.job_print",
                keys=("F9",),
                run=self._print_job,
                is_enabled=lambda: self.model.job is not None,
            ),
            Action(text="labels.make", keys=("F10",), run=self._make, is_enabled=self._has_rows),
            Action(text="labels.changed", keys=("F6",), run=self._changed),
            Action(
                text="moving.remove",
                keys=("Delete", "Ctrl+D"),
                run=self._remove,
                is_enabled=self._has_rows,
            ),
            Action(
                text="labels.clear", keys=("F8",), run=self.model.clear, is_enabled=self._has_rows
            ),
            Action(text="stock.back", keys=("Escape",), run=lambda: self.frame.open("stock", "")),
        )

    def _has_rows(self) -> bool:
        return bool(self.model.rows)

    def shown(self, subject: str = "") -> None:
        if subject == CHANGED:
            # Looks what is asked for, too.
            self._changed()
        else:
            self._look()
            if subject:
                self.model.take(subject.split())
        self._code.setFocus()

    def scanned(self, code: str) -> bool:
        self._take(code)
        return True

    def _columns(self) -> list[Column]:
        words, currency = self.words, self.frame.person.currency
        return [
            Column(key="code", title=words("stock.code"), width=84, kind=Kind.CODE,
                   get=lambda one: one.label.goods.code),
            Column(key="name", title=words("stock.name"), stretches=True,
                   get=lambda one: one.label.goods.name),
            Column(key="spec", title=words("stock.spec"), width=90,
                   get=lambda one: one.label.goods.spec),
            Column(key="barcode", title=words("labels.barcode"), width=130, kind=Kind.CODE,
                   get=lambda one: one.label.barcode),
            Column(key="price", width=110,
                   title=f"{words('labels.price')} {words.of('currency', currency)}",
                   kind=Kind.PRICE, get=lambda one: one.label.price_micro),
            Column(key="copies", title=words("labels.copies"), width=70, kind=Kind.COUNT,
                   get=lambda one: one.copies, edit=self.model.set_copies, has_total=True),
        ]  # fmt: skip

    def _look(self) -> None:
        self.frame.tasks.start(self.model.look())

    def _draw_job(self) -> None:
        """What head office asked for, or that two devices printed it."""
        words, job, doubled = self.words, self.model.job, self.model.doubled
        if job is not None:
            n = len(job.product_ids)
            self.banner.say(words("labels.job", version=job.number, n=n), Tone.ACCENT)
        elif doubled is not None:
            text = words("labels.doubled", version=doubled.number, who=self._who(doubled))
            self.banner.say(text, Tone.WAITING)
        else:
            self.banner.say("")
        self.keys_changed()

    def _who(self, job: LabelJob) -> str:
        now_us, zone = self.frame.desk.now_us, self.frame.person.zone
        told = (
            f"{one.device_id} {formats.short_instant(one.printed_at_us, now_us, zone)}"
            for one in job.made
        )
        return self.words("labels.and").join(told)

    def _draw(self) -> None:
        self._draw_job()
        self.table.set_rows(list(self.model.rows))
        self._draw_preview()

    def _draw_preview(self) -> None:
        """The current label, large."""
        chosen = self.table.current or next(iter(self.model.rows), None)
        if chosen is None:
            self._picture.clear()
            return
        pages = to_pngs(self.model.pdf(self.words, only=chosen), _DPI)
        drawn = QPixmap()
        drawn.loadFromData(pages[0])
        self._picture.setPixmap(
            drawn.scaledToWidth(_PREVIEW_WIDTH, Qt.TransformationMode.SmoothTransformation)
        )

    # what keys do

    def _entered(self, text: str) -> None:
        if text.strip() and self._take(text.strip()):
            self._code.clear()

    def _take(self, code: str) -> bool:
        try:
            self.model.add(code)
        except QutongError as error:
            self.frame.tell(error)
            return False
        return True

    def _changed(self) -> None:
        self.frame.tasks.start(self._take_changed())

    async def _take_changed(self) -> None:
        n = await self.model.take_changed()
        version = self.model.rows[0].label.version if self.model.rows else 0
        done = self.model.done
        if self.model.job is None and done is not None and n:
            self._say_done(done)
            return
        self.frame.say(self.words("labels.changed_n", n=n, version=version), Tone.PLAIN)

    def _print_job(self) -> None:
        self._once.start(self._print_all_of_it)

    async def _print_all_of_it(self) -> None:
        if await self.model.take_job() is not None:
            await self._make_pages()
        elif self.model.done is not None:
            self._say_done(self.model.done)

    def _say_done(self, done: LabelJob) -> None:
        text = self.words("labels.done_by", version=done.number, who=self._who(done))
        self.frame.say(text, Tone.WAITING)

    def _remove(self) -> None:
        if self.table.current is not None:
            self.model.remove(self.table.current)

    def _make(self) -> None:
        self._once.start(self._make_pages)

    async def _make_pages(self) -> None:
        if not self.model.rows:
            return
        pages = await self.frame.desk.work(self.model.pdf, self.words)
        self.frame.paper.document(pages, self.words("screen.labels"))
        n = self.model.count
        key = "labels.job_done" if await self.model.note_printed() else "labels.done"
        self.frame.say(self.words(key, n=n), Tone.GOOD)
