"""A list of goods in a policy: found, scanned or pasted in, some with a price or number beside."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.promotions.model.draft import GoodsRow, PolicyDraft
from desktop.promotions.model.policies import PoliciesModel
from desktop.ui.editors import Choice
from desktop.ui.finder import Finder, Hit
from desktop.ui.frame import Frame
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import PastedRows, Table
from desktop.ui.theme import Tone, scaled
from desktop.ui.widgets import Empty, column, label, row
from shared.core.errors import RuleViolation
from shared.core.money import parse_unit_price_micro
from shared.core.quantity import parse_quantity

_HEIGHT: Final = 190
_VALUES: Final = {
    "specials": ("promo.price", Kind.PRICE, parse_unit_price_micro),
    "parts": ("promo.pieces", Kind.QTY, parse_quantity),
    "weights": ("promo.weight", Kind.QTY, parse_quantity),
}
"""What stands beside a product, by what the list is of."""


class GoodsList(QWidget):
    """One of a draft's lists: ``which`` as ``PolicyDraft.goods_rows`` has it."""

    def __init__(
        self,
        frame: Frame,
        model: PoliciesModel,
        draft: PolicyDraft,
        which: str,
        *,
        title: str,
        hint: str,
        value: str = "",
        brands: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__()
        self.frame, self.model, self.draft, self.which = frame, model, draft, which
        self._value = value
        words = frame.words
        self.finder = Finder(words("promo.find_goods"), self._hits)
        self.finder.picked.connect(lambda one: self.take(one.product_id))
        self.finder.typed.connect(self.take)
        self.finder.pasted.connect(self.paste)
        self.table = Table(
            frame,
            f"promo-{which}",
            self._columns(),
            can_filter=False,
            row_height=28,
            empty=Empty("package", words("promo.no_goods"), hint),
        )
        self.table.setFixedHeight(scaled(_HEIGHT))
        self.table.pasted.connect(self.paste)
        bar: list[QWidget | int | None] = [label(title, "strong"), self.finder]
        if brands:
            self._brand = Choice(
                words("promo.find_brand"), [("", words("promo.find_brand")), *brands]
            )
            self._brand.picked.connect(self._add_brand)
            bar.append(self._brand)
        head = row(*bar)
        inside = head.layout()
        assert isinstance(inside, QHBoxLayout)
        inside.setStretch(1, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(column(head, self.table, spacing=4))
        self.show_rows()

    @property
    def has_focus(self) -> bool:
        """Whether somebody works here."""
        return self.table.view.hasFocus() or self.finder.field.hasFocus()

    def show_rows(self) -> None:
        """Draw the list again."""
        self.table.set_rows(self.draft.goods_rows(self.which))

    def take(self, code: str, value: int = 0) -> bool:
        """Put a product in, by id or code; whether it was known."""
        try:
            self.model.take_goods(self.which, code, value)
        except RuleViolation as error:
            self.frame.tell(error)
            return False
        self.finder.clear()
        return True

    def paste(self, lines: PastedRows) -> None:
        """Codes, in a second column their prices or numbers."""
        unknown: list[str] = []
        for cells in lines:
            code = cells[0].strip()
            try:
                value = self._read(cells[1].strip()) if len(cells) > 1 and cells[1].strip() else 0
                self.model.take_goods(self.which, code, value)
            except RuleViolation:
                unknown.append(code)
        words = self.frame.words
        self.frame.say(words("promo.pasted", n=len(lines) - len(unknown)), Tone.GOOD)
        if unknown:
            codes = ", ".join(unknown[:5])
            self.frame.say(words("promo.not_found", n=len(unknown), codes=codes), Tone.WAITING)

    def remove(self) -> None:
        """Take the chosen rows out."""
        for one in self.table.selected:
            self.draft.drop_goods(self.which, one)

    def join(self) -> None:
        """The chosen product of a set becomes a choice beside the one above it."""
        if self.which == "parts" and self.table.current is not None:
            self.draft.join_part(self.table.current)

    def _read(self, text: str) -> int:
        return _VALUES[self._value][2](text) if self._value else 0

    def _hits(self, text: str) -> list[Hit]:
        return [
            Hit(value=one, text=f"{one.code}  {one.name}", hint=one.spec)
            for one in self.model.find(text)
        ]

    def _add_brand(self, brand: str) -> None:
        self.draft.add_brand(brand)
        self._brand.setCurrentIndex(0)

    def _columns(self) -> list[Column]:
        words = self.frame.words
        found = [
            Column(
                key="code",
                title=words("goods.field.code"),
                get=lambda one: "" if one.is_brand else one.product_id,
                width=110,
            ),
            Column(key="name", title=words("promo.name"), get=self._name, stretches=True),
        ]
        if self.which == "parts":
            found.append(Column(key="part", title=words("promo.part"), get=self._part, width=90))
        if self._value:
            title, kind, _read = _VALUES[self._value]
            found.append(
                Column(
                    key="value",
                    title=words(title),
                    get=lambda one: None if one.is_brand else one.value,
                    kind=kind,
                    width=100,
                    edit=self._type,
                )
            )
        return found

    def _name(self, one: GoodsRow) -> str:
        if one.is_brand:
            name = self.model.names.get(f"brand:{one.product_id}", one.product_id)
            return self.frame.words("promo.brand", name=name)
        return self.model.names.get(f"product:{one.product_id}", one.product_id)

    def _part(self, one: GoodsRow) -> str:
        words, first = self.frame.words, self.draft.policy.parts[one.part].goods.products[0]
        is_first = first == one.product_id
        return words("promo.part_n", n=one.part + 1) if is_first else words("promo.part_or")

    def _type(self, one: GoodsRow, text: str) -> None:
        self.draft.set_value(self.which, one.product_id, self._read(text))
