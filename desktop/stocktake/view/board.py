"""One count on screen: its zones while it is counted, then its differences, then its report."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.stocktake.model.supervising import Step, SupervisorModel
from desktop.stocktake.usecases.reading import CountedGoods
from desktop.stocktake.usecases.reviewing import Accuracy, Board, VarianceLine, ZoneProgress
from desktop.ui.bar_chart import Bar, BarChart
from desktop.ui.frame import Frame
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_XL, Tone, scaled
from desktop.ui.widgets import (
    Banner,
    Card,
    Empty,
    column,
    figure,
    key_cap,
    label,
    pill,
    row,
    set_figure,
    set_tone,
)
from desktop.words import formats
from shared.stocktake.queries import PostedView
from shared.stocktake.rules import ANY, REASONS, CountState

_TONES = {
    CountState.COUNTING: Tone.WAITING,
    CountState.REVEALED: Tone.ACCENT,
    CountState.POSTED: Tone.GOOD,
}
_CHART_BARS = 8


class BoardPage(QWidget):
    """Draws the count the model looks at."""

    def __init__(self, frame: Frame, model: SupervisorModel) -> None:
        super().__init__()
        self.frame = frame
        self.words = frame.words
        self.model = model
        self._number = label("", "title")
        self._scope = pill("")
        self._mode = pill("", Tone.ACCENT)
        self._state = pill("")
        self._tolerance = label("", "muted")
        self._next = Banner()
        self._strangers = Banner("", Tone.WAITING)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_zones())
        self._pages.addWidget(self._make_lines())
        self._pages.addWidget(self._make_report())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        layout.addWidget(
            row(self._number, self._scope, self._mode, self._state, None, self._tolerance)
        )
        layout.addWidget(self._next)
        layout.addWidget(self._strangers)
        layout.addWidget(self._pages, 1)

    def draw(self) -> None:
        """Draw the count again."""
        board = self.model.board
        if board is None:
            return
        words, head = self.words, board.head
        self._number.setText(head.number)
        self._scope.setText(words(f"count_scope.{head.scope.value}"))
        self._mode.setText(words(f"count_mode.{head.mode.value}"))
        state = "review.is_dropped" if head.is_dropped else f"count_state.{head.state.value}"
        self._state.setText(words(state))
        set_tone(self._state, Tone.PLAIN if head.is_dropped else _TONES[head.state], name="pill")
        self._tolerance.setText(self._tolerance_text(board))
        self._next.say(*self._next_text(board))
        told = " · ".join(f"{zone}: {code} {note}" for zone, code, note in board.unknown)
        text = words("review.unknown", n=len(board.unknown), told=told) if told else ""
        self._strangers.say(text, Tone.WAITING)
        if head.state is CountState.COUNTING or head.is_dropped:
            self._draw_zones(board)
        elif head.state is CountState.REVEALED:
            self._draw_lines(board)
        else:
            self._draw_report(board)

    def focus(self) -> None:
        """Put the focus where the work is."""
        pages = (self.zones, self.lines, self.posted)
        pages[self._pages.currentIndex()].view.setFocus()

    def go_to(self, line: VarianceLine) -> None:
        """Put the cursor on a line."""
        product = line.goods.product_id
        place = self.lines.rows.place_of(lambda one: one.goods.product_id == product)
        if place >= 0:
            self.lines.go_to(place)

    def show_reasons(self) -> None:
        """The reasons with their keys, in the sheet at the right."""
        parts: list[QWidget | int | None] = [
            row(key_cap(str(number)), label(self.words(f"reason.{reason}")), None)
            for number, reason in enumerate(REASONS, start=1)
        ]
        shown = column(*parts, None)
        self.frame.show_sheet(shown, self.words("review.reason"))

    # while it is counted

    def _make_zones(self) -> QWidget:
        words, zone = self.words, self.frame.person.zone
        self.zones = Table(
            self.frame,
            "count_zones",
            [
                Column(key="zone", title=words("counting.zone"), width=140,
                       get=lambda one: one.name or one.zone_id),
                Column(key="people", title=words("newcount.people"), width=220,
                       get=lambda z: words("names.comma").join(z.people)
                       or words("newcount.everybody")),
                Column(key="state", title=words("counting.state"), width=120,
                       get=self._zone_state, tone=_zone_tone),
                Column(key="by", title=words("review.counted_by"), stretches=True,
                       get=lambda one: self.words("names.comma").join(one.counted_by)),
                Column(key="at", title=words("review.sealed_at"), width=150, kind=Kind.INSTANT,
                       zone=zone, get=lambda one: one.sealed_at_us),
            ],
            can_filter=False,
        )  # fmt: skip
        return self.zones

    def _draw_zones(self, board: Board) -> None:
        self.zones.set_rows(list(board.zones))
        self._pages.setCurrentIndex(0)

    def _zone_state(self, zone: ZoneProgress) -> str:
        return self.words("review.sealed" if zone.counted_by else "counting.waiting")

    # the differences

    def _make_lines(self) -> QWidget:
        self._figures = {
            name: figure(self.words(f"review.{name}"), "0")
            for name in ("differing", "short", "over", "to_recount", "absolute")
        }
        self.lines = Table(
            self.frame,
            "count_variances",
            self._line_columns(),
            empty=Empty("circle-check", self.words("review.no_lines")),
        )
        return column(
            row(*self._figures.values(), None, spacing=SPACE_XL), self.lines, spacing=SPACE_M
        )

    def _line_columns(self) -> list[Column]:
        words, currency = self.words, self.frame.person.currency
        return [
            Column(key="mark", title="", width=36, get=self._mark, tone=lambda _: Tone.BAD),
            Column(key="code", title=words("stock.code"), width=76, kind=Kind.CODE,
                   get=lambda v: v.goods.code),
            Column(key="name", title=words("stock.name"), stretches=True,
                   get=lambda one: one.goods.name),
            Column(key="zones", title=words("counting.zone"), width=70,
                   get=lambda one: " ".join(one.zones)),
            Column(key="book", title=words("review.book_then"), width=84, kind=Kind.QTY,
                   get=lambda one: one.variance.book_micro),
            Column(key="counted", title=words("review.counted"), width=72, kind=Kind.QTY,
                   get=lambda one: one.variance.counted_micro),
            Column(key="difference", title=words("counting.difference"), width=82, kind=Kind.QTY,
                   get=lambda one: one.variance.difference_micro, tone=_difference_tone),
            Column(key="value", title=words("review.worth", currency=currency), width=104,
                   kind=Kind.MONEY, currency=currency, get=lambda one: one.variance.value_minor,
                   tone=_difference_tone),
            Column(key="since", title=words("review.moved_since"), width=94, kind=Kind.QTY,
                   get=lambda one: one.moved_since_micro or None),
            Column(key="by", title=words("review.counted_by"), width=110,
                   get=lambda one: self.words("names.comma").join(one.counters)),
            Column(key="reason", title=words("review.reason"), width=126, get=self._reason),
            Column(key="photo", title=words("review.photo"), width=78, get=self._photo,
                   tone=lambda one: Tone.WAITING if self._lacks_photo(one) else None),
        ]  # fmt: skip

    def _draw_lines(self, board: Board) -> None:
        at = self.lines.view.currentIndex().row()
        self.lines.set_rows(list(board.lines))
        if 0 <= at < len(board.lines):
            self.lines.go_to(at)
        values = [one.variance.value_minor for one in board.lines]
        currency = board.head.currency
        shown = {
            "differing": str(len(self.model.differing)),
            "short": formats.money(sum(v for v in values if v < 0), currency),
            "over": formats.money(sum(v for v in values if v > 0), currency),
            "to_recount": str(len(self.model.to_recount)),
            "absolute": formats.money(board.value_minor, currency),
        }
        for name, text in shown.items():
            set_figure(self._figures[name], text)
        self._pages.setCurrentIndex(1)

    def _mark(self, line: VarianceLine) -> str:
        """复 or R: the rules want it counted again; … : somebody was asked."""
        if line.is_asked:
            return "…"
        return self.words("review.mark") if line.variance.needs_recount else ""

    def _reason(self, line: VarianceLine) -> str:
        reason = self.model.reason_of(line)
        return self.words(f"reason.{reason}") if reason else ""

    def _photo(self, line: VarianceLine) -> str:
        """How many there are, or that one is wanted."""
        if self._lacks_photo(line):
            return self.words("review.photo_wanted")
        return str(len(self.model.photos_of(line)) or "")

    def _lacks_photo(self, line: VarianceLine) -> bool:
        return line in self.model.without_photo

    # the report

    def _make_report(self) -> QWidget:
        words = self.words
        names = ("accuracy", "shrink", "surplus", "per_100", "recounted")
        self._report = {name: figure(words(f"review.{name}"), "") for name in names}
        self._recounters = label("", "muted")
        currency = self.frame.person.currency
        self._chart = BarChart(words("review.chart"), lambda minor: formats.money(minor, currency))
        self.posted = Table(
            self.frame,
            "count_posted",
            [
                Column(key="code", title=words("stock.code"), width=76, kind=Kind.CODE,
                       get=lambda p: p[0].code),
                Column(key="name", title=words("stock.name"), stretches=True,
                       get=lambda pair: pair[0].name),
                Column(key="book", title=words("review.book_then"), width=84, kind=Kind.QTY,
                       get=lambda pair: pair[1].book_micro),
                Column(key="counted", title=words("review.counted"), width=72, kind=Kind.QTY,
                       get=lambda pair: pair[1].counted_micro),
                Column(key="difference", title=words("counting.difference"), width=82,
                       kind=Kind.QTY, get=lambda pair: pair[1].variance_micro,
                       tone=lambda p: Tone.BAD if p[1].variance_micro < 0 else None),
                Column(key="value", title=words("review.worth", currency=currency), width=104,
                       kind=Kind.MONEY, currency=currency, get=lambda pair: pair[1].value_minor),
                Column(key="reason", title=words("review.reason"), width=116,
                       get=self._posted_reason),
            ],
        )  # fmt: skip
        unit = words.of("currency", currency)
        chart = Card(label(f"{words('review.chart')} {unit}", "strong"), self._chart)
        chart.inside.addStretch(1)
        chart.setFixedWidth(scaled(360))
        below = QWidget()
        across = QHBoxLayout(below)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE_L)
        across.addWidget(self.posted, 1)
        across.addWidget(chart, 0, Qt.AlignmentFlag.AlignTop)
        top = row(*self._report.values(), None, self._recounters, spacing=SPACE_XL)
        return column(top, below, spacing=SPACE_M)

    def _posted_reason(self, pair: tuple[CountedGoods, PostedView]) -> str:
        posted = pair[1]
        return self.words.of("reason", posted.reason) if posted.variance_micro else ""

    def _draw_report(self, board: Board) -> None:
        found = board.accuracy
        if found is not None:
            for name, text in self._report_texts(found, board.head.currency).items():
                set_figure(self._report[name], text)
            self._recounters.setText(self.words("names.comma").join(found.recounted_by))
        self.posted.set_rows(list(board.posted))
        worst = [pair for pair in board.posted if pair[1].value_minor][:_CHART_BARS]
        self._chart.show_bars([Bar(name=one.name, value=p.value_minor) for one, p in worst])
        self._pages.setCurrentIndex(2)

    def _report_texts(self, found: Accuracy, currency: str) -> dict[str, str]:
        seconds = found.seconds_per_100
        minutes = self.words("review.minutes", minutes=seconds // 60, seconds=f"{seconds % 60:02}")
        return {
            "accuracy": formats.percent(found.accuracy_micro),
            "shrink": formats.money(found.shrink_minor, currency),
            "surplus": formats.money(found.surplus_minor, currency),
            "per_100": minutes if found.scans else "–",
            "recounted": str(found.recounted_lines),
        }

    # the head

    def _tolerance_text(self, board: Board) -> str:
        words, limits = self.words, board.head.tolerance
        parts = []
        if limits.qty_micro != ANY:
            parts.append(words("review.tolerance_qty", n=formats.qty(limits.qty_micro)))
        if limits.value_minor != ANY:
            money = formats.money(limits.value_minor, board.head.currency)
            parts.append(words("review.tolerance_value", value=money))
        limit = formats.money(board.head.site_limit_minor, board.head.currency)
        parts.append(words("review.limit", value=limit))
        return " · ".join(parts)

    def _next_text(self, board: Board) -> tuple[str, Tone]:
        """What is to be done next, in one sentence."""
        words, step = self.words, self.model.step
        match step:
            case Step.COUNT:
                names = " ".join(board.uncounted[:12])
                return words("next.count", n=len(board.uncounted), zones=names), Tone.WAITING
            case Step.RECOUNT:
                asked = sum(1 for one in board.lines if one.is_asked)
                n = len(self.model.to_recount)
                said = [words("next.recount", n=n)] if n else []
                said += [words("next.recount_sent", n=asked)] if asked else []
                return " ".join(said), Tone.WAITING
            case Step.REASONS:
                return words("next.reasons", n=len(self.model.without_reason)), Tone.WAITING
            case Step.PHOTOS:
                return words("next.photos", n=len(self.model.without_photo)), Tone.WAITING
            case Step.DONE:
                # The pill beside the number says that the stock is adjusted.
                return "", Tone.PLAIN
            case Step.REVEAL if not self.model.needs_another_person:
                return words("next.reveal_alone"), Tone.WAITING
            case _:
                value = formats.signed_money(board.value_minor, board.head.currency)
                tone = Tone.WAITING if step is Step.WAIT else Tone.ACCENT
                return words(f"next.{step.value}", value=value), tone


def _zone_tone(zone: ZoneProgress) -> Tone:
    return Tone.GOOD if zone.counted_by else Tone.WAITING


def _difference_tone(line: VarianceLine) -> Tone | None:
    return Tone.BAD if line.variance.difference_micro < 0 else None
