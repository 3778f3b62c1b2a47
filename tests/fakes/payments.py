"""A payment provider whose answers get lost: for tests only, the product ships none."""

from desktop.sales.usecases.payments import PaymentAnswer, PaymentAsk, PaymentState
from shared.core.errors import Unavailable


class FakeProvider:
    """Takes and gives back money as it is told; ``lost`` names the calls whose answers vanish."""

    name = "fake"

    def __init__(self) -> None:
        self.lost: set[str] = set()
        """Of ``start query cancel refund``: done at the provider, not heard of here."""
        self.unreached: set[str] = set()
        """Never arrives at the provider at all."""
        self.refuses = False
        self.refuses_refunds = False
        self.too_late_to_cancel = False
        self.taken: dict[str, int] = {}
        """What the customer was charged, by reference; refunds are negative."""
        self.reversed: set[str] = set()

    def start(self, ask: PaymentAsk) -> PaymentAnswer:
        self._reach("start")
        if not self.refuses and ask.reference not in self.reversed:
            self.taken[ask.reference] = ask.amount_minor
        return self._answer("start", ask.reference)

    def query(self, reference: str) -> PaymentAnswer:
        self._reach("query")
        return self._answer("query", reference)

    def cancel(self, reference: str) -> PaymentAnswer:
        self._reach("cancel")
        if not self.too_late_to_cancel:
            self.taken.pop(reference, None)
            self.reversed.add(reference)
        return self._answer("cancel", reference)

    def refund(self, reference: str, refund_reference: str, amount_minor: int) -> PaymentAnswer:
        self._reach("refund")
        if not self.refuses_refunds:
            self.taken[refund_reference] = -amount_minor
        return self._answer("refund", refund_reference)

    def _reach(self, call: str) -> None:
        if call in self.unreached:
            raise Unavailable("NETWORK")

    def _answer(self, call: str, reference: str) -> PaymentAnswer:
        if call in self.lost:
            raise Unavailable("NETWORK")
        if reference in self.reversed:
            return PaymentAnswer(state=PaymentState.REVERSED)
        state = PaymentState.PAID if reference in self.taken else PaymentState.REFUSED
        return PaymentAnswer(state=state, provider_reference=f"P-{reference[:8]}")
