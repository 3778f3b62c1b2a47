"""The stock of a site, and behind every figure the card of its product."""

from PySide6.QtWidgets import QCheckBox, QStackedWidget, QVBoxLayout, QWidget

from desktop.stock.model.stock import ALL, ENDING, StockModel
from desktop.stock.usecases import Sources, goods_named
from desktop.stock.view.card import CardPage
from desktop.stock.view.reserving import HoldsPanel, ReservePanel
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_S, Tone, scaled
from desktop.ui.widgets import Banner, Empty, label, row
from desktop.words import formats
from shared.core.errors import QutongError
from shared.stock.queries import StockRow

SELDOM_SAID = ("spec", "brand", "available", "reserved", "transit", "defective", "expires")
SEES_VALUES = "count.reveal"
"""Who may sign for differences may see what the stock is worth."""


class StockScreen(Screen):
    """On hand, reserved, on the way, defective; Enter opens the card of a product."""

    def __init__(self, frame: Frame, *, sources: Sources) -> None:
        super().__init__(frame)
        person = frame.person
        self.model = StockModel(frame.desk, sources, person.site_id, person.user_id)
        self._once = Once(frame.tasks)
        self.until_gone(self.model.watch(self._draw))
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_list())
        self.card = CardPage(frame)
        self._pages.addWidget(self.card)
        hint = self.words("stock.blind_hint")
        self._blind = Empty("shield-check", self.words("stock.blind"), hint)
        self._pages.addWidget(self._blind)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_S)
        layout.addWidget(self._pages)
        held = ("reservation", "reservation_release")
        self.watch(self.refresh, "stock_move", *held, "stock_count", "zone_sheet", "recount")

    def key_actions(self) -> tuple[Action, ...]:
        if self.model.refused is not None:
            return (Action(text="stock.refresh", keys=("F5",), run=self.refresh),)
        if self.model.card is not None:
            return (
                Action(text="stock.back", keys=("Escape",), run=self._back),
                Action(text="stock.open_document", keys=("Return",), run=self.card.open_document),
                Action(text="stock.refresh", keys=("F5",), run=self.refresh),
            )
        return (
            Action(
                text="stock.card",
                keys=("Return",),
                run=self._open_current,
                is_enabled=lambda: self.table.current is not None,
            ),
            Action(
                text="reserve.take",
                keys=("R",),
                run=self._reserve,
                permission="stock.move",
                is_enabled=lambda: self.table.current is not None and self.model.is_own,
            ),
            Action(text="reserve.holds", keys=("H",), run=self._holds, permission="stock.move"),
            Action(text="stock.only_below", keys=("F6",), run=self._toggle_below),
            *self._ending_keys(),
            Action(text="stock.labels", keys=("F8",), run=self._to_labels),
            Action(text="stock.report", keys=("F7",), run=self._to_report),
            Action(text="stock.refresh", keys=("F5",), run=self.refresh),
        )

    def _ending_keys(self) -> tuple[Action, ...]:
        if not self.model.ending and not self.model.only_ending:
            return ()
        return (Action(text="stock.ending", keys=("F9",), run=self._toggle_ending),)

    def shown(self, subject: str = "") -> None:
        if subject == ENDING:
            self._ending.setChecked(True)
            subject = ""
        self.frame.tasks.start(self._load(subject))

    def scanned(self, code: str) -> bool:
        try:
            goods, _qty = self.frame.desk.read(goods_named, self.model.site_id, code)
        except QutongError as error:
            self.frame.tell(error)
            return True
        self.frame.tasks.start(self.model.open_card(goods.product_id))
        return True

    def refresh(self) -> None:
        """Read again."""
        self.frame.tasks.start(self.model.load())

    async def _load(self, subject: str) -> None:
        if not subject:
            self.model.close_card()
        await self.model.load()
        if subject:
            await self.model.open_card(subject)
        elif self.model.refused is None:
            self.table.view.setFocus()

    # the list

    def _make_list(self) -> QWidget:
        words, model = self.words, self.model
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        self._as_of = Banner()
        self.table = Table(
            self.frame,
            "stock",
            self._columns(),
            empty=Empty("package", words("stock.none"), words("stock.none_hint")),
        )
        gives_way = {"unit": 1050, "brand": 1010, "available": 940, "spec": 870, "expires": 780}
        if self.frame.person.may(SEES_VALUES):
            # What all of it is worth stands at the foot.
            gives_way["value"] = 700
        self._fitting = GivingWay(self.table, gives_way)
        self.table.activated.connect(self._open)
        self._site = Choice(words("stock.site"), [])
        self._site.picked.connect(self._other_site)
        self._brand = Choice(words("stock.brand"), [])
        self._brand.picked.connect(lambda value: model.choose(brand=value))
        self._category = Choice(words("stock.category"), [])
        self._category.picked.connect(lambda value: model.choose(category=value))
        self._below = QCheckBox(words("stock.only_below"))
        self._below.toggled.connect(lambda on: model.choose(only_below_zero=on))
        self._ending = QCheckBox(words("stock.ending"))
        self._ending.toggled.connect(lambda on: model.choose(only_ending=on))
        self._sum = label("", "strong")
        for choice, width in ((self._category, 118), (self._brand, 118), (self._site, 164)):
            choice.setMinimumWidth(scaled(width))
        for one in (self._below, self._ending, self._category, self._brand, self._site):
            self.table.add_to_bar(one)
        layout.addWidget(self.table, 1)
        layout.addWidget(row(self._as_of_label(), None, self._sum))
        return page

    def _as_of_label(self) -> QWidget:
        self._age = label("", "small")
        return self._age

    def _columns(self) -> list[Column]:
        words, may = self.words, self.frame.person.may(SEES_VALUES)
        found = [
            Column(
                key="code", title=words("stock.code"), get=lambda r: r.code, kind=Kind.CODE,
                width=118,
            ),
            Column(
                key="name", title=words("stock.name"), get=lambda r: r.name,
                also=lambda r: r.initials, stretches=True,
            ),
            Column(key="spec", title=words("stock.spec"), get=lambda r: r.spec, width=84),
            Column(key="brand", title=words("stock.brand"), get=lambda r: r.brand, width=90),
            Column(
                key="category", title=words("stock.category"), get=lambda r: r.category, width=120,
                is_shown=False,
            ),
            Column(
                key="on_hand", title=words("stock.on_hand"), get=lambda r: r.on_hand_micro,
                kind=Kind.QTY, width=88, has_total=True,
                tone=lambda r: Tone.BAD if r.is_below_zero else None,
            ),
            Column(
                key="available", title=words("stock.available"), kind=Kind.QTY, width=76,
                get=lambda r: r.available_micro if r.reserved_micro else None,
                tone=lambda r: Tone.BAD if r.available_micro < 0 else None,
            ),
            Column(
                key="reserved", title=words("stock.reserved"), kind=Kind.QTY, width=76,
                get=lambda r: r.reserved_micro or None,
            ),
            Column(
                key="transit", title=words("stock.transit"), get=lambda r: r.transit_micro or None,
                kind=Kind.QTY, width=76,
                tone=lambda r: Tone.WAITING if r.transit_micro < 0 else None,
            ),
            Column(
                key="defective", title=words("stock.defective"),
                get=lambda r: r.defective_micro or None, kind=Kind.QTY, width=84,
                tone=lambda _row: Tone.WAITING,
            ),
            Column(key="unit", title=words("stock.unit"), get=lambda r: r.base_unit, width=56),
            Column(
                key="expires", title=words("stock.expires"), get=lambda r: r.expires_on or None,
                kind=Kind.DAY, width=92, tone=self._expiry_tone,
            ),
        ]  # fmt: skip
        if may:
            currency = self.frame.person.currency
            found.append(
                Column(
                    key="value", title=words("stock.value", currency=currency), get=self._value_of,
                    kind=Kind.MONEY, currency=currency, width=110,
                )
            )  # fmt: skip
        return found

    def _expiry_tone(self, shown: StockRow) -> Tone | None:
        if not self.model.is_ending(shown):
            return None
        return Tone.BAD if (self.model.days_left(shown) or 0) < 0 else Tone.WAITING

    def _value_of(self, shown: StockRow) -> int | None:
        page = self.model.page
        return page.values_minor.get(shown.product_id) or None if page else None

    def _draw(self) -> None:
        model = self.model
        if model.refused is not None:
            self.table.set_rows([])
            self.card.show_card(None, "")
            self._pages.setCurrentWidget(self._blind)
            self.keys_changed()
            return
        self._fill_choices()
        self.table.set_rows(model.rows)
        self._fitting.leave_out_empty(*SELDOM_SAID)
        self._age.setText(self._as_of_text())
        self._draw_sum()
        self.card.show_card(model.card, model.site_id)
        if model.card is not None:
            self._pages.setCurrentWidget(self.card)
        else:
            self._pages.setCurrentIndex(0)
        self.keys_changed()

    def _draw_sum(self) -> None:
        page = self.model.page
        if page is not None and self.frame.person.may(SEES_VALUES):
            amount = formats.signed_money(self.model.value_minor, page.currency)
            self._sum.setText(self.words("stock.worth", amount=amount))

    def _as_of_text(self) -> str:
        """How old the figures are and whose they are, in words (domain rule 12)."""
        page, words = self.model.page, self.words
        if page is None:
            return ""
        if not page.as_of_us and page.site.site_id == self.model.own_site_id:
            return words("stock.exact", site=page.site.name)
        at = formats.instant(page.as_of_us, self.frame.person.zone)
        if not at:
            return words("stock.never", site=page.site.name)
        return words("stock.as_of", site=page.site.name, at=at)

    def _fill_choices(self) -> None:
        model, words = self.model, self.words
        page = model.page
        sites = [(one.site_id, one.name) for one in page.sites] if page else []
        self._site.offer(sites, model.site_id)
        self._site.setVisible(len(sites) > 1)
        self._brand.offer([(ALL, words("stock.all_brands")), *_same(model.brands)], model.brand)
        every = (ALL, words("stock.all_categories"))
        self._category.offer([every, *_same(model.categories)], model.category)
        self._below.setText(words("stock.only_below_n", n=model.below_zero))
        self._ending.setText(words("stock.ending_n", n=model.ending))
        # A shop without expiry dates is not asked about them.
        self._ending.setVisible(bool(model.ending) or model.only_ending)

    def _other_site(self, site_id: str) -> None:
        if site_id and site_id != self.model.site_id:
            self.model.site_id = site_id
            self.refresh()

    def _toggle_below(self) -> None:
        self._below.setChecked(not self._below.isChecked())

    def _toggle_ending(self) -> None:
        self._ending.setChecked(not self._ending.isChecked())

    def _to_report(self) -> None:
        self.frame.open("stock_report", "")

    def _to_labels(self) -> None:
        chosen = self.table.selected if len(self.table.selected) > 1 else [self.table.current]
        self.frame.open("labels", " ".join(one.product_id for one in chosen if one is not None))

    def _reserve(self) -> None:
        shown = self.table.current
        if isinstance(shown, StockRow):
            self._once.start(lambda: self._reserving(shown))

    async def _reserving(self, shown: StockRow) -> None:
        said = await self.frame.ask(ReservePanel(self.frame, shown))
        if said is not None:
            number = await self.model.reserve(shown, *said)
            self.frame.say(self.words("reserve.done", number=number), Tone.GOOD)

    def _holds(self) -> None:
        self._once.start(self._showing_holds)

    async def _showing_holds(self) -> None:
        rows = self.model.page.rows if self.model.page else ()
        names = {one.product_id: one for one in rows}
        holds = await self.model.holds()
        document = await self.frame.ask(HoldsPanel(self.frame, holds, names))
        if document is not None:
            await self.model.release(document)
            self.frame.say(self.words("reserve.released"), Tone.GOOD)

    def _open_current(self) -> None:
        if self.table.current is not None:
            self._open(self.table.current)

    def _open(self, shown: StockRow) -> None:
        self.frame.tasks.start(self._to_card(shown.product_id))

    async def _to_card(self, product_id: str) -> None:
        await self.model.open_card(product_id)
        self.card.table.view.setFocus()

    def _back(self) -> None:
        if self.model.close_card():
            self.table.view.setFocus()


def _same(values: list[str]) -> list[tuple[str, str]]:
    return [(one, one) for one in values]
