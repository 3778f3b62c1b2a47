"""The ages of what is owed, as a chart above a table that goes to Excel as it stands (N01)."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.accounts.model.ageing import AgeingModel, AgesOf, AsOf
from desktop.ui.actions import Action
from desktop.ui.charts import Bar, BarChart
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_S, Tone, scaled
from desktop.ui.widgets import Card, Empty
from desktop.words import formats
from shared.accounts.rules import Ageing
from shared.core.rounding import divide_half_away

WIDTH, HEIGHT, CHART_PX = 1080, 480, 170
BUCKETS = ("not_due", "to_30", "to_60", "to_90", "over_90", "ahead")


class AgeingView(QWidget):
    """Chart and table of a model; ``chosen`` hears of Enter on a row."""

    def __init__(
        self, frame: Frame, model: AgeingModel, chosen: Callable[[object], None] | None = None
    ) -> None:
        super().__init__()
        self.frame, self.model = frame, model
        words = frame.words
        unit = words.of("currency", frame.person.currency)
        self.chart = BarChart(_axis, name=words("ageing.chart"), unit=unit)
        self.chart.setFixedHeight(scaled(CHART_PX))
        self.day = Choice(
            words("ageing.as_of"),
            [(one.value, words(f"ageing.as_of_{one.value}")) for one in AsOf],
            value=model.as_of.value,
        )
        self.day.picked.connect(lambda one: frame.tasks.start(model.look_at(AsOf(one))))
        self.table = Table(
            frame,
            "ageing",
            self._columns(),
            empty=Empty("wallet", words("ageing.nobody"), words("ageing.nobody_hint")),
            title=words("ageing.title"),
        )
        self.table.add_to_bar(self.day)
        if chosen is not None:
            self.table.activated.connect(chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_S, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(Card(self.chart))
        layout.addWidget(self.table, 1)

    def draw(self) -> None:
        """Show the model."""
        model, words = self.model, self.frame.words
        self.day.blockSignals(True)
        self.day.set_value(model.as_of.value)
        self.day.blockSignals(False)
        self.table.title = f"{words('ageing.title')} {model.day}"
        self.table.set_rows(model.rows)
        sums = model.sums if model.rows else Ageing()
        self.chart.set_bars(
            [
                self._bar(name, minor)
                for name, minor in zip(BUCKETS, sums, strict=True)
                if minor or name != "ahead"
            ]
        )

    def _bar(self, name: str, minor: int) -> Bar:
        said = self.frame.words(f"ageing.{name}")
        amount = formats.money(minor, self.frame.person.currency)
        return Bar(name=said, value=minor, told=f"{said}　{amount}")

    def _columns(self) -> list[Column]:
        words, currency = self.frame.words, self.frame.person.currency

        def money(place: int, name: str) -> Column:
            return Column(
                key=name,
                title=words(f"ageing.{name}"),
                get=lambda one: one.ages[place] or None,
                kind=Kind.MONEY,
                width=104,
                currency=currency,
                has_total=True,
                tone=(lambda one: Tone.BAD if one.ages[place] else None)
                if name == "over_90"
                else None,
            )

        return [
            Column(key="name", title=words("ageing.who"), get=lambda one: one.name, stretches=True),
            Column(
                key="terms",
                title=words("ageing.terms"),
                get=lambda one: one.terms_days or None,
                kind=Kind.COUNT,
                width=96,
            ),
            Column(
                key="balance",
                title=words("ageing.balance", currency=currency),
                get=lambda one: one.ages.balance_minor,
                kind=Kind.MONEY,
                width=120,
                currency=currency,
                has_total=True,
            ),
            *(money(place, name) for place, name in enumerate(BUCKETS)),
        ]


class AgeingPanel(Panel):
    """The ages over another screen; closed with the id of who is to be looked at."""

    def __init__(self, frame: Frame, ages_of: AgesOf) -> None:
        super().__init__(frame.words("ageing.title"), width=WIDTH)
        self._frame = frame
        self.model = AgeingModel(frame.desk, frame.person.zone, ages_of)
        self.view = AgeingView(frame, self.model, self._choose)
        self.view.setFixedHeight(HEIGHT)
        self.body.addWidget(self.view)
        self._stop = self.model.watch(self.view.draw)
        frame.tasks.start(self.model.load())

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="ageing.next_day", keys=("F4",), run=self._next),
            Action(text="statement.excel", keys=("Ctrl+E",), run=self.view.table.export),
        )

    def first_focus(self) -> QWidget:
        return self.view.table.view

    def close_with(self, answer: object) -> None:
        self._stop()
        super().close_with(answer)

    def _next(self) -> None:
        self._frame.tasks.start(self.model.next_day())

    def _choose(self, one: object) -> None:
        self.close_with(getattr(one, "party_id", None))


def _axis(minor: int) -> str:
    """Whole units of money."""
    return f"{divide_half_away(minor, 100):,}"
