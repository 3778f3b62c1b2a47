"""Panels that hold pieces for somebody and let them go (G05)."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import scaled
from desktop.ui.widgets import Empty, Field, button, form_row, label, row
from desktop.words import formats
from shared.stock.queries import Reservation, StockRow

DAYS_USUAL = "3"


class ReservePanel(Panel):
    """How many, how long, for whom; closed with the three texts."""

    def __init__(self, frame: Frame, shown: StockRow) -> None:
        words = frame.words
        super().__init__(words("reserve.title"), width=480)
        self.body.addWidget(label(f"{shown.code}  {shown.name}"))
        left = words("reserve.available", qty=formats.qty(shown.available_micro))
        self.body.addWidget(label(left, "muted"))
        self.qty, self.days = Field(text="1"), Field(text=DAYS_USUAL)
        self.whom = Field(words("reserve.whom_hint"))
        for name, field in (
            ("reserve.qty", self.qty), ("reserve.days", self.days), ("reserve.whom", self.whom)
        ):  # fmt: skip
            field.entered.connect(lambda _text: self._take())
            self.body.addWidget(form_row(words(name), field, width=96))
        take = button(words("reserve.take"), self._take, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), take))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="reserve.take", keys=("F10",), run=self._take),)

    def first_focus(self) -> QWidget | None:
        self.qty.selectAll()
        return self.qty

    def _take(self) -> None:
        if not self.days.text().strip().isdigit():
            self.days.set_bad(True)
            return
        self.close_with((self.qty.text(), int(self.days.text()), self.whom.text()))


class HoldsPanel(Panel):
    """What is held now; closed with the document that is to be let go."""

    def __init__(
        self, frame: Frame, holds: Sequence[Reservation], names: dict[str, StockRow]
    ) -> None:
        words, zone = frame.words, frame.person.zone
        super().__init__(words("reserve.holds"), width=860)
        self.table = Table(
            frame,
            "holds",
            [
                Column(key="number", title=words("reserve.number"), width=170,
                       kind=Kind.NUMBER, get=lambda one: one.number),
                Column(key="goods", title=words("stock.name"), stretches=True,
                       get=lambda one: _name(names, one.product_id)),
                Column(key="qty", title=words("reserve.qty"), kind=Kind.QTY, width=80,
                       get=lambda one: one.qty_micro),
                Column(key="whom", title=words("reserve.whom"), width=130,
                       get=lambda one: one.for_whom),
                Column(key="until", title=words("reserve.until"), kind=Kind.INSTANT, width=150,
                       zone=zone, get=lambda one: one.expires_at_us),
            ],
            empty=Empty("boxes", words("reserve.none"), words("reserve.none_hint")),
            can_filter=False,
        )  # fmt: skip
        self.table.setFixedHeight(scaled(300))
        self.table.set_rows(list(holds))
        self.body.addWidget(self.table)
        go = button(words("reserve.release"), self._release, kind="primary")
        go.setEnabled(bool(holds))
        self.body.addWidget(row(None, button(words("ask.back"), self.back), go))

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(
                text="reserve.release",
                keys=("F10",),
                run=self._release,
                is_enabled=lambda: self.table.current is not None,
            ),
        )

    def first_focus(self) -> QWidget | None:
        if self.table.rows.shown:
            self.table.go_to(0)
        return self.table.view

    def _release(self) -> None:
        if self.table.current is not None:
            self.close_with(self.table.current.document)


def _name(names: dict[str, StockRow], product_id: str) -> str:
    found = names.get(product_id)
    return f"{found.code}  {found.name}" if found else product_id
