"""付款码: taking the customer's payment code online through a provider, never simulated (I08).

A payment is written down before the provider is asked. When an answer is lost it is asked for
again, and given up only by cancelling at the provider: it ends as paid or as reversed, never both.
Without a provider there is no payment, and the tender stays refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, Connection, Row, select, update

from desktop.access.usecases import require
from desktop.channel.usecases import place_of
from desktop.sales.usecases.paying import Given
from desktop.store.session import Session
from desktop.store.tables import payment
from desktop.store.writer import Store
from shared.accounts.rules import Tender
from shared.core.errors import RuleViolation, Unavailable
from shared.core.ids import uid_text
from shared.sales.rules import wallet_of
from shared.sync.statements import upsert


class PaymentState(StrEnum):
    """Where a payment stands; ``waiting`` is everything that is not known for sure."""

    WAITING = "waiting"
    PAID = "paid"
    REFUSED = "refused"
    REVERSED = "reversed"


FINAL: Final = frozenset({PaymentState.PAID, PaymentState.REFUSED, PaymentState.REVERSED})
STANDING: Final = (PaymentState.WAITING.value, PaymentState.PAID.value)
"""Money that is out, or may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAsk:
    """What a provider is asked for, under a ``reference`` of ours that never changes."""

    reference: str
    amount_minor: int
    currency: str
    wallet: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAnswer:
    """What a provider says of a payment or of a refund."""

    state: PaymentState
    provider_reference: str = ""


class PaymentProvider(Protocol):
    """The port to a payment provider. Each call raises Unavailable when its outcome is unknown."""

    name: str

    def start(self, ask: PaymentAsk) -> PaymentAnswer:
        """Take the amount from the customer's code; the same reference twice is one payment."""

    def query(self, reference: str) -> PaymentAnswer:
        """What became of a payment or refund; one it never heard of is ``refused``."""

    def cancel(self, reference: str) -> PaymentAnswer:
        """Reverse a payment whatever became of it: ``reversed``, or ``paid`` when it is too
        late for that."""

    def refund(self, reference: str, refund_reference: str, amount_minor: int) -> PaymentAnswer:
        """Give a part of a payment back; the same refund reference twice is one refund."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment, or a refund (``amount_minor`` negative), as this device knows it."""

    reference: str
    provider: str
    wallet: str
    currency: str
    amount_minor: int
    state: PaymentState
    refund_of: str
    is_used: bool
    """It stands in a sale."""

    @property
    def given(self) -> Given:
        """As a tender of ``sell`` or ``return_goods``."""
        return Given(
            tender=Tender.PAYMENT_CODE, amount_minor=self.amount_minor, reference=self.reference
        )


def begin_payment(
    store: Store, provider: PaymentProvider | None, amount_minor: int, code: str
) -> Payment:
    """Ask the provider for the amount; ``waiting`` is looked after with ``look_again``.

    Raises: RuleViolation TENDER_NEEDS_PROVIDER, PAYMENT_CODE_UNREADABLE, AMOUNT_NOT_POSITIVE;
    AccessDenied NOT_PERMITTED.
    """
    if provider is None:
        raise RuleViolation("TENDER_NEEDS_PROVIDER", tender=Tender.PAYMENT_CODE.value)
    ask = store.write(_begin, provider.name, amount_minor, code.strip()).value
    try:
        answer = provider.start(ask)
    except Unavailable:
        return look_again(store, provider, ask.reference)
    return store.write(_note, ask.reference, answer).value


def look_again(store: Store, provider: PaymentProvider, reference: str) -> Payment:
    """Ask what became of a payment or refund; it stays ``waiting`` while nobody can tell.

    Raises: RuleViolation PAYMENT_UNKNOWN.
    """
    known = store.read(lambda connection: payment_of(connection, reference))
    if known.state in FINAL:
        return known
    try:
        answer = provider.query(reference)
        if answer.state is PaymentState.REFUSED:
            answer = _settle_unheard(provider, known)
    except Unavailable:
        return known
    return store.write(_note, reference, answer).value


def _settle_unheard(provider: PaymentProvider, known: Payment) -> PaymentAnswer:
    """What the provider has not heard of may still be on its way: a payment is cancelled, so that
    it cannot be taken later; a refund is asked for again, which is the same refund."""
    if known.refund_of:
        return provider.refund(known.refund_of, known.reference, -known.amount_minor)
    return provider.cancel(known.reference)


def give_up_payment(store: Store, provider: PaymentProvider, reference: str) -> Payment:
    """Reverse a payment nobody wants any more; ``paid`` when it was too late, and ``waiting``
    when the provider cannot be reached: then it is tried again later.

    Raises: RuleViolation PAYMENT_UNKNOWN, PAYMENT_USED.
    """
    known = store.write(_doubt, reference).value
    if known.state in FINAL:
        return known
    try:
        answer = provider.cancel(reference)
    except Unavailable:
        return look_again(store, provider, reference)
    return store.write(_note, reference, answer).value


def refund_payment(
    store: Store, provider: PaymentProvider | None, reference: str, amount_minor: int
) -> Payment:
    """Give back a part of a payment that stands in a sale; the refund goes into the return.

    Raises: RuleViolation TENDER_NEEDS_PROVIDER, PAYMENT_UNKNOWN, PAYMENT_NOT_PAID,
    REFUND_TOO_LARGE, AMOUNT_NOT_POSITIVE; AccessDenied NOT_PERMITTED.
    """
    if provider is None:
        raise RuleViolation("TENDER_NEEDS_PROVIDER", tender=Tender.PAYMENT_CODE.value)
    made = store.write(_begin_refund, provider.name, reference, amount_minor).value
    try:
        answer = provider.refund(reference, made.reference, amount_minor)
    except Unavailable:
        return look_again(store, provider, made.reference)
    return store.write(_note, made.reference, answer).value


def payment_of(connection: Connection, reference: str) -> Payment:
    """A payment of this device. Raises: RuleViolation PAYMENT_UNKNOWN."""
    statement = select(payment).where(payment.c.reference == reference)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise RuleViolation("PAYMENT_UNKNOWN")
    return _view(row)


def open_payments(connection: Connection) -> list[Payment]:
    """Payments that somebody has to look after: in doubt, or paid and in no sale; oldest first."""
    c = payment.c
    return payments_where(connection, c.state.in_(STANDING), c.is_used == 0)


def payments_where(connection: Connection, *wanted: ColumnElement[bool]) -> list[Payment]:
    """Payments and refunds of this device that meet conditions, oldest first."""
    statement = select(payment).where(*wanted).order_by(payment.c.begun_at_us)
    return [_view(row) for row in connection.execute(statement)]


def last_payments(connection: Connection, *, limit: int = 60) -> list[tuple[Payment, int]]:
    """The last payments and refunds of this device and when each was begun, the latest first."""
    newest = select(payment).order_by(payment.c.begun_at_us.desc(), payment.c.reference)
    rows = connection.execute(newest.limit(limit))
    return [(_view(row), int(row.begun_at_us)) for row in rows]


def give_back(store: Store, provider: PaymentProvider, reference: str) -> Payment:
    """Money that stands in no sale goes back: cancelled, or refunded when it is too late for that.

    Raises: RuleViolation PAYMENT_UNKNOWN, PAYMENT_USED, REFUND_TOO_LARGE; AccessDenied
    NOT_PERMITTED.
    """
    found = give_up_payment(store, provider, reference)
    if found.state is PaymentState.PAID:
        return refund_payment(store, provider, reference, found.amount_minor)
    return found


def use_payments(session: Session, given: Sequence[Given]) -> None:
    """The payments among what is handed over stand in one sale, and are what they say.

    Raises: RuleViolation TENDER_NEEDS_PROVIDER, PAYMENT_NOT_PAID.
    """
    c = payment.c
    for one in given:
        if one.tender is not Tender.PAYMENT_CODE:
            continue
        row = session.connection.execute(
            select(payment).where(c.reference == one.reference)
        ).one_or_none()
        if row is None:
            raise RuleViolation("TENDER_NEEDS_PROVIDER", tender=one.tender.value)
        is_good = row.state == PaymentState.PAID and row.amount_minor == one.amount_minor
        if not is_good or row.is_used:
            raise RuleViolation("PAYMENT_NOT_PAID")
        session.connection.execute(
            update(payment).where(c.reference == one.reference).values(is_used=1)
        )
        session.touch(payment.name, one.reference)


def _begin(session: Session, provider: str, amount_minor: int, code: str) -> PaymentAsk:
    place = place_of(session)
    require(session, "sale.make")
    wallet = wallet_of(code)
    if not wallet:
        raise RuleViolation("PAYMENT_CODE_UNREADABLE")
    if amount_minor <= 0:
        raise RuleViolation("AMOUNT_NOT_POSITIVE", amount=amount_minor)
    made = _write_down(session, provider, wallet, place.currency, amount_minor)
    return PaymentAsk(
        reference=made.reference,
        amount_minor=amount_minor,
        currency=place.currency,
        wallet=wallet,
        code=code,
    )


def _begin_refund(session: Session, provider: str, reference: str, amount_minor: int) -> Payment:
    require(session, "sale.return")
    if amount_minor <= 0:
        raise RuleViolation("AMOUNT_NOT_POSITIVE", amount=amount_minor)
    was = payment_of(session.connection, reference)
    if was.state is not PaymentState.PAID:
        raise RuleViolation("PAYMENT_NOT_PAID")
    c = payment.c
    refunds = session.connection.execute(
        select(c.amount_minor).where(
            c.refund_of == reference,
            c.state.in_(STANDING),
        )
    ).scalars()
    if amount_minor > was.amount_minor + sum(refunds):
        raise RuleViolation("REFUND_TOO_LARGE", amount=amount_minor)
    return _write_down(session, provider, was.wallet, was.currency, -amount_minor, reference)


def _write_down(
    session: Session,
    provider: str,
    wallet: str,
    currency: str,
    amount_minor: int,
    refund_of: str = "",
) -> Payment:
    reference = uid_text(session.new_uid())
    row = {
        "reference": reference,
        "provider": provider,
        "wallet": wallet,
        "currency": currency,
        "amount_minor": amount_minor,
        "state": PaymentState.WAITING.value,
        "provider_reference": "",
        "refund_of": refund_of,
        "is_used": 0,
        "begun_at_us": session.now_us,
    }
    upsert(session.connection, payment, ("reference",), [row])
    session.touch(payment.name, reference)
    return payment_of(session.connection, reference)


def _doubt(session: Session, reference: str) -> Payment:
    """Before a paid payment is cancelled it counts as paid no more, until the provider says so:
    were the answer lost, it would pay for a sale with money that went back."""
    known = payment_of(session.connection, reference)
    if known.is_used:
        raise RuleViolation("PAYMENT_USED")
    if known.state is PaymentState.PAID:
        session.connection.execute(
            update(payment)
            .where(payment.c.reference == reference)
            .values(state=PaymentState.WAITING.value)
        )
    return payment_of(session.connection, reference)


def _note(session: Session, reference: str, answer: PaymentAnswer) -> Payment:
    """What was answered; what is settled stays."""
    known = payment_of(session.connection, reference)
    if known.state in FINAL:
        return known
    session.connection.execute(
        update(payment)
        .where(payment.c.reference == reference)
        .values(state=answer.state.value, provider_reference=answer.provider_reference)
    )
    session.touch(payment.name, reference)
    return payment_of(session.connection, reference)


def _view(row: Row[Any]) -> Payment:
    return Payment(
        reference=row.reference,
        provider=row.provider,
        wallet=row.wallet,
        currency=row.currency,
        amount_minor=row.amount_minor,
        state=PaymentState(row.state),
        refund_of=row.refund_of,
        is_used=bool(row.is_used),
    )
