"""Prices from a file: what its columns are, what cannot be read, and what came into the draft."""

from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from desktop.catalog.view.columns import columns_list
from desktop.pricing.model.price_file import FIELDS, PriceFile
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.problems import problem_columns
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone, scaled
from desktop.ui.widgets import Banner, Empty, button, column, figure, label, row, set_figure

AGAIN = "again"
"""The answer of who wants another file."""


class PriceFilePanel(Panel):
    """Stays after the prices came in, to tell what did and what did not; closes with ``AGAIN`` or
    nothing."""

    def __init__(self, frame: Frame, model: PriceFile, names: dict[str, str]) -> None:
        words = frame.words
        super().__init__(words("price.from_file"), width=1060)
        self.model = model
        self._frame = frame
        self._levels = [(one, name) for one, name in names.items() if one.startswith("level:")]
        self.file = label("", "strong")
        self.banner = Banner()
        self.prices = figure(words("price.taken.prices"), "")
        self.changes = figure(words("price.taken.changed"), "")
        self.elsewhere = figure(words("price.taken.elsewhere"), "")
        self.refused = figure(words("goods.result.refused"), "")
        self.problems = Table(
            frame,
            "price-file-doubts",
            problem_columns(words, str, model.name_of),
            can_filter=False,
            empty=Empty("circle-check", words("goods.no_doubts")),
            title=words("price.problems"),
        )
        GivingWay(self.problems, {"column": 600, "text": 700})
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setMinimumWidth(scaled(280))
        self._left = column(label(words("goods.columns"), "strong"), self._area)
        self.take = button(words("goods.take"), self._take, kind="primary")
        self.go_on = button(words("price.taken.see"), self.back, kind="primary")
        self._build()
        stop = model.watch(self._show)
        self.destroyed.connect(lambda _gone: stop())
        self._show()

    def _build(self) -> None:
        words = self._frame.words
        head = row(
            self.file, None, self.prices, self.changes, self.elsewhere, self.refused,
            spacing=SPACE_L,
        )  # fmt: skip
        self._doubts = column(label(words("goods.doubts"), "strong"), self.problems)
        middle = row(self._left, self._doubts, spacing=SPACE_M)
        layout = middle.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.setStretch(0, 1)
        layout.setStretch(1, 2)
        middle.setMinimumHeight(scaled(260))
        for part in (head, self.banner, middle):
            self.body.addWidget(part)
        again = button(words("goods.open_other"), self._another, icon_name="file-spreadsheet")
        self.body.addWidget(row(button(words("ask.back"), self.back), None, again, self.take,
                                self.go_on))  # fmt: skip

    def key_actions(self) -> tuple[Action, ...]:
        other = Action(text="goods.open_other", keys=("Ctrl+O",), run=self._another)
        if self.model.taken is not None:
            return (Action(text="price.taken.see", keys=("F10",), run=self.back), other)
        take = Action(
            text="goods.take", keys=("F10",), run=self._take, is_enabled=lambda: self.model.can_take
        )
        return (take, other)

    def first_focus(self) -> QWidget:
        return self.problems.view

    def _show(self) -> None:
        model, words = self.model, self._frame.words
        taken = model.taken
        self.file.setText(model.file_name)
        if taken is not None:
            self.banner.say(words("price.file_taken", n=taken.prices), Tone.GOOD)
        else:
            self.banner.say(words.error(model.error) if model.error else "", Tone.BAD)
        set_figure(self.prices, f"{len(model.lines):,}")
        set_figure(self.changes, f"{taken.changed:,}" if taken else "")
        self.changes.setVisible(taken is not None)
        set_figure(self.elsewhere, f"{model.elsewhere:,}")
        self.elsewhere.setVisible(bool(model.elsewhere))
        set_figure(self.refused, f"{model.refused:,}", Tone.BAD if model.refused else Tone.PLAIN)
        self.problems.set_rows(model.problems)
        self._left.setVisible(taken is None)
        self._doubts.setVisible(model.found is not None)
        for one in (self.prices, self.refused):
            one.setVisible(model.found is not None)
        self._show_columns()
        n = len(model.lines)
        self.take.setText(words("price.take_n", n=n) if n else words("goods.take"))
        self.take.setEnabled(model.can_take)
        self.take.setVisible(taken is None)
        self.go_on.setVisible(taken is not None)
        self._show_keys()

    def _show_keys(self) -> None:
        redraw = getattr(self.window(), "show_keys", None)
        if redraw is not None and self.isVisible():
            redraw()

    def _show_columns(self) -> None:
        words = self._frame.words
        choices = [("", words("goods.left_out"))]
        choices += [(name, words(f"price.field.{name}")) for name in FIELDS]
        choices += [(one, words("price.field.of_level", name=name)) for one, name in self._levels]
        self._area.setWidget(columns_list(self.model.columns, choices, self._choose))

    def _choose(self, header: str, field: str) -> None:
        self._frame.tasks.start(self.model.choose(header, field))

    def _take(self) -> None:
        if self.model.can_take:
            self.model.take()

    def _another(self) -> None:
        self.close_with(AGAIN)
