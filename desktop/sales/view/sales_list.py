"""The sales of a day; Enter shows one whole, with tenders and the reasons of its prices."""

from collections.abc import Sequence

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from desktop.printing.pdf.pictures import to_pngs
from desktop.sales.model.receipts import receipt_png
from desktop.sales.model.sales_list import SalesModel
from desktop.sales.usecases.showing import SalePaper
from desktop.sales.view.invoice_paper import sales_note
from desktop.sales.view.why import sentence
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.papers import flow_sheet
from desktop.ui.pictures import copy_pictures
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, Tone
from desktop.ui.widgets import Empty, button, column, label, line, row
from desktop.words import formats
from shared.pricing.queries.story import PriceStory
from shared.sales.queries.showing import SaleEntry
from shared.sales.rules import LineKind, SaleMode


class SalesScreen(Screen):
    """A day's sales, newest first."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self.model = SalesModel(frame.desk, frame.person.site_id)
        self.day = label("", "strong")
        self.table = Table(
            frame,
            "sales",
            self._columns(),
            empty=Empty("receipt", self.words("sales.none"), self.words("sales.none_hint")),
        )
        GivingWay(self.table, {"tenders": 860, "lines": 800, "pieces": 600, "kind": 520})
        if "sold-goods" in frame.screens:
            by_product = self.words("screen.sold-goods")
            self.table.add_to_bar(button(by_product, self._by_product))
        self.table.add_to_bar(self.day)
        self.table.activated.connect(self._show)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.addWidget(self.table)
        self.until_gone(self.model.watch(self.draw))
        self.watch(self.refresh, "sale")

    def _columns(self) -> list[Column]:
        words, person = self.words, self.frame.person
        return [
            Column(key="at", title=words("sales.at"), get=lambda one: one.happened_at_us,
                   kind=Kind.INSTANT, zone=person.zone, width=140),
            Column(key="number", title=words("sales.number"), get=lambda one: one.number,
                   kind=Kind.NUMBER, width=180),
            Column(key="kind", title=words("sales.kind"), get=self._kind, width=76,
                   tone=lambda one: Tone.BAD if one.return_of else None),
            Column(key="who", title=words("sales.who"),
                   get=lambda one: self.model.names.get(one.author_id, one.author_id),
                   stretches=True),
            Column(key="tenders", title=words("sales.tenders"), get=self._tenders,
                   also=self._all_tenders, width=120),
            Column(key="lines", title=words("sales.lines"), get=lambda one: one.lines,
                   kind=Kind.COUNT, width=80),
            Column(key="pieces", title=words("sales.pieces"), get=lambda one: one.units_micro,
                   kind=Kind.QTY, width=90, has_total=True),
            Column(key="total", title=words("sales.total"), get=lambda one: one.total_minor,
                   kind=Kind.MONEY, currency=person.currency, width=110, has_total=True),
        ]  # fmt: skip

    def _kind(self, one: SaleEntry) -> str:
        key = "return" if one.return_of else one.mode
        return self.words.of("sales.kind", key)

    def _tenders(self, one: SaleEntry) -> str:
        if len(one.tenders) > 2:
            return f"{self.words.of('tender', one.tenders[0])} +{len(one.tenders) - 1}"
        return self._all_tenders(one)

    def _all_tenders(self, one: SaleEntry) -> str:
        """What the filter finds it by, and the sale shows whole."""
        return self.words("help.and").join(self.words.of("tender", name) for name in one.tenders)

    def key_actions(self) -> tuple[Action, ...]:
        has_one = self._has_one
        return (
            Action(text="sales.show", keys=("Return",), run=self._show_current, is_enabled=has_one),
            Action(
                text="sold.open",
                keys=("F7",),
                run=self._by_product,
                is_enabled=lambda: "sold-goods" in self.frame.screens,
            ),
            Action(text="orders.flow", keys=("D",), run=self._flow, is_enabled=has_one),
            Action(text="sales.print", keys=("P",), run=self._print, is_enabled=has_one),
            Action(text="paper.copy", keys=("C",), run=self._copy, is_enabled=has_one),
            Action(
                text="till.return",
                keys=("F8",),
                run=self._return,
                permission="sale.return",
                is_enabled=has_one,
            ),
            Action(text="sales.day_before", keys=("Alt+Left",), run=lambda: self._go(-1)),
            Action(text="sales.day_after", keys=("Alt+Right",), run=lambda: self._go(1)),
            Action(text="shift.to_till", keys=("F9",), run=lambda: self.frame.open("till", "")),
        )

    def _by_product(self) -> None:
        self.frame.open("sold-goods", "")

    def _has_one(self) -> bool:
        return self.table.current is not None

    def shown(self, subject: str = "") -> None:
        self.refresh()
        self.table.view.setFocus()
        if subject:
            self.frame.tasks.start(self._show_sale(subject))

    def scanned(self, code: str) -> bool:
        self.table.filter_by(code)
        return True

    def refresh(self) -> None:
        """Read the day again."""
        self.frame.tasks.start(self.model.look())

    def draw(self) -> None:
        """Show the model as it is now."""
        self.day.setText(self.model.day)
        self.table.set_rows(self.model.sales)
        if self.model.sales and self.table.current is None:
            self.table.go_to(0)

    def _go(self, days: int) -> None:
        self.frame.tasks.start(self.model.go(days))

    def _show_current(self) -> None:
        if self.table.current is not None:
            self._show(self.table.current)

    def _show(self, one: SaleEntry) -> None:
        self.frame.tasks.start(self._show_sale(one.uid))

    async def _show_sale(self, uid: str) -> None:
        paper = await self.model.paper(uid)
        stories = await self.model.stories(paper)
        content = _scrolled(sale_widget(self, paper, stories))
        self.frame.show_sheet(content, paper.story.head["number"])

    def _flow(self) -> None:
        if self.table.current is not None:
            self.frame.tasks.start(self._show_flow(self.table.current))

    async def _show_flow(self, one: SaleEntry) -> None:
        nodes = await self.model.flow(one.uid)
        self.frame.show_sheet(flow_sheet(self.frame, nodes), self.words("orders.flow_title"))

    def _print(self) -> None:
        one = self.table.current

        async def work() -> None:
            key = f"reprints.{one.uid}"
            copies = int(self.frame.settings.get(key, "0")) + 1
            self.frame.settings.put(key, str(copies))
            job = await self.model.receipt_again(
                one.uid, self.words, self.frame.settings.get, copies
            )
            self.frame.paper.receipt(job, f"{one.number}-{copies}")
            self.frame.say(self.words("sales.printed", number=one.number), Tone.GOOD)

        if one is not None:
            self.frame.tasks.start(work())

    def _copy(self) -> None:
        if self.table.current is not None:
            self.frame.tasks.start(self._copy_now(self.table.current))

    async def _copy_now(self, one: SaleEntry) -> None:
        """A receipt as it is printed; of an invoice the note."""
        paper, desk = await self.model.paper(one.uid), self.frame.desk
        if one.mode == SaleMode.INVOICE:
            note = await desk.work(sales_note, self.frame, paper, None, "")
            pictures = await desk.work(to_pngs, note)
        else:
            setting = self.frame.settings.get
            pictures = [await desk.work(receipt_png, paper, self.words, setting)]
        if copy_pictures(pictures):
            self.frame.say(self.words("paper.copied", number=one.number), Tone.GOOD)

    def _return(self) -> None:
        if self.table.current is not None:
            self.frame.open("till", self.table.current.number)


def sale_widget(screen: Screen, paper: SalePaper, stories: Sequence[PriceStory | None]) -> QWidget:
    """A sale whole: who, lines with their reasons, tenders."""
    words, head = screen.words, paper.story.head
    currency = head["currency"]
    parts: list[QWidget | int | None] = [
        label(formats.instant(head["happened_at_us"], paper.zone), "muted"),
        label(paper.cashier + (f" · {paper.member}" if paper.member else ""), "muted"),
    ]
    if paper.story.is_without_receipt:
        parts.append(label(words("return.no_receipt"), "muted"))
    elif paper.story.return_number:
        parts.append(label(words("sales.returned_from", number=paper.story.return_number), "muted"))
    parts.append(line())
    for one, story in zip(paper.lines, stories, strict=True):
        name = label(one.name, "strong")
        name.setWordWrap(True)
        counted = f"{formats.qty(one.qty_micro)} {one.unit} × {formats.price(one.price_micro)}"
        parts.append(name)
        parts.append(row(label(counted, "muted"), None,
                         label(formats.money(one.amount_minor, currency))))  # fmt: skip
        off_minor = one.saved_minor(currency) if one.qty_micro > 0 else one.discount_minor
        if off_minor or one.kind == LineKind.GIFT:
            off = formats.money(-off_minor, currency) if off_minor else ""
            gift = [words("till.gifts")] if one.kind == LineKind.GIFT else []
            named = words("names.comma").join(paper.policy_names(one))
            policies = " ".join([*gift, *([named] if named else [])]) or words("till.off")
            parts.append(row(label(policies, "small"), None, label(off, "small")))
        if story is not None:
            why = label(sentence(words, story, paper.zone), "small")
            why.setWordWrap(True)
            parts.append(why)
    parts.append(line())
    if head["rounding_minor"]:
        rounding = formats.money(head["rounding_minor"], currency)
        parts.append(row(label(words("till.sum.rounding"), "muted"), None, label(rounding)))
    total = label(formats.signed_money(head["total_minor"], currency), "big")
    parts.append(row(label(words("sales.total"), "muted"), None, total))
    for tender, minor, reference in paper.story.tenders:
        named = words("till.change") if reference == "change" else words.of("tender", tender)
        parts.append(row(label(named, "muted"), None, label(formats.money(minor, currency))))
    if head["note"]:
        parts.append(label(words.of("return.reason", head["note"]), "muted"))
    return column(*parts, None)


def _scrolled(content: QWidget) -> QWidget:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(content)
    return area
