"""The list of goods: search, own prices, own goods taken up, the way to an import."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.catalog.model.publishing import PicturePublishing, code_of, codes_of
from desktop.catalog.view.goods_picture import GoodsPicture
from desktop.catalog.view.publish_pictures import (
    PublishPicturesPanel,
    choose_folder,
    choose_picture,
    pictures_in,
)
from desktop.pricing.model.goods import GoodsModel, ReadStock, SetCost, SetPrice, TakeUp
from desktop.pricing.usecases.looking import PricedGoods
from desktop.ui.actions import Action
from desktop.ui.editors import PriceField
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, Tone
from desktop.ui.widgets import Empty, Field, button, column, form_row, label, row
from desktop.words import formats


class GoodsScreen(Screen):
    """All goods this device knows."""

    def __init__(
        self,
        frame: Frame,
        *,
        take_up: TakeUp,
        set_price: SetPrice,
        set_cost: SetCost,
        read_stock: ReadStock | None = None,
    ) -> None:
        super().__init__(frame)
        words = self.words
        self.model = GoodsModel(
            frame.desk,
            frame.person.site_id,
            take_up,
            set_price,
            set_cost if frame.person.may("cost.keep") else None,
            read_stock if frame.person.site_id else None,
        )
        self.table = Table(
            frame,
            "goods",
            self._columns(),
            empty=Empty(
                "package",
                words("goods.none"),
                words("goods.none_hint"),
                action=words("goods.import"),
                pressed=self._import,
            ),
            title=words("screen.goods"),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        fitting = GivingWay(
            self.table,
            {
                "category": 1100, "brand": 1000, "barcode": 910, "own": 800, "spec": 740,
                "unit": 640,
            },
        )  # fmt: skip
        layout.addWidget(self.table)
        self._fitting = fitting
        self.until_gone(self.model.watch(self._draw))
        self.watch(
            self._refresh, "product", "own_price", "product_barcode", "product_cost",
            "price_version", "purchase_line", "stock_move", "stock_count", "zone_sheet", "recount",
        )  # fmt: skip

    def _draw(self) -> None:
        self.table.set_rows(self.model.rows)
        rows = self.model.rows
        margin = ("margin",) if any(one.key == "margin" for one in self.table.rows.columns) else ()
        self._fitting.leave_out_empty("spec", "brand", "category", "barcode", *margin)
        # What is the same in every row says nothing.
        same = all(one.goods.barcode in ("", one.goods.code) for one in rows)
        self._fitting.leave_out("barcode", is_out=same)
        unseen = not rows or rows[0].on_hand_micro is None
        self._fitting.leave_out("on_hand", is_out=unseen)
        self._fitting.leave_out("own", is_out=all(one.goods.is_own for one in rows))

    def shown(self, subject: str = "") -> None:
        self._refresh()
        if subject:
            self.table.filter_by(subject)
        self.table.view.setFocus()

    def scanned(self, code: str) -> bool:
        self.table.filter_by(code)
        return True

    def key_actions(self) -> tuple[Action, ...]:
        own = "own_goods.write"
        return (
            Action(text="goods.import", keys=("Ctrl+O",), run=self._import),
            Action(text="goods.take_up", keys=("Ctrl+N",), run=self._ask_new, permission=own),
            Action(
                text="goods.own_price",
                keys=("F6",),
                run=lambda: self.table.edit_current("retail"),
                permission=own,
            ),
            Action(
                text="goods.cost",
                keys=("F7",),
                run=lambda: self.table.edit_current("cost"),
                permission="cost.keep",
            ),
            Action(text="goods.only_own", keys=("F5",), run=self._toggle, permission=own),
            Action(
                text="goods.picture",
                keys=("F8",),
                run=self._choose_picture,
                permission="catalogue.publish",
                is_enabled=lambda: self._may_picture(self.table.current),
            ),
            Action(
                text="goods.pictures_folder",
                keys=("F9",),
                run=self._choose_folder,
                permission="catalogue.publish",
            ),
            Action(
                text="goods.look",
                keys=("Return",),
                run=lambda: self._look(self.table.current),
                is_enabled=lambda: self.table.current is not None,
            ),
        )

    def _may_picture(self, one: PricedGoods | None) -> bool:
        return one is not None and not one.goods.is_own

    def _choose_picture(self) -> None:
        one = self.table.current
        if self._may_picture(one):
            choose_picture(self.frame, self, lambda path: self.publish_picture(path, one))

    def publish_picture(self, path: Path, one: PricedGoods) -> None:
        """Publish this file as the product's picture."""
        self.frame.tasks.start(self._publish([path], {code_of(path): one.goods.product_id}))

    def _choose_folder(self) -> None:
        choose_folder(self.frame, self, self.publish_folder)

    def publish_folder(self, folder: Path) -> None:
        """Publish a folder's pictures, each for the product its file is named for."""
        codes = codes_of([one.goods for one in self.model.rows])
        self.frame.tasks.start(self._publish(pictures_in(folder), codes))

    async def _publish(self, files: Sequence[Path], codes: Mapping[str, str]) -> None:
        done = await self.frame.ask(PublishPicturesPanel(self.frame, files, codes))
        if isinstance(done, PicturePublishing) and len(files) == 1:
            self._look(self.table.current)

    def _look(self, one: PricedGoods | None) -> None:
        """The picture, large, with what the goods are."""
        if one is None:
            return
        goods = one.goods
        name = label(goods.name, "title")
        name.setWordWrap(True)
        told = " · ".join(part for part in (goods.code, goods.spec, goods.brand) if part)
        picture = GoodsPicture(self.frame, goods.product_id, goods.name)
        parts = [picture, name, label(told, "muted"), *self._cost_told(one)]
        self.frame.show_sheet(column(*parts, None), self.words("goods.sheet"))

    def _cost_told(self, one: PricedGoods) -> list[QWidget]:
        """Cost and margin, for who may know them."""
        if one.cost_micro is None:
            return []
        words = self.words
        told = [f"{words('goods.field.cost')} {formats.price(one.cost_micro)}"]
        if one.margin_micro is not None and self.frame.person.site_id:
            told.append(f"{words('goods.margin')} {formats.percent(one.margin_micro)}")
        return [label(" · ".join(told), "muted")]

    def _refresh(self) -> None:
        self.frame.tasks.start(self.model.refresh())

    def _toggle(self) -> None:
        self.frame.tasks.start(self.model.toggle_own())

    def _import(self) -> None:
        self.frame.open("goods-import", "")

    def _ask_new(self) -> None:
        self.frame.tasks.start(self._take_up())

    async def _take_up(self) -> None:
        answer = await self.frame.ask(OwnGoodsPanel(self.frame))
        if answer is not None:
            await self.model.take_up(*answer)
            self.frame.say(self.words("goods.taken_up", name=answer[1]), Tone.GOOD)

    def _set_price(self, one: PricedGoods, text: str) -> None:
        self.frame.tasks.start(self.model.type_price(one, text))

    def _type_cost(self, one: PricedGoods, text: str) -> None:
        self.frame.tasks.start(self.model.type_cost(one, text))

    def _cost_columns(self) -> list[Column]:
        """What goods cost and what is left of the price, for who may know it."""
        words = self.words
        if not self.model.knows_costs:
            return []
        cost = Column(
            key="cost",
            title=words("goods.field.cost"),
            get=lambda one: one.cost_micro,
            kind=Kind.PRICE,
            width=80,
            edit=self._type_cost,
        )
        if not self.frame.person.site_id:
            return [cost]
        margin = Column(
            key="margin",
            title=words("goods.margin"),
            get=lambda one: one.margin_micro,
            kind=Kind.RATIO,
            width=72,
            tone=lambda one: Tone.BAD if (one.margin_micro or 0) < 0 else None,
        )
        return [cost, margin]

    def _columns(self) -> list[Column]:
        words = self.words
        may_price = self.frame.person.may("own_goods.write")
        at_a_site = bool(self.frame.person.site_id)
        return [
            Column(
                key="code",
                title=words("goods.field.code"),
                get=lambda one: one.goods.code,
                kind=Kind.CODE,
                width=118,
            ),
            Column(
                key="name",
                title=words("goods.field.name"),
                get=lambda one: one.goods.name,
                also=lambda one: one.goods.initials,
                stretches=True,
            ),
            Column(
                key="spec",
                title=words("goods.field.spec"),
                get=lambda one: one.goods.spec,
                width=90,
            ),
            Column(
                key="brand",
                title=words("goods.field.brand"),
                get=lambda one: one.goods.brand,
                width=84,
            ),
            Column(
                key="category",
                title=words("goods.field.category"),
                get=lambda one: one.goods.category,
                width=104,
            ),
            Column(
                key="unit",
                title=words("goods.field.unit"),
                get=lambda one: one.goods.base_unit,
                width=60,
            ),
            Column(
                key="barcode",
                title=words("goods.field.barcode"),
                get=lambda one: one.goods.barcode,
                kind=Kind.CODE,
                width=120,
            ),
            Column(
                key="retail",
                title=words("goods.field.retail"),
                get=lambda one: one.retail_micro,
                kind=Kind.PRICE,
                width=90,
                edit=self._set_price if may_price else None,
                tone=lambda one: Tone.ACCENT if one.is_own_price else None,
                is_shown=at_a_site,
            ),
            *self._cost_columns(),
            Column(
                key="on_hand",
                title=words("goods.on_hand"),
                get=lambda one: one.on_hand_micro,
                kind=Kind.QTY,
                width=76,
                tone=lambda one: Tone.BAD if (one.on_hand_micro or 0) < 0 else None,
                is_shown=at_a_site,
            ),
            Column(
                key="own",
                title=words("goods.own"),
                get=lambda one: one.goods.is_own,
                kind=Kind.CHECK,
                width=60,
                is_shown=at_a_site,
            ),
        ]


class OwnGoodsPanel(Panel):
    """Code or barcode, name, unit and price of one product of the shop's own; what is known of it
    already stands there."""

    def __init__(
        self, frame: Frame, *, code: str = "", name: str = "", price_micro: int = 0
    ) -> None:
        words = frame.words
        super().__init__(words("goods.take_up"))
        self._frame = frame
        self._code = Field(text=code, name=words("goods.field.barcode"))
        self._name = Field(text=name, name=words("goods.field.name"))
        self._unit = Field(text=words("names.usual_unit"), name=words("goods.field.unit"))
        self._price = PriceField(words("goods.field.retail"))
        if price_micro:
            self._price.set_value(price_micro)
        for key, field, following in (
            ("barcode", self._code, self._name),
            ("name", self._name, self._unit),
            ("unit", self._unit, self._price),
        ):
            field.entered.connect(lambda _text, to=following: to.setFocus())
            self.body.addWidget(form_row(words(f"goods.field.{key}"), field))
        self._price.entered.connect(lambda _text: self._take())
        self.body.addWidget(form_row(words("goods.field.retail"), self._price))
        save = button(words("goods.save"), self._take, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), save))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="goods.save", keys=("F10",), run=self._take),)

    def first_focus(self) -> QWidget:
        return self._name if self._code.text() else self._code

    def scanned(self, code: str) -> bool:
        self._code.setText(code)
        self._name.setFocus()
        return True

    def _take(self) -> None:
        missing = [one for one in (self._code, self._name) if not one.text().strip()]
        if missing or self._price.error is not None:
            for one in missing:
                one.set_bad(True)
            (missing[0] if missing else self._price).setFocus()
            return
        answer = (
            self._code.text().strip(),
            self._name.text().strip(),
            self._unit.text().strip(),
            self._price.value or 0,
        )
        self.close_with(answer)
