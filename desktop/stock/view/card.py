"""The card of a product: where it stands, how its balance went, and every move behind it."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.stock.usecases import Card
from desktop.ui.frame import Frame
from desktop.ui.line_chart import LineChart, Point
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_M, SPACE_XL, Tone
from desktop.ui.widgets import Empty, figure, label, row, set_figure
from desktop.words import formats
from shared.stock.queries import CardLine
from shared.stock.rules import NO_BIN, Status, lot_expiry, lot_until, site_of, transit_ends


class CardPage(QWidget):
    """Enter on a move opens its document where a screen shows it."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.frame = frame
        self.words = frame.words
        self._card: Card | None = None
        self._site_id = ""
        self._name = label("", "title")
        self._detail = label("", "muted")
        self._figures = {
            status.value: figure(self.words(f"stock.{status.value}"), "0") for status in Status
        }
        self._places = label("", "small")
        self._lots = label("", "small")
        self._chart = LineChart(self.words("card.chart"), self._pieces, self._day)
        self.table = Table(
            frame,
            "stock_card",
            self._columns(),
            empty=Empty("history", self.words("card.none")),
        )
        self._fitting = GivingWay(self.table, {"lot": 900, "type": 790})
        self.table.activated.connect(lambda _line: self.open_document())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        layout.addWidget(row(self._name, self._detail, None, self._places))
        figures = [self._figures[one.value] for one in Status]
        layout.addWidget(row(*figures, None, self._lots, spacing=SPACE_XL))
        layout.addWidget(self._chart)
        layout.addWidget(self.table, 1)

    def show_card(self, card: Card | None, site_id: str) -> None:
        """Show a card; None shows nothing of any."""
        self._card, self._site_id = card, site_id
        lines = card.lines if card else ()
        self.table.set_rows(list(lines))
        self._fitting.leave_out_empty("lot")
        self._chart.show_points(
            [Point(at=one.happened_at_us, value=one.balance_micro) for one in reversed(lines)]
        )
        self._name.setText(card.goods.name if card else "")
        parts = (card.goods.code, card.goods.spec, card.goods.unit) if card else ()
        self._detail.setText(" · ".join(part for part in parts if part))
        for status, shown in self._figures.items():
            places = card.places if card else ()
            held = sum(one.qty_micro for one in places if one.status == status)
            set_figure(shown, formats.qty(held))
        self._places.setText(self._places_text())
        self._lots.setText(self._lots_text())

    def open_document(self) -> None:
        """Look at the document of the current move."""
        line = self.table.current
        if self._card is None or line is None:
            return
        name = self._card.documents.get(line.document)
        if line.month:
            self.frame.say(self.words("card.closed", month=line.month), Tone.PLAIN)
        elif name is not None and name.screen:
            self.frame.open(name.screen, name.document)
        else:
            self.frame.say(self.words("card.no_screen"), Tone.PLAIN)

    def _columns(self) -> list[Column]:
        words, zone = self.words, self.frame.person.zone
        return [
            Column(
                key="at", title=words("card.at"), width=140,
                get=lambda one: (
                    one.business_day if one.month else formats.instant(one.happened_at_us, zone)
                ),
            ),
            Column(
                key="document", title=words("card.document"), get=self._number, width=190,
                kind=Kind.NUMBER,
            ),
            Column(
                key="type", title=words("card.type"), width=120,
                get=self._type,
            ),
            Column(key="counter", title=words("card.counter"), get=self._counter, stretches=True),
            Column(
                key="lot", title=words("card.lot"), width=124,
                get=lambda one: self._lot_name(one.lot),
            ),
            Column(
                key="change", title=words("card.change"), get=lambda one: one.change_micro,
                kind=Kind.QTY, width=90,
            ),
            Column(
                key="balance", title=words("card.balance"), get=lambda one: one.balance_micro,
                kind=Kind.QTY, width=90,
                tone=lambda one: Tone.BAD if one.balance_micro < 0 else None,
            ),
        ]  # fmt: skip

    def _number(self, line: CardLine) -> str:
        name = self._card.documents.get(line.document) if self._card else None
        if line.month:
            return self.words("card.month", month=line.month)
        return name.number if name else line.document[:8]

    def _type(self, line: CardLine) -> str:
        """What the move was: goods of a sale that come in came back."""
        if line.movement_type == "sale" and line.change_micro > 0 and not line.month:
            return self.words("card.returned")
        return self.words.of("movement_type", line.movement_type)

    def _counter(self, line: CardLine) -> str:
        """The other end of a move in words."""
        sites = self._card.sites if self._card else {}
        start, end = transit_ends(line.counter_location)
        if start:
            other = end if start == self._site_id else start
            key = "card.to_site" if start == self._site_id else "card.from_site"
            return self.words(key, site=sites.get(other, other))
        inside = site_of(line.counter_location)
        if inside:
            return sites.get(inside, inside)
        return self.words.of("place", line.counter_location)

    def _lot_name(self, lot: str) -> str:
        """A lot as people call it: one known by its expiry alone is named by it."""
        day = lot_expiry(lot)
        return self.words("card.until", day=day) if day and lot == lot_until(day) else lot

    def _lots_text(self) -> str:
        """What is left of each lot, the first to end first; '' where no lot is known (B09)."""
        lots = self._card.lots if self._card else []
        if not any(lot for lot, _qty in lots):
            return ""
        return "\n".join(
            f"{self._lot_name(lot) or self.words('card.no_lot')}　{formats.qty(qty_micro)}"
            for lot, qty_micro in lots
        )

    def _places_text(self) -> str:
        """Bins, where the site has any (G01)."""
        places = self._card.places if self._card else ()
        return " · ".join(
            f"{one.bin_id} {self.words(f'stock.{one.status}')} {formats.qty(one.qty_micro)}"
            for one in places
            if one.bin_id not in ("", NO_BIN)
        )

    def _pieces(self, qty_micro: int) -> str:
        unit = self._card.goods.unit if self._card else ""
        return f"{formats.qty(qty_micro)} {unit}".rstrip()

    def _day(self, at_us: int) -> str:
        return formats.instant(at_us, self.frame.person.zone)[5:]
