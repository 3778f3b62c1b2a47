"""A supplier's card: what it is called, its phone, a note, and whether it is bought from."""

from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.stock.model.purchases import SupplierSaid
from desktop.stock.usecases import SupplierName
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.widgets import Field, button, form_row, row


class SupplierPanel(Panel):
    """Closes with what was said of the supplier."""

    def __init__(self, frame: Frame, held: SupplierName) -> None:
        words = frame.words
        super().__init__(words("supplier.card"))
        self.name = Field(text=held.name, name=words("supplier.name"))
        self.phone = Field(text=held.phone, name=words("supplier.phone"))
        self.note = Field(text=held.note, name=words("moving.note"))
        self.is_active = QCheckBox(words("supplier.is_active"))
        self.is_active.setChecked(held.is_active)
        for key, field, following in (
            ("supplier.name", self.name, self.phone),
            ("supplier.phone", self.phone, self.note),
            ("moving.note", self.note, None),
        ):
            if following is not None:
                field.entered.connect(lambda _text, to=following: to.setFocus())
            else:
                field.entered.connect(lambda _text: self._save())
            self.body.addWidget(form_row(words(key), field))
        self.body.addWidget(self.is_active)
        save = button(words("supplier.save"), self._save, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), save))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="supplier.save", keys=("F10",), run=self._save),)

    def first_focus(self) -> QWidget | None:
        self.name.selectAll()
        return self.name

    def _save(self) -> None:
        if not self.name.text().strip():
            self.name.set_bad(True)
            self.name.setFocus()
            return
        self.close_with(
            SupplierSaid(
                name=self.name.text().strip(),
                phone=self.phone.text().strip(),
                note=self.note.text().strip(),
                is_active=self.is_active.isChecked(),
            )
        )
