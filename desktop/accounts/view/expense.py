"""Petty cash: what was paid out of the drawer, for what and to whom."""

from PySide6.QtWidgets import QWidget

from desktop.ui.actions import Action
from desktop.ui.editors import Choice, MoneyField
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.widgets import Field, button, form_row, row
from shared.accounts.rules import Tender

SPENT_BY = (Tender.CASH, Tender.BANK_TRANSFER, Tender.STATIC_CODE)


class ExpensePanel(Panel):
    """What was paid out of the drawer."""

    def __init__(self, frame: Frame) -> None:
        words = frame.words
        super().__init__(words("statement.spend"))
        self.category = Field(words("statement.category_hint"))
        self.amount = MoneyField(words("statement.amount"), frame.person.currency)
        self.payee = Field(words("statement.payee_hint"))
        self.tender = Choice(
            words("invoice.tender"),
            [(one.value, words(f"tender.{one.value}")) for one in SPENT_BY],
            value=Tender.CASH.value,
        )
        for key, field in (
            ("statement.category", self.category),
            ("statement.amount", self.amount),
            ("statement.payee", self.payee),
            ("invoice.tender", self.tender),
        ):
            self.body.addWidget(form_row(words(key), field))
        done = button(words("statement.spend_do"), self._go, kind="primary")
        self.body.addWidget(row(None, button(words("invoice.back"), self.back), done))
        self.category.returnPressed.connect(self.amount.setFocus)
        self.amount.returnPressed.connect(self.payee.setFocus)
        self.payee.returnPressed.connect(self._go)

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="statement.spend_do", keys=("F10",), run=self._go),)

    def first_focus(self) -> QWidget | None:
        return self.category

    def _go(self) -> None:
        if not self.category.text().strip():
            self.category.set_bad(True)
            self.category.setFocus()
        elif not self.amount.value or self.amount.value < 0:
            self.amount.set_bad(True)
            self.amount.setFocus()
        else:
            self.close_with(
                (
                    self.category.text().strip(),
                    self.amount.value,
                    self.payee.text().strip(),
                    Tender(self.tender.value),
                )
            )
