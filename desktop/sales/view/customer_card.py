"""The card of a site's own customer: taking one up (N), or saying anew what is known (E)."""

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from desktop.sales.model.invoice import InvoiceModel
from desktop.sales.usecases.invoicing import Customer
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import Tone
from desktop.ui.widgets import Field, button, form_row, label, row
from desktop.words.texts import Words
from shared.core.errors import QutongError

TERMS = (0, 7, 15, 30, 45, 60, 90)


@dataclass(frozen=True, slots=True)
class NewNamed:
    """Somebody of this name is to be taken up."""

    name: str


class CustomerCard(Panel):
    """Name, code, phone, level, salesperson, terms, note; Enter in the phone is done."""

    def __init__(
        self, frame: Frame, model: InvoiceModel, *, held: Customer | None = None, name: str = ""
    ) -> None:
        words = frame.words
        super().__init__(words("customer.edit" if held else "customer.new"), width=560)
        self.frame, self.model, self.held = frame, model, held
        self.name = Field(name=words("customer.name"), text=held.name if held else name)
        self.code = Field(words("customer.code_hint"), text=held.code if held else "")
        self.phone = Field(name=words("invoice.phone"), text=held.phone if held else "")
        self.level = Choice(
            words("invoice.level"),
            list(model.levels.items()),
            value=held.level_id if held else usual_level(model),
        )
        nobody = ("", words("customer.no_salesperson"))
        self.seller = Choice(
            words("invoice.salesperson"),
            [nobody, *model.people],
            value=held.salesperson_id if held else "",
        )
        days = held.terms_days if held else 0
        self.terms = Choice(
            words("customer.terms"),
            [(str(one), terms_text(words, one)) for one in sorted({*TERMS, days})],
            value=str(days),
        )
        self.note = Field(name=words("invoice.note"), text=held.note if held else "")
        for key, field in (
            ("customer.name", self.name),
            ("invoice.phone", self.phone),
            ("customer.code", self.code),
            ("invoice.level", self.level),
            ("invoice.salesperson", self.seller),
            ("customer.terms", self.terms),
            ("invoice.note", self.note),
        ):
            self.body.addWidget(form_row(words(key), field))
        self.wrong = label("", tone=Tone.BAD)
        self.wrong.hide()
        self.body.addWidget(self.wrong)
        self._end(words)

    def _end(self, words: Words) -> None:
        self.name.returnPressed.connect(self.phone.setFocus)
        for field in (self.phone, self.code, self.note):
            field.returnPressed.connect(self._go)
        key = "customer.save" if self.held else "invoice.new_customer"
        parts: list[QWidget | int | None] = []
        if self.held is not None:
            parts.append(button(words("customer.close"), self._close))
        done = button(words(key), self._go, kind="primary")
        self.body.addWidget(row(*parts, None, button(words("invoice.back"), self.back), done))

    def first_focus(self) -> QWidget | None:
        return self.phone if self.name.text() and self.held is None else self.name

    def _go(self) -> None:
        self._say(is_active=True)

    def _close(self) -> None:
        self._say(is_active=False)

    def _say(self, *, is_active: bool) -> None:
        try:
            if self.held is None:
                self.model.new_customer(
                    self.name.text(),
                    self.phone.text(),
                    self.level.value,
                    code=self.code.text(),
                    salesperson_id=self.seller.value,
                    terms_days=int(self.terms.value or 0),
                    note=self.note.text(),
                )
            else:
                self.model.change_customer(
                    self.held.customer_id,
                    self.name.text(),
                    self.phone.text(),
                    self.level.value,
                    code=self.code.text(),
                    salesperson_id=self.seller.value,
                    terms_days=int(self.terms.value or 0),
                    note=self.note.text(),
                    is_active=is_active,
                )
        except QutongError as error:
            self.wrong.setText(self.frame.words.error(error))
            self.wrong.show()
            return
        self.close_with(True)


def terms_text(words: Words, days: int) -> str:
    """Terms as people say them: 30 天, or at once."""
    return words("customer.days", n=days) if days else words("customer.at_once")


def usual_level(model: InvoiceModel) -> str:
    """The level most customers have, else the first one."""
    held = [one.level_id for one in model.customers if one.level_id]
    return max(set(held), key=held.count) if held else next(iter(model.levels), "")
