"""Product display (产品展示): cards with picture or letter, price for me, one key into the cart."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop.catalog.model.pictures import Pictures
from desktop.catalog.view.goods_picture import GoodsPicture
from desktop.ordering.model.display import Display
from desktop.ordering.model.editor import OrderEditor
from desktop.ordering.usecases.showing import ShownGoods
from desktop.ordering.view.editor import ACCOUNT_SETTING
from desktop.ordering.view.reasons import pair, wrapped
from desktop.ui.actions import Action
from desktop.ui.cards import CardGrid, CardItem, initial
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from desktop.ui.theme import SPACE_L, SPACE_M, Tone, scaled
from desktop.ui.widgets import Empty, Field, button, column, label, pill, row
from desktop.words import formats
from shared.core.errors import QutongError
from shared.core.quantity import Pack, format_quantity
from shared.pricing.queries import spoken_names
from shared.pricing.rules import read_aloud


class DisplayScreen(Screen):
    """Goods as cards; the sheet beside shows all that is known of one."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        person = frame.person
        self.pictures = Pictures(frame.desk, frame.album, frame.tasks.start)
        self.model = Display(frame.desk, person.site_id, person.zone, self.pictures)
        self.cart = OrderEditor(frame.desk, person.site_id, person.zone)
        self._build()
        self.until_gone(self.model.watch(self._show))
        self.until_gone(self.pictures.watch(self._pictures_came))
        self.watch(self._load, "product", "price_version", "product_picture")

    def _build(self) -> None:
        words = self.words
        self.org = pill("", Tone.ACCENT)
        self.search = Field(words("display.search"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(scaled(280))
        self.search.textChanged.connect(lambda text: self.model.narrow(text=text))
        self.search.returnPressed.connect(self._to_cards)
        self.brand = Choice(words("display.brand"), [("", words("display.all_brands"))])
        self.brand.picked.connect(lambda value: self.model.narrow(brand=value))
        self.category = Choice(words("display.category"), [("", words("display.all_categories"))])
        self.category.picked.connect(lambda value: self.model.narrow(category=value))
        self.count = label("", "muted")
        self.cards = CardGrid()
        self.cards.activated_value.connect(self._detail)
        self.cards.chosen.connect(self._follow)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.cards)
        self.pages.addWidget(Empty("package", words("display.empty"), words("display.empty_hint")))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_M)
        layout.addWidget(row(self.org, self.search, self.brand, self.category, None, self.count))
        layout.addWidget(self.pages, 1)
        self._is_open = False
        self._by_id: dict[str, ShownGoods] = {}

    def _show(self) -> None:
        model, words = self.model, self.words
        self.org.setText(self.cart.org_name)
        self._fill(self.brand, words("display.all_brands"), model.brands, model.brand)
        self._fill(self.category, words("display.all_categories"), model.categories, model.category)
        self._by_id = {one.product_id: one for one in model.shown}
        self.count.setText(words("display.count", n=len(model.shown)))
        self.cards.set_items([one.product_id for one in model.shown], self._card)
        self.pages.setCurrentIndex(0 if model.shown else 1)

    def _fill(self, choice: Choice, every: str, values: tuple[str, ...], chosen: str) -> None:
        if choice.count() == len(values) + 1:
            return
        choice.offer([("", every), *((one, one) for one in values)], chosen)

    def _card(self, product_id: str) -> CardItem:
        words = self.words
        goods = self._by_id[product_id]
        price = self.model.price_of(product_id).price
        ordered = self.cart.cart.line(goods.product_id)
        stock = words("display.on_hand", qty=formats.qty(goods.on_hand_micro))
        return CardItem(
            value=goods.product_id,
            title=goods.name,
            second=f"{goods.code}  {goods.spec}",
            figure=formats.price(price.unit_price_micro) if price else words("display.no_price"),
            hint=stock,
            hint_tone=Tone.PLAIN if goods.on_hand_micro > 0 else Tone.WAITING,
            badge=words("display.in_cart", qty=formats.qty(ordered.qty_micro)) if ordered else "",
            picture=self.model.picture_of(goods),
            seed=goods.category or goods.brand,
            letters=_letters(goods),
        )

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="display.find", keys=("F2",), run=self._to_search),
            Action(
                text="display.add",
                keys=("A",),
                run=self._add,
                is_enabled=lambda: self.cards.current is not None,
                permission="order.submit",
            ),
            Action(
                text="display.detail",
                keys=("Return",),
                run=lambda: self._detail(self.cards.current),
                is_enabled=lambda: self.cards.current is not None,
            ),
            Action(text="reorder.switch", keys=("Ctrl+O",), run=self._switch),
            Action(
                text="display.to_cart",
                keys=("F9",),
                run=lambda: self.frame.open("reorder", ""),
                permission="order.submit",
            ),
        )

    def shown(self, subject: str = "") -> None:
        """A product's id brings its card and sheet to the front."""
        self._load(subject)
        self.cards.setFocus()

    def scanned(self, code: str) -> bool:
        try:
            product_id = self.cart.add_code(code)
        except QutongError as error:
            self.frame.tell(error)
            return True
        self._added(product_id)
        return True

    def _pictures_came(self) -> None:
        self.cards.redraw()

    def _load(self, subject: str = "") -> None:
        self.pictures.forget()
        self.frame.tasks.start(self._load_now(subject))

    async def _load_now(self, subject: str) -> None:
        account_id = self.frame.settings.get(ACCOUNT_SETTING)
        self.cart.start(account_id)
        held = self.cart.account
        await self.model.load(held.account_id if held else "")
        if subject and self.model.goods_of(subject) is not None:
            self._detail(subject)

    def _to_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _to_cards(self) -> None:
        self.cards.setFocus()

    def _switch(self) -> None:
        self.cart.switch()
        held = self.cart.account
        self.frame.settings.put(ACCOUNT_SETTING, held.account_id if held else "")
        self.frame.tasks.start(self.model.load(held.account_id if held else ""))

    def _add(self) -> None:
        product_id = self.cards.current
        if product_id is not None:
            try:
                self.cart.add_code(product_id)
            except QutongError as error:
                self.frame.tell(error)
                return
            self._added(product_id)

    def _added(self, product_id: str) -> None:
        goods = self.model.goods_of(product_id)
        line = self.cart.cart.line(product_id)
        qty = formats.qty(line.qty_micro) if line else ""
        name = goods.name if goods else product_id
        self._show()
        self.frame.say(self.words("display.added", name=name, qty=qty), Tone.GOOD)

    def _follow(self, product_id: object) -> None:
        """An open sheet follows the cursor."""
        if self._is_open and isinstance(product_id, str):
            self._detail(product_id)

    def _detail(self, product_id: object) -> None:
        goods = self.model.goods_of(str(product_id)) if product_id else None
        if goods is not None:
            self._is_open = True
            sheet = self._sheet(goods)
            sheet.destroyed.connect(self._sheet_gone)
            self._open_sheets = sheet
            self.frame.show_sheet(sheet, self.words("display.detail"))

    def _sheet_gone(self) -> None:
        self._is_open = False

    def _sheet(self, goods: ShownGoods) -> QWidget:
        words = self.words
        seed, letters = goods.category or goods.brand, _letters(goods)
        parts: list[QWidget | int | None] = [
            GoodsPicture(self.frame, goods.product_id, goods.name, seed=seed, letters=letters),
            wrapped(goods.name, "title"),
        ]
        if goods.description:
            parts.append(wrapped(goods.description))
        shown = self.model.price_of(goods.product_id)
        price = shown.price
        if price is not None:
            figure = label(formats.price(price.unit_price_micro), "big")
            parts.append(row(label(words("display.my_price"), "muted"), None, figure))
            names = self.frame.desk.read(spoken_names)
            parts.append(wrapped(read_aloud(price, names, language=words.language.value), "small"))
        if shown.retail_micro:
            parts.append(pair(words("display.retail"), formats.price(shown.retail_micro)))
        packs = self.model.packs(goods.product_id)
        stock = format_quantity(goods.on_hand_micro, packs)
        parts.append(pair(words("display.stock"), stock))
        for key, value in (
            ("display.code", goods.code),
            ("display.spec", goods.spec),
            ("display.brand", goods.brand),
            ("display.category", goods.category),
            (
                "display.packs",
                "  ".join(map(_pack_text, packs[1:])),
            ),
            ("display.registration", goods.registration),
            ("display.producer", goods.producer),
            ("display.origin", goods.origin),
            ("display.shelf_life", _months(goods.shelf_life_months, words("display.months"))),
        ):
            if value:
                parts.append(pair(words(key), value))
        for code, unit in self.model.barcodes(goods.product_id):
            parts.append(pair(words("display.barcode", unit=unit or goods.base_unit), code))
        whole = QScrollArea()
        whole.setWidgetResizable(True)
        whole.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        told = column(*parts, None, spacing=6)
        told.setContentsMargins(0, 0, SPACE_M, 0)
        whole.setWidget(told)
        return column(whole, button(words("display.add"), self._add, kind="primary"))


def _letters(goods: ShownGoods) -> str:
    """What stands on the tile of goods without a picture: their kind in two letters."""
    kind = goods.category.rpartition("/")[2]
    return kind[:2] or initial(goods.name)


def _pack_text(pack: Pack) -> str:
    return f"1{pack.unit}={formats.qty(pack.factor_micro)}"


def _months(months: int, word: str) -> str:
    return f"{months} {word}" if months else ""
