"""What a movement says beside its goods: reason, party, note; of goods bought the supplier, its
slip, and what it comes to."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.stock.model.moving import MovingModel
from desktop.ui.editors import Choice
from desktop.ui.finder import Finder, Hit
from desktop.ui.frame import Frame
from desktop.ui.theme import SPACE_M, Tone, scaled
from desktop.ui.widgets import Card, Field, figure, form_row, label, set_figure
from desktop.words import formats
from shared.core.text import fold
from shared.stock.rules import SUPPLIER

_WIDE = 300
_NAMES = 64
_NEW = ""
"""The hit that takes a supplier up."""


class MoveForm(Card):
    """Draws and keys what the model says; ``done`` is called when one is through with it."""

    def __init__(self, frame: Frame, model: MovingModel, done: Callable[[], None]) -> None:
        super().__init__()
        self._frame, self._model, self._done = frame, model, done
        words = frame.words
        self._is_typed = False
        """A name stands there that nobody picked yet: it is not taken away."""
        self._reason = Field(words("moving.reason_hint"), name=words("moving.reason"))
        self._reason.textEdited.connect(lambda text: model.say(reason=text))
        self._reason.entered.connect(lambda _text: done())
        self._party = Choice(words("moving.party"), [])
        self._party.picked.connect(lambda value: model.say(party_id=value))
        self.supplier = Finder(words("buying.supplier_hint"), self._hits, opens_at=0)
        self.supplier.field.setAccessibleName(words("buying.supplier"))
        self.supplier.picked.connect(self._pick)
        self.supplier.field.textEdited.connect(self._edited)
        # Made after the finder's own: asked before it.
        self.supplier.field.installEventFilter(self)
        self.slip = Field(words("buying.slip_hint"), name=words("buying.slip"))
        self.slip.textEdited.connect(lambda text: model.say(reference=text))
        self.slip.entered.connect(lambda _text: done())
        self._note = Field(name=words("moving.note"))
        self._note.textEdited.connect(lambda text: model.say(note=text))
        self._note.entered.connect(lambda _text: done())
        self._signs = label(words("moving.needs_approval"), "muted")
        self._rows: dict[str, QWidget] = {
            "reason": form_row(words("moving.reason"), self._reason, width=_NAMES),
            "party": form_row(words("moving.party"), self._party, width=_NAMES),
            "supplier": form_row(words("buying.supplier"), self.supplier, width=_NAMES),
            "slip": form_row(words("buying.slip"), self.slip, width=_NAMES),
            "note": form_row(words("moving.note"), self._note, width=_NAMES),
        }
        self._total = figure(words("buying.total", currency=model.buying.currency), "")
        self._without = label("", tone=Tone.WAITING)
        self._without.setWordWrap(True)
        for part in (*self._rows.values(), self._signs):
            self.inside.addWidget(part)
        self.inside.setSpacing(SPACE_M)
        self.inside.addStretch(1)
        self.inside.addWidget(self._without)
        self.inside.addWidget(self._total)
        self.setFixedWidth(scaled(_WIDE))

    def draw(self) -> None:
        """Show the model as it is now."""
        model, rule = self._model, self._model.type.rule if self._model.type else None
        if rule is None:
            return
        buying = model.is_buying
        self._rows["reason"].setVisible(rule.needs_reason)
        # Goods that go back are somebody's, whether or not the type asks for whose.
        is_asked = rule.needs_party or rule.counter_location == SUPPLIER
        self._rows["party"].setVisible(is_asked and not buying)
        self._rows["supplier"].setVisible(buying)
        self._rows["slip"].setVisible(buying)
        self._signs.setVisible(rule.needs_approval)
        for field, text in (
            (self._reason, model.reason),
            (self._note, model.note),
            (self.slip, model.reference),
        ):
            if field.text() != text:
                field.setText(text)
        if not self._is_typed and not self.supplier.field.hasFocus():
            self._show_supplier()
        self._fill_parties()
        self._total.setVisible(model.asks_costs)
        costs = model.costs
        doubts = (("buying.without_cost", costs.without_cost), ("buying.dear", costs.dear))
        told = [self._frame.words(key, n=n) for key, n in doubts if n]
        self._without.setVisible(model.asks_costs and bool(told))
        set_figure(self._total, formats.money(costs.total_minor, model.buying.currency))
        self._without.setText("\n".join(told))

    def _show_supplier(self) -> None:
        """Its name from the beginning, however long."""
        field, name = self.supplier.field, self._model.supplier_name
        self._is_typed = False
        if field.text() != name:
            field.setText(name)
        field.setCursorPosition(0)
        field.setToolTip(name)

    def is_settled(self) -> bool:
        """Whether the supplier on screen is the one that will be named; if a name is typed that
        nobody picked, it is looked for and, where there is none, asked for."""
        typed = self.supplier.field.text().strip()
        if not self._model.is_buying or fold(typed) == fold(self._model.supplier_name):
            return True
        same = [one for one in self._model.find_suppliers(typed) if fold(one.name) == fold(typed)]
        if len(same) == 1:
            self._model.say(party_id=same[0].supplier_id)
            self._show_supplier()
            return True
        self.start()
        self.supplier.search(typed)
        self._frame.say(self._frame.words("buying.pick_supplier", name=typed), Tone.WAITING)
        return False

    def go_to_missing(self) -> None:
        """Put the cursor where the type asks for something and nothing stands."""
        model, rule = self._model, self._model.type.rule if self._model.type else None
        if rule is None:
            return
        if rule.needs_reason and not model.reason.strip():
            self._reason.setFocus()
        elif rule.needs_party and not model.party_id and not model.is_buying:
            self._party.setFocus()

    def start(self) -> None:
        """Go to the supplier, what stands there chosen."""
        self.supplier.field.setFocus()
        self.supplier.field.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        if self.supplier.hits.isVisible():
            return False
        typed = self.supplier.field.text().strip()
        if event.key() == Qt.Key.Key_Down:
            # Who types nothing chooses from all of them.
            self.supplier.search(typed)
            return True
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and fold(typed) in ("", fold(self._model.supplier_name)):
            self._model.say(party_id=self._model.party_id if typed else "")
            self.slip.setFocus()
            return True
        return False

    def _hits(self, text: str) -> list[Hit]:
        found = self._model.find_suppliers(text)
        hits = [
            Hit(value=one.supplier_id, text=one.name, hint=" ".join((one.code, one.phone)).strip())
            for one in found
        ]
        if text.strip() and not any(fold(one.name) == fold(text) for one in found):
            new = self._frame.words("buying.new_supplier", name=text.strip())
            hits.append(Hit(value=_NEW, text=new))
        return hits

    def _pick(self, supplier_id: str) -> None:
        if supplier_id == _NEW:
            self._frame.tasks.start(self._take_up(self.supplier.field.text().strip()))
            return
        self._named(supplier_id)

    async def _take_up(self, name: str) -> None:
        await self._model.new_supplier(name)
        self._frame.say(self._frame.words("buying.supplier_made", name=name), Tone.GOOD)
        self._named(self._model.party_id)

    def _named(self, supplier_id: str) -> None:
        self.slip.setFocus()
        self._model.say(party_id=supplier_id)
        self._show_supplier()

    def _edited(self, text: str) -> None:
        self._is_typed = bool(text.strip())
        if not text.strip() and self._model.party_id:
            self._model.say(party_id="")

    def _fill_parties(self) -> None:
        known = [("", self._frame.words("moving.nobody"))]
        known += [(one.party_id, one.name) for one in self._model.parties]
        party = self._party
        party.blockSignals(True)
        if [(party.itemData(at), party.itemText(at)) for at in range(party.count())] != known:
            party.clear()
            for stored, word in known:
                party.addItem(word, stored)
        party.set_value(self._model.party_id)
        party.blockSignals(False)
