"""What a counter typed and has not taken yet: digits, = in front, * behind."""

from shared.core.errors import RuleViolation
from shared.core.quantity import parse_quantity
from shared.core.rounding import MICRO

TYPED_MAX = 12
TIMES = "*"


class Keyed:
    """A number on its way: nobody loses it by scanning on."""

    def __init__(self) -> None:
        self.text = ""

    def type(self, sign: str) -> None:
        """A digit, a point, = in front, or * behind a number whose goods come next."""
        if self.text.endswith(TIMES) or (sign == TIMES and not self.text.isdecimal()):
            return
        if sign == "=":
            self.text = "="
        elif len(self.text) < TYPED_MAX:
            self.text += sign

    def rub_out(self) -> None:
        """Take the last sign away."""
        self.text = self.text[:-1]

    def take(self) -> str:
        """What was typed; nothing stands there any more."""
        text, self.text = self.text, ""
        return text

    @property
    def times_micro(self) -> int:
        """How many of the goods that come next ``3*`` says; one where nothing is typed.

        Raises: RuleViolation QUANTITY_UNREADABLE.
        """
        return parse_quantity(self.text.removesuffix(TIMES)) if self.text else MICRO

    def check_taken(self, *, before_goods: bool = False) -> None:
        """Nothing when no number waits for its Enter; ``3*`` may wait for goods.

        Raises: RuleViolation NUMBER_NOT_TAKEN.
        """
        if self.text and not (before_goods and self.text.endswith(TIMES)):
            raise RuleViolation("NUMBER_NOT_TAKEN", number=self.text)
