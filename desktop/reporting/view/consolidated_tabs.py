"""The three tabs of consolidated figures: stock, sales, receivables."""

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.reporting.model.consolidated import (
    GROUPS,
    Asker,
    DebtsOfAll,
    SalesOfAll,
    Span,
    StockOfAll,
)
from desktop.ui.charts import Bar, BarChart
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_S, Tone, scaled
from desktop.ui.widgets import Banner, Card, Empty, button, column, figure, label, row, set_figure
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.rounding import MICRO, divide_half_away
from shared.reporting.queries.debts import DebtLine
from shared.reporting.queries.stock_sums import StockOfSites
from shared.reporting.queries.sums import By, MissingSource, SalesLine

NAMES_MAX = 6
BARS_MAX = 31
CHART_PX, FIGURES_PX = 190, 150


def missing_text(words: Words, missing: Sequence[MissingSource], now_us: int, zone: str) -> str:
    """不含 S3、S9（自周二 14:05）: whose figures may be missing, and since when; '' = nobody's."""
    if not missing:
        return ""
    names = list(dict.fromkeys(one.site_name or one.device_id for one in missing))
    shown = words("names.comma").join(names[:NAMES_MAX])
    if len(names) > NAMES_MAX:
        shown = words("consol.and_more", names=shown, n=len(names) - NAMES_MAX)
    heard = [one.seen_at_us for one in missing]
    first = min(heard)
    if not first:
        return words("consol.without_never", names=shown)
    return words("consol.without", names=shown, at=formats.short_instant(first, now_us, zone))


class Asked(QWidget):
    """Progress of a question with a way to stop it; shown while one is under way."""

    def __init__(self, words: Words, asker: Asker) -> None:
        super().__init__()
        self._words, self._asker = words, asker
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.told = label("", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        stop = button(words("consol.cancel"), asker.cancel, kind="flat", icon_name="x")
        layout.addWidget(row(self.told, None, stop))
        layout.addWidget(self.bar)
        self.setVisible(False)

    def draw(self) -> None:
        """Show where the question stands."""
        asking = self._asker.asking
        self.setVisible(asking is not None)
        if asking is None:
            return
        self.bar.setRange(0, max(asking.total, 0))
        self.bar.setValue(asking.done)
        if asking.total > 0:
            text = self._words("consol.asking_of", done=asking.done, total=asking.total)
        else:
            text = self._words("consol.asking", n=asking.done)
        self.told.setText(text)


class StockTab(QWidget):
    """Products beside sites, with what is missing said above."""

    def __init__(
        self, frame: Frame, model: StockOfAll, chosen: Callable[[StockOfSites], None]
    ) -> None:
        super().__init__()
        self.frame, self.model = frame, model
        self._chosen = chosen
        words = frame.words
        self.banner = Banner()
        self.unknown = Banner()
        self.asked = Asked(words, model.asker)
        self._columns_of: list[tuple[str, str]] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_M, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.banner)
        layout.addWidget(self.unknown)
        layout.addWidget(self.asked)
        self._down = layout
        self.table = self._new_table()
        layout.addWidget(self.table, 1)

    def draw(self) -> None:
        """Show the model."""
        words, model = self.frame.words, self.model
        zone, now_us = self.frame.person.zone, self.frame.desk.now_us
        self.banner.say(missing_text(words, model.missing, now_us, zone), Tone.WAITING)
        unknown = model.unknown_sites
        names = words("names.comma").join(name for _one, name in unknown[:NAMES_MAX])
        if len(unknown) > NAMES_MAX:
            names = words("consol.and_more", names=names, n=len(unknown) - NAMES_MAX)
        is_asking = model.asker.asking is not None
        told = words("consol.not_here", names=names) if unknown and not is_asking else ""
        self.unknown.say(told, Tone.ACCENT)
        self.asked.draw()
        if self._columns_of != model.sites:
            self._columns_of = list(model.sites)
            old, self.table = self.table, self._new_table()
            self._down.replaceWidget(old, self.table)
            old.hide()
            old.deleteLater()
            self.table.view.setFocus()
        self.table.set_rows(model.lines)

    def _new_table(self) -> Table:
        words = self.frame.words
        table = Table(
            self.frame,
            f"consol-stock-{len(self._columns_of)}",
            self._columns(),
            empty=Empty("boxes", words("consol.no_stock"), words("consol.no_stock_hint")),
            title=words("consol.stock"),
        )
        table.activated.connect(self._chosen)
        # Its headings are names of sites: data, in whatever language they are.
        table.view.setProperty("data", True)
        return table

    def _columns(self) -> list[Column]:
        words = self.frame.words
        found = [
            Column(
                key="code",
                title=words("price.code"),
                get=lambda one: one.code,
                kind=Kind.CODE,
                width=90,
            ),
            Column(key="name", title=words("price.name"), get=lambda one: one.name, stretches=True),
            Column(
                key="total",
                title=words("consol.total"),
                get=lambda one: one.total_micro,
                tone=lambda one: Tone.BAD if one.total_micro < 0 else None,
                kind=Kind.QTY,
                width=90,
                has_total=True,
            ),
        ]
        for site_id, name in self._columns_of:
            found.append(_site_column(site_id, name))
        return found


def _site_column(site_id: str, name: str) -> Column:
    return Column(
        key=f"site.{site_id}",
        title=name,
        get=lambda one: one.by_site.get(site_id),
        kind=Kind.QTY,
        width=min(max(90, 14 * len(name) + 24), 180),
        tone=lambda one: Tone.BAD if one.by_site.get(site_id, 0) < 0 else None,
    )


class SalesTab(QWidget):
    """Figures, a chart and the groups, beside the period before."""

    def __init__(
        self, frame: Frame, model: SalesOfAll, chosen: Callable[[SalesLine], None]
    ) -> None:
        super().__init__()
        self.frame, self.model = frame, model
        words = frame.words
        groups = [(one.value, words(f"consol.by.{one.value}")) for one in GROUPS]
        spans = [(one.value, words(f"consol.span.{one.value}")) for one in Span]
        orgs = [("", words("channel.all_orgs")), *model.orgs]
        self.by = Choice(words("consol.by"), groups, value=model.by.value)
        self.span = Choice(words("consol.span"), spans, value=model.span.value)
        self.org = Choice(words("price.org"), orgs, value=model.org_id)
        start = frame.tasks.start
        self.by.picked.connect(lambda one: start(model.group(By(one))))
        self.span.picked.connect(lambda one: start(model.over(Span(one))))
        self.org.picked.connect(lambda one: start(model.of_org(one)))
        self.banner = Banner()
        self.now = figure(words("consol.net"), "")
        self.before = figure(words("consol.before"), "")
        self.change = figure(words("consol.change"), "")
        self.as_of = label("", "small")
        unit = words.of("currency", model.currency)
        self.chart = BarChart(_axis, name=words("consol.chart"), unit=unit)
        self.table = Table(
            frame,
            "consol-sales",
            self._columns(),
            empty=Empty("chart-column", words("consol.no_sales"), words("consol.no_sales_hint")),
            title=words("consol.sales"),
        )
        self.table.activated.connect(chosen)
        for box in (self.by, self.span, self.org):
            self.table.add_to_bar(box)
        self.chart.setFixedHeight(scaled(CHART_PX))
        figures = column(self.now, self.before, self.change, None, self.as_of, spacing=SPACE_S)
        figures.setFixedWidth(scaled(FIGURES_PX))
        picture = row(figures, self.chart, spacing=SPACE_L)
        inside = picture.layout()
        assert isinstance(inside, QHBoxLayout)
        inside.setStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_M, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.banner)
        layout.addWidget(Card(picture))
        layout.addWidget(self.table, 1)

    def draw(self) -> None:
        """Show the model."""
        words, model, report = self.frame.words, self.model, self.model.report
        for box, value in (
            (self.by, model.by.value),
            (self.span, model.span.value),
            (self.org, model.org_id),
        ):
            box.blockSignals(True)
            box.set_value(value)
            box.blockSignals(False)
        if report is None:
            return
        zone, now_us = self.frame.person.zone, self.frame.desk.now_us
        self.banner.say(missing_text(words, report.missing, now_us, zone), Tone.WAITING)
        net, before = model.sums
        set_figure(self.now, formats.money(net, model.currency))
        set_figure(self.before, formats.money(before, model.currency))
        change = divide_half_away((net - before) * MICRO, before) if before else None
        set_figure(self.change, "–" if change is None else formats.percent(change))
        at = formats.short_instant(report.as_of_us, now_us, zone)
        self.as_of.setText(words("home.as_of", at=at) if report.as_of_us else "")
        lines = model.lines
        self.chart.set_bars([self._bar(one) for one in lines[:BARS_MAX]])
        self.table.set_rows(lines)

    def name_of(self, one: SalesLine) -> str:
        """What a group is called."""
        words = self.frame.words
        if self.model.by is By.TENDER:
            return words.of("tender", one.key)
        if self.model.by is By.DAY:
            day = date.fromisoformat(one.key)
            return f"{one.key} {words(f'weekday.{day.isoweekday()}')}"
        return one.name or words("consol.nameless")

    def _bar(self, one: SalesLine) -> Bar:
        name = self.name_of(one)
        amount = formats.money(one.net_minor, one.currency or "CNY")
        short = one.key[5:] if self.model.by is By.DAY else name[:8]
        return Bar(name=short, value=one.net_minor, told=f"{name}　{amount}")

    def _columns(self) -> list[Column]:
        words = self.frame.words

        def money(key: str, get: Callable[[SalesLine], int]) -> Column:
            return Column(
                key=key,
                title=words(f"consol.{key}_cny"),
                get=get,
                kind=Kind.MONEY,
                width=130,
                has_total=key == "net",
            )

        return [
            Column(key="name", title=words("consol.group"), get=self.name_of, stretches=True),
            Column(
                key="sales",
                title=words("home.sales"),
                get=lambda one: one.sales or None,
                kind=Kind.COUNT,
                width=80,
            ),
            Column(
                key="returns",
                title=words("consol.returns"),
                get=lambda one: one.returns or None,
                kind=Kind.COUNT,
                width=80,
            ),
            Column(
                key="qty",
                title=words("consol.qty"),
                get=lambda one: one.net_micro,
                kind=Kind.QTY,
                width=90,
            ),
            money("net", lambda one: one.net_minor),
            money("before", lambda one: one.before_minor),
            Column(
                key="change",
                title=words("consol.change"),
                get=_change,
                kind=Kind.RATIO,
                width=90,
                tone=_change_tone,
            ),
        ]


class DebtsTab(QWidget):
    """Accounts by free credit, those past their limit first."""

    def __init__(self, frame: Frame, model: DebtsOfAll, chosen: Callable[[DebtLine], None]) -> None:
        super().__init__()
        self.frame, self.model = frame, model
        words = frame.words
        self.over = label("", "muted")
        self.table = Table(
            frame,
            "consol-debts",
            self._columns(),
            empty=Empty("wallet", words("consol.no_debts"), words("channel.none_hint")),
            title=words("consol.debts"),
        )
        self.table.activated.connect(chosen)
        self.table.add_to_bar(self.over)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_M, 0, 0)
        layout.addWidget(self.table)

    def draw(self) -> None:
        """Show the model."""
        self.table.set_rows(self.model.lines)
        self.over.setText(self.frame.words("consol.over_limit", n=self.model.over))

    def _columns(self) -> list[Column]:
        words = self.frame.words

        def money(key: str, get: Callable[[DebtLine], int]) -> Column:
            return Column(
                key=key,
                title=words(f"consol.{key}_cny"),
                get=get,
                kind=Kind.MONEY,
                width=124,
                has_total=True,
            )

        return [
            Column(
                key="code", title=words("price.code"), get=lambda one: one.account_id, width=110
            ),
            Column(
                key="name", title=words("desk.account"), get=lambda one: one.name, stretches=True
            ),
            money("limit", lambda one: one.limit_minor),
            money("receivable", lambda one: one.receivable_minor),
            money("unbilled", lambda one: one.unbilled_minor),
            money("deposit", lambda one: one.deposit_minor),
            Column(
                key="free",
                title=words("consol.free_cny"),
                get=lambda one: one.free_minor,
                kind=Kind.MONEY,
                width=124,
                tone=lambda one: Tone.BAD if one.is_over else None,
            ),
        ]


def _change(one: SalesLine) -> int | None:
    if not one.before_minor:
        return None
    return divide_half_away((one.net_minor - one.before_minor) * MICRO, abs(one.before_minor))


def _change_tone(one: SalesLine) -> Tone | None:
    change = _change(one)
    if not change:
        return None
    return Tone.GOOD if change > 0 else Tone.BAD


def _axis(minor: int) -> str:
    """Whole units of money: cents say nothing beside a chart."""
    whole = divide_half_away(minor, 100)
    return f"{whole:,}"
