"""The first screen: what waits, and how the day goes."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop.reporting.model.home import Home, Tile, Viewer
from desktop.ui.actions import Action
from desktop.ui.charts import Bar, BarChart
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone, scaled
from desktop.ui.widgets import Card, button, key_cap, label, row
from desktop.words import formats
from desktop.words.spans import span

COLUMNS = 4
_NUMBERED = 9
_BEYOND = {"tasks": "0", "ending": "E"}
"""Keys of tiles that may stand behind the ninth."""
ROWS = 3
TILE_HEIGHT = 88
CHART_LEAST = 10_000
"""Minor units: a day without sales still has an axis."""
STEPS = {
    "goods": ("goods-import", "file-spreadsheet"),
    "opening": ("stocktake", "clipboard-list"),
    "devices": ("settings", "printer"),
    "sale": ("till", "shopping-cart"),
}
"""The first steps of a new shop: the screen of each, and its icon."""
DEVICES_SEEN = "first.devices_seen"
STEPS_HIDDEN = "first.hidden"
STATE_HEIGHT, HINT_HEIGHT = 22, 36
"""Two lines of a step's hint: all steps are alike."""
TABLES = ("sale", "task", "shipment", "receipt", "channel_order", "move", "stock_count", "draft")


class HomeScreen(Screen):
    """Tiles by what the person may do, with the day's sales as a picture."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        person = frame.person
        viewer = Viewer(
            user_id=person.user_id,
            site_id=person.site_id,
            permissions=person.permissions,
            screens=frame.offered,
            zone=person.zone,
            currency=person.currency,
        )
        self.model = Home(frame.desk, viewer)
        self._tiles: list[Tile] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(SPACE_M)
        self._steps = QWidget()
        self._steps_row = QGridLayout(self._steps)
        self._steps_row.setContentsMargins(0, 0, 0, 0)
        self._steps_row.setSpacing(SPACE_M)
        self.chart = BarChart(
            self._axis,
            name=self.words("home.chart"),
            least=CHART_LEAST,
            unit=self.words.of("currency", person.currency),
        )
        self._table = self._sums_table()
        self._chart_title = label("", "strong")
        self._chart_hint = label("", "small")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.chart)
        self._stack.addWidget(self._table)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_L)
        layout.addWidget(self._steps)
        layout.addLayout(self._grid)
        self._picture = self._chart_card()
        layout.addWidget(self._picture, 50)
        layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)
        self.until_gone(self.model.watch(self._draw))
        self.watch(self._load, *TABLES)

    def key_actions(self) -> tuple[Action, ...]:
        tiles = tuple(
            Action(
                text=f"home.{tile.name}",
                keys=(_digit(number, tile),),
                run=partial(self._open, tile),
                in_line=False,
            )
            for number, tile in enumerate(self._tiles)
            if tile.screen and _digit(number, tile)
        )
        suggested = [one for one in self._tiles if one.name == "suggested"]
        order = tuple(
            Action(text="home.suggested", keys=("B",), run=partial(self._open, one))
            for one in suggested
        )
        step = () if self._next_step() is None else (
            Action(text="home.next_step", keys=("N",), run=self._open_next_step),
        )  # fmt: skip
        has_chart = not self._picture.isHidden()
        days = () if self.model.is_head_office or not has_chart else (
            Action(text="home.days", keys=("V",), run=self.model.toggle_days),
        )  # fmt: skip
        as_table = Action(text="home.as_table", keys=("T",), run=self.model.toggle_table)
        table = (as_table,) if has_chart else ()
        refresh = (Action(text="home.refresh", keys=("F5",), run=self._load),)
        return (*step, *order, *tiles, *days, *table, *refresh)

    def shown(self, subject: str = "") -> None:
        self._load()

    def _load(self) -> None:
        self.frame.tasks.start(self.model.load())

    def _next_step(self) -> str | None:
        """The first step of a new shop that is still open."""
        return next((name for name, is_done in self._first_steps if not is_done), None)

    @property
    def _first_steps(self) -> list[tuple[str, bool]]:
        settings = self.frame.settings
        if settings.get(STEPS_HIDDEN) == "1":
            return []
        are_seen = settings.get(DEVICES_SEEN) == "1"
        steps = [
            (name, is_done or (name == "devices" and are_seen))
            for name, is_done in self.model.first_steps
        ]
        return [] if all(is_done for _name, is_done in steps) else steps

    def _open_next_step(self) -> None:
        name = self._next_step()
        if name is not None:
            self._open_step(name)

    def _open_step(self, name: str) -> None:
        if name == "devices":
            # Nobody can tell whether the printer was tried: it was looked at.
            self.frame.settings.put(DEVICES_SEEN, "1")
        self.frame.open(STEPS[name][0], "opening" if name == "opening" else "")

    def _open(self, tile: Tile) -> None:
        self.frame.open(tile.screen, tile.subject)

    # drawing

    def _draw(self) -> None:
        self._draw_steps()
        self._draw_tiles()
        sums = self.model.sums
        self.chart.set_bars(
            [
                Bar(name=key, value=amount, told=self._told(key, n, amount))
                for key, n, amount in sums
            ]
        )
        self._table.set_rows([one for one in sums if one[1] or one[2]])
        self._stack.setCurrentIndex(1 if self.model.shows_table else 0)
        by_days = self.model.shows_days or self.model.is_head_office
        self._chart_title.setText(self.words("home.by_day" if by_days else "home.by_hour"))
        self._chart_hint.setText(self._chart_age())
        # A site that only keeps the register knows pieces, no amounts to draw.
        sells = self.model.is_head_office or "till" in self.frame.screens
        self._picture.setVisible(sells)
        self.keys_changed()

    def _chart_age(self) -> str:
        today = self.model.today
        if today is None or not self.model.is_head_office or not today.sums_as_of_us:
            return ""
        at = formats.instant(today.sums_as_of_us, self.frame.person.zone)
        if today.missing_sources:
            return self.words("home.as_of_without", at=at, n=today.missing_sources)
        return self.words("home.as_of", at=at)

    def _draw_tiles(self) -> None:
        tiles = self.model.tiles
        if tiles == self._tiles and self._grid.count():
            return
        self._tiles = tiles
        _empty(self._grid)
        columns = _columns()
        # A fourth row would push the picture off a small screen.
        columns += columns == COLUMNS and len(tiles) > ROWS * COLUMNS
        for number, tile in enumerate(tiles):
            self._grid.addWidget(self._card(number, tile), number // columns, number % columns)
        for place in range(COLUMNS + 1):
            self._grid.setColumnStretch(place, int(place < columns))

    def _card(self, number: int, tile: Tile) -> Card:
        words = self.words
        top = row(label(words(f"home.{tile.name}"), "muted"), None)
        if tile.screen and (digit := _digit(number, tile)):
            layout = top.layout()
            assert layout is not None
            layout.addWidget(key_cap(digit))
        figure = label(self._figure(tile), "big", tone=Tone.WAITING if tile.is_urgent else None)
        hint = label(self._hint(tile), "small")
        pressed = partial(self._open, tile) if tile.screen else None
        card = Card(top, figure, hint, pressed=pressed)
        card.setMinimumHeight(scaled(TILE_HEIGHT))
        card.setAccessibleName(f"{words(f'home.{tile.name}')} {self._figure(tile)}")
        return card

    def _figure(self, tile: Tile) -> str:
        person = self.frame.person
        if tile.kind == "money":
            return formats.signed_money(tile.figure, person.currency)
        if tile.kind == "coming":
            return self.words("home.coming")
        if tile.kind == "since":
            now_us = self.frame.desk.now_us
            since = formats.short_instant(tile.figure, now_us, person.zone)
            return since or self.words("home.no_shift")
        return f"{tile.figure:,}"

    def _hint(self, tile: Tile) -> str:
        if tile.as_of_us:
            at = formats.short_instant(
                tile.as_of_us, self.frame.desk.now_us, self.frame.person.zone
            )
            return self.words("home.as_of", at=at)
        if tile.since_us:
            waited = span(self.words, self.frame.desk.now_us - tile.since_us)
            return self.words("home.oldest_waits", span=waited)
        if tile.kind == "since" and not tile.figure:
            return self.words("home.no_shift_hint")
        if tile.kind == "since" and tile.is_urgent:
            return self.words("home.shift_old_hint")
        return self.words(f"home.{tile.name}_hint")

    def _draw_steps(self) -> None:
        _empty(self._steps_row)
        steps = self._first_steps
        self._steps.setVisible(bool(steps))
        columns = _columns()
        for number, (name, is_done) in enumerate(steps):
            step = self._step(number, name, is_done=is_done)
            self._steps_row.addWidget(step, number // columns, number % columns)
        for place in range(COLUMNS):
            self._steps_row.setColumnStretch(place, int(place < columns))
        if dict(steps).get("sale"):
            # Who sells already may not want the rest.
            hide = button(self.words("home.first_hide"), self._hide_steps, kind="flat")
            self._steps_row.addWidget(
                hide, len(steps) // columns + 1, 0, 1, columns, Qt.AlignmentFlag.AlignRight
            )

    def _hide_steps(self) -> None:
        self.frame.settings.put(STEPS_HIDDEN, "1")
        self._draw()

    def _step(self, number: int, name: str, *, is_done: bool) -> Card:
        words = self.words
        icon_name = STEPS[name][1]
        is_next = name == self._next_step()
        state = row(
            label(words("home.done" if is_done else "home.step", n=number + 1), "small",
                  tone=Tone.GOOD if is_done else Tone.ACCENT),
            None,
            *((key_cap("N"),) if is_next else ()),
        )  # fmt: skip
        told = label(words(f"home.first_{name}_hint"), "muted")
        told.setWordWrap(True)
        told.setAlignment(Qt.AlignmentFlag.AlignTop)
        told.setMinimumHeight(scaled(HINT_HEIGHT))
        state.setFixedHeight(scaled(STATE_HEIGHT))
        act = button(
            words(f"home.first_{name}"),
            partial(self._open_step, name),
            kind="primary" if is_next else "",
            icon_name=icon_name,
        )
        return Card(state, told, act)

    def _chart_card(self) -> Card:
        days = button(self.words("home.days"), self.model.toggle_days, kind="flat")
        if self.model.is_head_office:
            days.hide()
        table = button(self.words("home.as_table"), self.model.toggle_table, kind="flat")
        head = row(self._chart_title, self._chart_hint, None, days, table)
        card = Card(head)
        card.inside.addWidget(self._stack, 1)
        return card

    def _sums_table(self) -> Table:
        words, currency = self.words, self.frame.person.currency
        return Table(
            self.frame,
            "home.sums",
            [
                Column(key="key", title=words("home.when"), get=lambda one: one[0], stretches=True),
                Column(
                    key="sales",
                    title=words("home.sales"),
                    get=lambda one: one[1],
                    kind=Kind.COUNT,
                    has_total=True,
                ),
                Column(
                    key="amount",
                    title=words("home.amount", currency=currency),
                    get=lambda one: one[2],
                    kind=Kind.MONEY,
                    width=160,
                    currency=currency,
                    has_total=True,
                ),
            ],
            can_filter=False,
        )

    def _axis(self, minor: int) -> str:
        return formats.money(minor, self.frame.person.currency).partition(".")[0]

    def _told(self, key: str, sales: int, minor: int) -> str:
        amount = formats.signed_money(minor, self.frame.person.currency)
        return self.words("home.bar", when=key, n=sales, amount=amount)


def _digit(number: int, tile: Tile) -> str:
    """The key of a tile: 1 to 9 in the order they stand; beyond, one by its name."""
    return str(number + 1) if number < _NUMBERED else _BEYOND.get(tile.name, "")


def _columns() -> int:
    """Larger text, fewer cards beside each other."""
    return max(2, COLUMNS * 100 // scaled(100))


def _empty(grid: QGridLayout) -> None:
    while (item := grid.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
