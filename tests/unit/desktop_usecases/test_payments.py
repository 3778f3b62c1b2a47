"""付款码: a payment ends as paid or as reversed, never both, whatever answer is lost."""

import itertools
from dataclasses import replace

import pytest

from desktop.sales.usecases.paying import Given
from desktop.sales.usecases.payment_refunds import look_at_refunds, open_refunds, refund_sale
from desktop.sales.usecases.payments import (
    PaymentAsk,
    PaymentState,
    begin_payment,
    give_up_payment,
    look_again,
    open_payments,
    refund_payment,
)
from desktop.sales.usecases.returning import return_goods
from desktop.sales.usecases.selling import BasketLine, sell
from shared.accounts.rules import Tender
from shared.core.errors import QutongError
from shared.sales.rules import wallet_of
from tests.builders.one_house import House, balance
from tests.fakes.payments import FakeProvider

WATER = BasketLine(product_id="010102", qty_micro=1_000_000)
CODE = "134567890123456789"


def code_of(call: object, *args: object, **params: object) -> str:
    with pytest.raises(QutongError) as why:
        call(*args, **params)  # type: ignore[operator]
    return why.value.code


@pytest.fixture
def till(house: House) -> House:
    house.sit_at("SH01.01")
    house.author_id = "clerk-guanqian"
    return house


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.mark.parametrize(
    ("code", "wallet"),
    [
        (CODE, "wechat"),
        ("2812345678901234", "alipay"),
        ("301234567890123456789012", "alipay"),
        ("164567890123456789", ""),
        ("2000101010005", ""),
        ("13456789012345678", ""),
    ],
)
def test_a_scan_tells_whose_code_it_is(code: str, wallet: str) -> None:
    assert wallet_of(code) == wallet


def test_without_a_provider_there_is_no_payment(till: House) -> None:
    assert code_of(begin_payment, till, None, 8_900, CODE) == "TENDER_NEEDS_PROVIDER"
    assert code_of(refund_payment, till, None, "x", 8_900) == "TENDER_NEEDS_PROVIDER"


def test_a_paid_code_pays_one_sale(till: House, provider: FakeProvider) -> None:
    paid = begin_payment(till, provider, 8_900, CODE)
    assert paid.state is PaymentState.PAID
    till.write(sell, [WATER], [paid.given])
    assert balance(till, "site/SH01/tender/payment_code") == 8_900
    assert code_of(till.write, sell, [WATER], [paid.given]) == "PAYMENT_NOT_PAID"
    assert till.read(open_payments) == []


def test_a_payment_that_is_not_paid_pays_nothing(till: House, provider: FakeProvider) -> None:
    provider.refuses = True
    refused = begin_payment(till, provider, 8_900, CODE)
    assert refused.state is PaymentState.REFUSED
    assert code_of(till.write, sell, [WATER], [refused.given]) == "PAYMENT_NOT_PAID"
    assert code_of(begin_payment, till, provider, 8_900, "2000101010005") == (
        "PAYMENT_CODE_UNREADABLE"
    )
    assert code_of(begin_payment, till, provider, 0, CODE) == "AMOUNT_NOT_POSITIVE"


def test_a_lost_answer_is_asked_for_again(till: House, provider: FakeProvider) -> None:
    provider.lost = {"start"}
    assert begin_payment(till, provider, 8_900, CODE).state is PaymentState.PAID
    provider.lost = {"start", "query"}
    doubtful = begin_payment(till, provider, 8_900, CODE)
    assert doubtful.state is PaymentState.WAITING
    assert code_of(till.write, sell, [WATER], [doubtful.given]) == "PAYMENT_NOT_PAID"
    provider.lost = set()
    assert look_again(till, provider, doubtful.reference).state is PaymentState.PAID


@pytest.mark.parametrize("too_late", [False, True])
@pytest.mark.parametrize(
    "lost",
    [set(n) for k in range(4) for n in itertools.combinations(("start", "query", "cancel"), k)],
)
def test_a_payment_ends_as_paid_or_reversed_never_both(
    till: House, provider: FakeProvider, lost: set[str], too_late: bool
) -> None:
    provider.lost, provider.too_late_to_cancel = lost, too_late
    begun = begin_payment(till, provider, 8_900, CODE)
    provider.lost = lost - {"start"}
    given_up = give_up_payment(till, provider, begun.reference)
    assert given_up.state is PaymentState.WAITING or (
        (given_up.state is PaymentState.PAID) == (begun.reference in provider.taken)
    )
    provider.lost = set()
    ended = look_again(till, provider, begun.reference)
    assert ended.state is (PaymentState.PAID if too_late else PaymentState.REVERSED)
    assert (ended.state is PaymentState.PAID) == (begun.reference in provider.taken)


def test_a_request_that_never_arrived_cannot_be_taken_later(
    till: House, provider: FakeProvider
) -> None:
    provider.unreached = {"start"}
    lost = begin_payment(till, provider, 8_900, CODE)
    assert lost.state is PaymentState.REVERSED
    provider.unreached = set()
    late = PaymentAsk(
        reference=lost.reference, amount_minor=8_900, currency="CNY", wallet="wechat", code=CODE
    )
    assert provider.start(late).state is PaymentState.REVERSED
    assert provider.taken == {}


def test_a_lost_refund_is_one_refund(till: House, provider: FakeProvider) -> None:
    paid = begin_payment(till, provider, 8_900, CODE)
    till.write(sell, [WATER], [paid.given])
    provider.unreached = {"refund", "query"}
    doubtful = refund_payment(till, provider, paid.reference, 8_900)
    assert doubtful.state is PaymentState.WAITING
    assert doubtful.reference in {one.reference for one in till.read(open_payments)}
    assert code_of(refund_payment, till, provider, paid.reference, 8_900) == "REFUND_TOO_LARGE"
    provider.unreached = set()
    assert look_again(till, provider, doubtful.reference).state is PaymentState.PAID
    assert sum(provider.taken.values()) == 0


def test_a_payment_in_a_sale_goes_back_by_a_return_only(
    till: House, provider: FakeProvider
) -> None:
    paid = begin_payment(till, provider, 8_900, CODE)
    sold = till.write(sell, [WATER], [paid.given]).value
    assert code_of(give_up_payment, till, provider, paid.reference) == "PAYMENT_USED"
    assert code_of(till.write, return_goods, sold.uid, reason="x") == "TENDER_NEEDS_PROVIDER"
    assert code_of(refund_payment, till, provider, paid.reference, 9_000) == "REFUND_TOO_LARGE"
    back = refund_payment(till, provider, paid.reference, 8_900)
    till.write(return_goods, sold.uid, None, [back.given], reason="x")
    assert balance(till, "site/SH01/tender/payment_code") == 0
    assert sum(provider.taken.values()) == 0
    assert code_of(refund_payment, till, provider, paid.reference, 1) == "REFUND_TOO_LARGE"


def test_a_refund_in_doubt_is_taken_up_by_the_same_return_and_never_made_twice(
    till: House, provider: FakeProvider
) -> None:
    paid = begin_payment(till, provider, 17_800, CODE)
    sold = till.write(sell, [replace(WATER, qty_micro=2_000_000)], [paid.given]).value
    provider.lost = {"refund", "query"}
    (doubtful,) = refund_sale(till, provider, sold.uid, 8_900)
    assert doubtful.state is PaymentState.WAITING
    half = {1: 1_000_000}
    cash = [Given(tender=Tender.CASH, amount_minor=-8_900)]
    why = code_of(till.write, return_goods, sold.uid, half, cash, reason="x")
    assert why == "REFUND_UNDER_WAY", "cash on top would be a second refund"
    assert look_at_refunds(till, provider) == 1
    provider.lost = set()
    assert look_at_refunds(till, provider) == 0
    (again,) = refund_sale(till, provider, sold.uid, 8_900)
    assert (again.reference, again.state) == (doubtful.reference, PaymentState.PAID)
    till.write(return_goods, sold.uid, half, [again.given], reason="x")
    assert till.read(lambda one: open_refunds(one, sold.uid)) == []
    (rest,) = refund_sale(till, provider, sold.uid, 8_900)
    till.write(return_goods, sold.uid, half, [rest.given], reason="x")
    assert sum(provider.taken.values()) == 0
    assert balance(till, "site/SH01/tender/payment_code") == 0


def test_what_went_back_already_bounds_a_smaller_return_and_a_refused_refund_says_so(
    till: House, provider: FakeProvider
) -> None:
    paid = begin_payment(till, provider, 17_800, CODE)
    sold = till.write(sell, [replace(WATER, qty_micro=2_000_000)], [paid.given]).value
    provider.refuses_refunds = True
    assert code_of(refund_sale, till, provider, sold.uid, 8_900) == "REFUND_REFUSED"
    provider.refuses_refunds = False
    refund_sale(till, provider, sold.uid, 17_800)
    assert code_of(refund_sale, till, provider, sold.uid, 8_900) == "REFUND_UNDER_WAY"
    plain = till.write(sell, [WATER]).value
    assert code_of(refund_sale, till, provider, plain.uid, 8_900) == "PAYMENT_ELSEWHERE"
