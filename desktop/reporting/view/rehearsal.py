"""The rehearsal of a price draft: a bar while it runs, then amounts, limits and doubles."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QProgressBar, QWidget
from shiboken6 import isValid

from desktop.reporting.model.rehearsal import Rehearsing, share
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, Tone, scaled
from desktop.ui.widgets import Empty, button, column, figure, label, row, set_figure
from desktop.words import formats
from shared.core.errors import QutongError
from shared.pricing.rules import PriceRow
from shared.reporting.queries.rehearsal import DAYS, AccountRehearsed, Rehearsal

WIDTH, HEIGHT, LOOK_MS = 920, 300, 120


class RehearsalPanel(Panel):
    """Runs when it opens; Esc stops it, and closes it once it is done."""

    def __init__(
        self, frame: Frame, org_id: str, parent_number: int, rows: Sequence[PriceRow]
    ) -> None:
        words = frame.words
        super().__init__(words("rehearsal.title", n=parent_number + 1), width=WIDTH)
        self._frame, self._words = frame, words
        self.model = Rehearsing(frame.desk)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(scaled(6))
        self.told = label(words("rehearsal.running"), "muted")
        self.told.setWordWrap(True)
        self.amount = figure(words("rehearsal.amount"), "–")
        self.margin = figure(words("rehearsal.margin"), "–")
        # Purchase costs are confidential: who may not know them is told no margin either.
        self._knows_costs = frame.person.may("cost.keep")
        self.over = figure(words("rehearsal.over"), "–")
        self.doubles = figure(words("rehearsal.doubles"), "–")
        self.table = Table(
            frame,
            "price-rehearsal",
            self._columns(),
            empty=Empty("clipboard-list", words("rehearsal.none"), words("rehearsal.none_hint")),
            can_filter=False,
        )
        self.table.setFixedHeight(scaled(HEIGHT))
        self._running = column(self.bar)
        self.body.addWidget(self.told)
        self.body.addWidget(self._running)
        figures = [self.amount, *([self.margin] if self._knows_costs else [])]
        self.body.addWidget(row(*figures, self.over, self.doubles, None, spacing=SPACE_L + 8))
        self.body.addWidget(self.table)
        self.note = label(words("rehearsal.note"), "small")
        self.note.setWordWrap(True)
        self.body.addWidget(self.note)
        self.body.addWidget(row(None, button(words("ask.back"), self.back)))
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._look)
        self._clock.start(LOOK_MS)
        frame.tasks.start(self._run(org_id, parent_number, rows))

    def first_focus(self) -> QWidget:
        return self.table.view

    def back(self) -> None:
        if self.model.found is None:
            self.model.cancel()
        super().back()

    async def _run(self, org_id: str, parent_number: int, rows: Sequence[PriceRow]) -> None:
        failed: QutongError | None = None
        try:
            await self.model.run(org_id, parent_number, rows)
        except QutongError as error:
            failed = error
        if not isValid(self):
            # Closed by Esc meanwhile: nobody looks any more.
            return
        self._clock.stop()
        self._running.hide()
        if failed is not None:
            self.told.setText(self._words.error(failed))
        elif self.model.found is not None:
            self._show(self.model.found)

    def _look(self) -> None:
        self.bar.setRange(0, self.model.total)
        self.bar.setValue(self.model.done)

    def _show(self, found: Rehearsal) -> None:
        words, zone = self._words, self._frame.person.zone
        told = words(
            "rehearsal.of",
            n=found.orders,
            days=DAYS,
            lines=found.lines,
            at=formats.instant(found.as_of_us, zone),
        )
        if found.unpriced:
            told += " " + words("rehearsal.unpriced", n=found.unpriced)
        if not found.is_whole:
            told += " " + words("rehearsal.cut")
        self.told.setText(told)
        set_figure(self.amount, self._amounts(found))
        if self._knows_costs:
            self._show_margin(found)
        over = len(found.over)
        set_figure(self.over, f"{over:,}", Tone.BAD if over else Tone.GOOD)
        twice = len(found.doubles)
        set_figure(self.doubles, f"{twice:,}", Tone.WAITING if twice else Tone.GOOD)
        order = sorted(found.accounts, key=lambda one: (not one.is_over, -abs(one.change_minor)))
        self.table.set_rows(order)

    def _show_margin(self, found: Rehearsal) -> None:
        words, told, remarks = self._words, list[str](), list[str]()
        moved = 0
        margins = sorted(found.margins.items())
        for currency, one in margins:
            named = f" {currency}" if len(margins) > 1 else ""
            if one.before_micro is None or one.after_micro is None or one.change_micro is None:
                remarks.append(words("rehearsal.no_costs") + named)
                continue
            moved += one.change_micro
            both = f"{formats.percent(one.before_micro)} → {formats.percent(one.after_micro)}"
            told.append(f"{formats.points(one.change_micro)} · {both}{named}")
            if one.uncosted_micro:
                part = formats.percent(one.uncosted_micro)
                remarks.append(words("rehearsal.uncosted", part=part) + named)
        tone = Tone.BAD if moved < 0 else Tone.GOOD
        set_figure(self.margin, "  ".join(told) or "–", tone if told else Tone.PLAIN)
        self.note.setText(
            " ".join([words("rehearsal.of_margin"), *remarks, words("rehearsal.note")])
        )

    def _amounts(self, found: Rehearsal) -> str:
        told = []
        for currency, (before, after) in sorted(found.currencies.items()):
            ratio = share(before, after)
            sign = "+" if after > before else ""
            percent = f"{sign}{formats.percent(ratio)}" if ratio is not None else "–"
            told.append(f"{percent} · {sign}{formats.money(after - before, currency)} {currency}")
        return "  ".join(told) or "–"

    def _columns(self) -> list[Column]:
        words = self._words

        def tone(one: AccountRehearsed) -> Tone | None:
            return Tone.BAD if one.is_over else None

        def money(key: str, name: str) -> Column:
            return Column(
                key=key,
                title=words(f"rehearsal.{key}"),
                get=lambda one: getattr(one, name),
                kind=Kind.MONEY,
                width=116,
            )

        return [
            Column(
                key="name",
                title=words("rehearsal.account"),
                get=lambda one: f"{one.account_id} {one.name}",
                stretches=True,
                tone=tone,
            ),
            Column(
                key="orders",
                title=words("rehearsal.orders"),
                get=lambda one: one.orders,
                kind=Kind.COUNT,
                width=64,
            ),
            money("before", "before_minor"),
            money("after", "after_minor"),
            Column(
                key="change",
                title=words("rehearsal.change"),
                get=lambda one: one.change_micro,
                kind=Kind.RATIO,
                width=80,
            ),
            money("exposure", "exposure_minor"),
            money("limit", "limit_minor"),
            Column(
                key="over",
                title=words("rehearsal.state"),
                get=lambda one: words("rehearsal.is_over") if one.is_over else "",
                width=80,
                tone=tone,
            ),
        ]
