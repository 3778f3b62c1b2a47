"""A deposit taken at the till: the amount as it is typed, and the receipt of what was taken."""

from collections.abc import Callable

from desktop.printing.deposit import DepositReceipt, deposit_slip
from desktop.printing.escpos import PrinterProfile, encode
from desktop.sales.model.opening import opened_by_itself
from desktop.sales.model.receipts import DRAWER, roll_set
from desktop.sales.usecases.invoicing import new_uid
from desktop.sales.usecases.prepaying import DepositPaper, take_deposit
from desktop.store.desk import Desk
from desktop.words.texts import Words
from shared.accounts.queries import ShiftView
from shared.accounts.rules import Tender
from shared.core.money import parse_money


class PrepayModel:
    """One deposit of one customer, by one tender."""

    def __init__(self, desk: Desk, customer_id: str, tender: Tender, currency: str) -> None:
        self._desk = desk
        self._customer_id = customer_id
        self._tender = tender
        self._currency = currency
        self._uid = desk.do_now(new_uid)
        self.done: DepositPaper | None = None
        """What was taken."""
        self.shift_opened: ShiftView | None = None
        """The shift that opened by itself for this deposit."""

    def take(self, text: str) -> None:
        """Take what was typed, once. Raises: as ``take_deposit`` and what amounts raise."""
        if self.done is None:
            self.shift_opened = opened_by_itself(self._desk) or self.shift_opened
            self.done = self._desk.do_now(
                take_deposit,
                self._customer_id,
                parse_money(text.strip() or "0", self._currency).minor,
                tender=self._tender,
                uid=bytes.fromhex(self._uid),
            )

    def receipt(self, words: Words, setting: Callable[[str, str], str]) -> bytes:
        """The bytes for the receipt printer; the drawer opens where cash came in."""
        done = self.done
        assert done is not None
        roll = roll_set(setting)
        receipt = DepositReceipt(
            shop=done.shop,
            number=done.number,
            at_us=done.at_us,
            zone=done.zone,
            cashier=done.cashier,
            customer=done.customer,
            currency=done.currency,
            tender=words.of("tender", done.tender),
            amount_minor=done.amount_minor,
        )
        opens = self._tender is Tender.CASH and setting(DRAWER, "0") == "1"
        slip = deposit_slip(receipt, words, roll, opens_drawer=opens)
        return encode(slip, PrinterProfile(roll=roll))
