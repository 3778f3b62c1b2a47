"""The right side of the till: the large total, what makes it up, and the sale just made."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from desktop.sales.model.till import TillModel
from desktop.sales.view.policies import savings_of
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_XL, TARGET_TILL, Tone, scaled
from desktop.ui.widgets import button, label, line, pill, row, set_tone
from desktop.words import formats
from desktop.words.texts import Language, Words
from shared.core.rounding import MICRO

WIDTH = 336
_SUMS = (
    "pieces", "list", "off", "rounding", "back_pieces", "back", "total", "paid", "number",
)  # fmt: skip
SAVINGS_MOST = 5
"""Policies whose savings are shown one by one."""


class Totals(QFrame):
    """Draws a till model's sums."""

    def __init__(self, model: TillModel, words: Words, pay: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setFixedWidth(scaled(WIDTH))
        self._model, self._words = model, words
        self._name, self._total = label("", "strong"), label("", "total")
        self._total.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._rows: dict[str, tuple[QWidget, QLabel]] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self._name)
        layout.addWidget(self._total)
        layout.addWidget(line())
        for key in _SUMS:
            layout.addWidget(self._row(key))
        self._savings: list[tuple[QWidget, QLabel, QLabel]] = []
        for _place in range(SAVINGS_MOST):
            name, saved = label("", "muted"), label("", "muted")
            saved.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._savings.append((row(8, name, None, saved), name, saved))
            layout.addWidget(self._savings[-1][0])
        layout.addWidget(line())
        self._member = label("", "strong")
        self._member.setWordWrap(True)
        self._approver = label("", "muted")
        self._held = pill("", Tone.ACCENT)
        for part in (self._member, self._approver, self._held):
            layout.addWidget(part)
        layout.addStretch(1)
        self._pay = button(f"{words('till.pay')}   F9", pay, kind="primary")
        self._pay.setMinimumHeight(TARGET_TILL + 12)
        self._pay.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout.addWidget(self._pay)

    def _row(self, key: str) -> QWidget:
        value = label("", "strong")
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        made = row(label(self._words(f"till.sum.{key}"), "muted"), None, value)
        self._rows[key] = (made, value)
        return made

    def _put(self, key: str, text: str) -> None:
        made, value = self._rows[key]
        value.setText(text)
        made.setVisible(bool(text))

    def draw(self, held: int) -> None:
        """Show the model as it is now."""
        last = self._model.basket.last
        if last is not None and not self._model.basket.lines:
            self._draw_last()
        else:
            self._draw_open()
        basket, words = self._model.basket, self._words
        self._member.setText(
            words("till.member_is", name=basket.member_name) if basket.member_id else ""
        )
        self._member.setVisible(bool(basket.member_id))
        # Who was asked stands for so much and no more.
        stands = bool(basket.approver_id) and not self._model.needs_approval()
        self._approver.setText(words("till.approved_by", name=basket.approver_name))
        self._approver.setVisible(stands)
        self._held.setText(words("till.held_count", n=held))
        self._held.setVisible(held > 0)
        self._pay.setEnabled(bool(basket.lines) or basket.came_back is not None)
        is_refund = basket.came_back is not None and self._model.due.rest_minor < 0
        self._pay.setText(f"{words('pay.title_refund' if is_refund else 'till.pay')}   F9")
        texts = savings_of(self._model, words) if basket.lines else []
        for place, (shown, name, saved) in enumerate(self._savings):
            told = texts[place] if place < len(texts) else ("", "")
            name.setText(told[0])
            saved.setText(told[1])
            shown.setVisible(place < len(texts))

    def _draw_open(self) -> None:
        due, words, currency = self._model.due, self._words, self._model.currency
        basket = self._model.basket
        whole = "till.rest" if due.paid_minor else "till.to_pay"
        key = "till.to_refund" if due.rest_minor < 0 else whole
        self._name.setText(words(key))
        self._total.setText(formats.signed_money(abs(due.rest_minor), currency))
        set_tone(self._total, Tone.BAD if due.rest_minor < 0 else Tone.PLAIN)
        sells = bool(basket.lines)
        # Goods that come back are told beside those that go out, never as fewer than none.
        self._put("pieces", formats.qty(basket.sold_micro) if sells or not due.back_minor else "")
        differs = bool(due.off_minor or due.rounding_minor or due.back_minor or due.paid_minor)
        self._put("list", formats.money(due.list_minor, currency) if sells and differs else "")
        self._put("off", _less(due.off_minor, currency) + self._tenths())
        self._put("rounding", _less(-due.rounding_minor, currency))
        self._put("back_pieces", formats.qty(basket.back_micro) if basket.back_micro else "")
        self._put("back", _less(due.back_minor, currency))
        self._put("paid", _less(due.paid_minor, currency))
        self._put("total", "")
        self._put("number", "")

    def _tenths(self) -> str:
        ratio = self._model.basket.pay_ratio_micro
        if ratio == MICRO:
            return ""
        percent = formats.percent(ratio, places=0).rstrip("%")
        # 95折 and 9折 are what people say, where English has 95% and 90%.
        is_chinese = self._words.language is Language.CHINESE
        n = percent.rstrip("0") if is_chinese else percent
        return f"  ({self._words('till.pays_part', n=n)})"

    def _draw_last(self) -> None:
        last, words, currency = self._model.basket.last, self._words, self._model.currency
        assert last is not None
        has_change = last.change_minor > 0
        is_refund = last.total_minor < 0
        key = "till.change" if has_change else "till.refunded" if is_refund else "till.paid"
        self._name.setText(words(key))
        shown = last.change_minor if has_change else abs(last.total_minor)
        self._total.setText(formats.signed_money(shown, currency))
        set_tone(self._total, Tone.GOOD)
        for name in ("pieces", "list", "off", "rounding", "back_pieces", "back"):
            self._put(name, "")
        self._put("total", formats.money(last.total_minor, currency) if has_change else "")
        self._put("paid", formats.money(last.paid_minor, currency) if has_change else "")
        self._put("number", last.number)


def _less(minor: int, currency: str) -> str:
    return formats.money(-minor, currency) if minor else ""
