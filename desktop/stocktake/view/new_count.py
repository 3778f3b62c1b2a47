"""The panel a count begins with: what, how, zones and their people, tolerance."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from desktop.stocktake.model.opening import About, NewCount
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.panel import Panel
from desktop.ui.theme import GRID, SPACE_S, TARGET, Tone, scaled
from desktop.ui.widgets import Field, button, form_row, label, row
from shared.core.errors import QutongError
from shared.stocktake.rules import CountMode

_KEYS = {
    About.OPENING: "O",
    About.FULL: "F",
    About.PRODUCTS: "S",
    About.BRAND: "B",
    About.RANDOM: "R",
}
_LIST_HEIGHT = 116
_NEW = "stocktake/new"


def new_count_of(frame: Frame) -> NewCount:
    """What was keyed before Esc, as long as the site stands where it stood; else a new one."""
    model = NewCount(frame.desk, frame.person.site_id, frame.person.currency)
    kept = frame.kept.get(_NEW)
    if isinstance(kept, NewCount) and kept.choices.is_opened == model.choices.is_opened:
        kept.choices = model.choices
        model = kept
    frame.kept[_NEW] = model
    return model


def forget_new_count(frame: Frame) -> None:
    """It was begun."""
    frame.kept.pop(_NEW, None)


class NewCountPanel(Panel):
    """Closes with the new count's header. ``N S`` and scans: a spot count of what was scanned."""

    def __init__(self, frame: Frame, model: NewCount) -> None:
        super().__init__(frame.words("newcount.title"), width=620)
        self.frame = frame
        self.words = frame.words
        self.model = model
        self._once = Once(frame.tasks)
        self._stop = model.watch(self._draw)
        self._fields()
        self._draw()

    def key_actions(self) -> tuple[Action, ...]:
        kinds = tuple(
            Action(
                text=f"newcount.{about.value}",
                keys=(key,),
                run=partial(self.model.choose, about),
            )
            for about, key in _KEYS.items()
            if (about is About.OPENING) != self.model.choices.is_opened
            or about not in (About.OPENING, About.FULL)
        )
        return (
            *kinds,
            Action(text="newcount.mode", keys=("M",), run=self._other_mode),
            Action(text="newcount.begin", keys=("F10",), run=self._begin),
        )

    def scanned(self, code: str) -> bool:
        try:
            self.model.add(code)
        except QutongError as error:
            self.frame.tell(error)
        else:
            self.frame.say(self.model.products[-1].name, Tone.GOOD)
        return True

    def first_focus(self) -> QWidget | None:
        return self._about

    def close_with(self, answer: object) -> None:
        self._stop()
        super().close_with(answer)

    # the form

    def _fields(self) -> None:
        words, model = self.words, self.model
        offered = [
            one
            for one in About
            if one not in (About.OPENING, About.FULL)
            or (one is About.OPENING) != model.choices.is_opened
        ]
        self._about = Choice(
            words("newcount.about"),
            [(one.value, f"{words(f'newcount.{one.value}')}  ({_KEYS[one]})") for one in offered],
            value=model.about.value,
        )
        self._about.picked.connect(lambda value: model.choose(About(value)))
        self._mode = Choice(
            words("newcount.mode"),
            [(one.value, words(f"newcount.mode_{one.value}")) for one in CountMode],
            value=model.mode.value,
        )
        self._mode.picked.connect(self._set_mode)
        self._brand = Choice(
            words("stock.brand"), [(one, one) for one in model.choices.brands], value=model.brand
        )
        self._brand.picked.connect(self._set_brand)
        self._number = Field(text=str(model.number), name=words("newcount.random"))
        self._number.textEdited.connect(self._set_number)
        self._products = label("", "muted")
        self._products.setWordWrap(True)
        zones = ", ".join(one.zone_id for one in model.zones)
        self._zones = Field("A-01..A-05, B", text=zones, name=words("newcount.zones"))
        self._zones.editingFinished.connect(self._set_zones)
        self._people = QScrollArea()
        self._people.setWidgetResizable(True)
        self._people.setFixedHeight(_LIST_HEIGHT)
        self._qty = Field(text=model.tolerance_qty, name=words("newcount.tolerance_qty"))
        self._qty.textEdited.connect(lambda text: setattr(model, "tolerance_qty", text))
        self._value = Field(text=model.tolerance_value, name=words("newcount.tolerance_value"))
        self._value.textEdited.connect(lambda text: setattr(model, "tolerance_value", text))
        self._limit = Field(text=model.site_limit, name=words("newcount.limit"))
        self._limit.textEdited.connect(lambda text: setattr(model, "site_limit", text))
        for figure_field in (self._number, self._qty, self._value, self._limit):
            figure_field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._rows = {
            "about": form_row(words("newcount.about"), self._about, width=150),
            "brand": form_row(words("stock.brand"), self._brand, width=150),
            "random": form_row(words("newcount.random_n"), self._number, width=150),
            "products": form_row(words("newcount.scanned"), self._products, width=150),
            "mode": form_row(words("newcount.mode"), self._mode, width=150),
            "zones": form_row(words("newcount.zones"), self._zones, width=150),
            "people": form_row(words("newcount.people"), self._people, width=150),
            "qty": form_row(words("newcount.tolerance_qty"), self._qty, width=150),
            "value": form_row(words("newcount.tolerance_value"), self._value, width=150),
            "limit": form_row(words("newcount.limit"), self._limit, width=150),
        }
        self.body.setSpacing(SPACE_S)
        for one in self._rows.values():
            self.body.addWidget(one)
        self.body.addWidget(
            row(
                None,
                button(words("ask.back"), lambda: self.close_with(None)),
                button(words("newcount.begin"), self._begin, kind="primary"),
            )
        )

    def _draw(self) -> None:
        model, words = self.model, self.words
        self._about.set_value(model.about.value)
        self._mode.set_value(model.mode.value)
        self._rows["brand"].setVisible(model.about is About.BRAND)
        self._rows["random"].setVisible(model.about is About.RANDOM)
        self._rows["products"].setVisible(model.about is About.PRODUCTS)
        for one in ("qty", "value", "limit"):
            self._rows[one].setVisible(model.about is not About.OPENING)
        names = words("names.comma").join(one.name for one in model.products[-4:])
        n = len(model.products)
        self._products.setText(
            words("newcount.products_n", n=n, names=names) if n else words("newcount.scan_them")
        )
        self._draw_people()

    def _draw_people(self) -> None:
        words, model = self.words, self.model
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        everybody = [("", words("newcount.everybody")), *model.choices.people]
        for place, zone in enumerate(model.zones):
            chosen = Choice(zone.zone_id, everybody, value=zone.person_id)
            chosen.picked.connect(partial(model.give, zone.zone_id))
            grid.addWidget(label(zone.zone_id), place // 2, place % 2 * 2)
            grid.addWidget(chosen, place // 2, place % 2 * 2 + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        rows = -(-len(model.zones) // 2) or 1
        self._people.setFixedHeight(min(_LIST_HEIGHT, rows * scaled(TARGET + GRID)))
        self._people.setWidget(inside)

    # what keys do

    def _set_zones(self) -> None:
        try:
            self.model.set_zones(self._zones.text())
        except QutongError as error:
            self.frame.tell(error)

    def _set_brand(self, brand: str) -> None:
        self.model.brand = brand

    def _set_mode(self, mode: str) -> None:
        self.model.mode = CountMode(mode)

    def _set_number(self, text: str) -> None:
        self.model.number = int(text) if text.isdecimal() else 0

    def _other_mode(self) -> None:
        blind = self.model.mode is CountMode.BLIND
        self._mode.set_value((CountMode.OPEN if blind else CountMode.BLIND).value)

    def _begin(self) -> None:
        self._set_zones()
        self._once.start(self._open)

    async def _open(self) -> None:
        self.close_with(await self.model.open())
