"""Guarantees (保证金): a book of their own, paid back when two others stand for it (M03)."""

from collections.abc import Iterator

import pytest

from desktop.accounts.model.statement import Whose, statement_of
from desktop.app.dealer import documents, office_parties
from shared.accounts.documents import AccountPayment, GuaranteeRefunded
from shared.accounts.queries import balance_minor
from shared.accounts.rules import deposit, guarantee, receivable
from shared.areas import REGISTRY, SCHEMA
from shared.core.errors import QutongError
from shared.tasks.documents import TaskOpened
from tests.builders.dealer_days import CREAM, east, office
from tests.builders.office import Office
from tests.builders.one_house import House, a_house

ACCOUNT = "P1001-FX"
TWO = {"approver": "hq-approver", "second_approver": "hq-editor"}


@pytest.fixture
def house() -> Iterator[House]:
    opened: House = a_house()
    yield opened
    opened.close()


def paid(house: House, amount: str, purpose: str) -> None:
    office(house, "account-payment", account=ACCOUNT, amount=amount, purpose=purpose)


def held(house: House) -> int:
    return -house.read(lambda one: balance_minor(one, guarantee(ACCOUNT), "CNY"))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"approver": ""}, "APPROVAL_MISSING"),
        ({"second_approver": ""}, "APPROVAL_MISSING"),
        ({"second_approver": "hq-approver"}, "TWO_APPROVERS_NEEDED"),
        ({"second_approver": "hq-sales-east"}, "SECOND_PERSON_NEEDED"),
        ({"second_approver": "dealer-east"}, "APPROVER_MAY_NOT"),
        ({"amount": "5000.01"}, "GUARANTEE_TOO_LITTLE"),
        ({"amount": "0"}, "AMOUNT_NOT_POSITIVE"),
        ({"reason": " "}, "REASON_MISSING"),
    ],
)
def test_a_guarantee_goes_back_only_when_two_others_stand_for_it(
    house: House, said: dict[str, str], code: str
) -> None:
    paid(house, "5000", "guarantee")
    wanted = {"account": ACCOUNT, "amount": "5000", "reason": "合作结束", **TWO, **said}
    with pytest.raises(QutongError) as why:
        office(house, "guarantee-refund", **wanted)
    assert why.value.code == code
    assert held(house) == 500_000


def test_a_guarantee_pays_no_order_and_its_statement_adds_up_to_the_cent(house: House) -> None:
    paid(house, "5000.01", "guarantee")
    paid(house, "300", "deposit")
    with pytest.raises(QutongError) as why:
        east(house, "order-submit", lines=[{"code": CREAM, "qty": "10"}], deposit="300.01")
    assert why.value.code == "TENDER_TOO_LITTLE"
    office(house, "guarantee-refund", account=ACCOUNT, amount="1234.56", reason="减额", **TWO)
    office(house, "guarantee-refund", account=ACCOUNT, amount="0.45", reason="尾数", **TWO)
    (book,) = (
        one
        for one in house.read(lambda one: office_parties(one, "hq-sales-east"))
        if one.whose is Whose.GUARANTEE
    )
    assert book.balance_minor == held(house) == 376_500
    opening, rows = house.read(
        lambda one: statement_of(one, book, "2025-01-01", "2026-12-31", documents)
    )
    assert opening == 0
    assert [(one.charged_minor, one.paid_minor, one.balance_minor) for one in rows] == [
        (500_001, 0, 500_001),
        (0, 123_456, 376_545),
        (0, 45, 376_500),
    ]
    assert all(one.number for one in rows)
    assert house.read(lambda one: balance_minor(one, deposit(ACCOUNT), "CNY")) == -30_000
    assert house.read(lambda one: balance_minor(one, receivable(ACCOUNT), "CNY")) == 0


def test_head_office_opens_tasks_for_refunds_nobody_stood_for_and_for_too_much() -> None:
    opened = Office.of(REGISTRY, SCHEMA)
    opened.found_house()
    said = {"account_id": "D1", "currency": "CNY"}
    top_up = AccountPayment(**said, amount_minor=10_000, purpose="guarantee")
    opened.write(1, top_up, site_id="", author_id="finance")
    alone = GuaranteeRefunded(**said, amount_minor=10_001, reason="x", second_approver_id="finance")
    answers = opened.write(2, alone, site_id="", author_id="finance")
    codes = [one.code for one in answers if isinstance(one, TaskOpened)]
    opened.close()
    assert codes == ["GUARANTEE_NOT_APPROVED", "GUARANTEE_BELOW_ZERO"]
