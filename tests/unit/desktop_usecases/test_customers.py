"""A site's own customers: taken up once, found by what people say, owing since a day."""

import pytest

from desktop.accounts.usecases import KEPT_CUSTOMERS
from desktop.app.dealer import parties
from desktop.sales.model.invoice import InvoiceModel
from desktop.sales.usecases.invoicing import Customer, customers
from desktop.sales.usecases.showing import sale_paper
from desktop.store.settings import put_setting
from shared.accounts.rules import own_customer_id
from shared.core.errors import AccessDenied, QutongError
from shared.reporting.queries.finding import find_people
from shared.sales.queries import owed_since
from tests.builders.dealer_days import CREAM, east, stocked
from tests.builders.one_house import House, balance
from tests.builders.plain_desk import sit

NAME = "王记杂货"
DAY_US = 86_400_000_000


def everybody(house: House) -> dict[str, Customer]:
    found = house.read(lambda one: customers(one, "DL01", "CNY"))
    return {one.customer_id: one for one in found}


def model_at(house: House) -> InvoiceModel:
    model = InvoiceModel(sit(house, "dealer-east", "DL01.01", device_type="dealer"), "DL01", "CNY")
    model.start()
    return model


@pytest.mark.parametrize("text", ["W-7", "w-7", "记杂", "wjzh", "WJ", "1111", "13800001111", ""])
def test_a_customer_is_found_by_code_name_pinyin_or_the_end_of_the_phone(
    house: House, text: str
) -> None:
    made = east(house, "customer-new", name=NAME, code="W-7", phone="13800001111")
    assert [one["customer_id"] for one in east(house, "own-customers", text=text)] == [
        made["customer_id"]
    ]
    assert east(house, "own-customers", text="没有这家") == []


def test_a_customer_is_found_from_everywhere_and_named_on_papers(house: House) -> None:
    stocked(house)
    made = east(house, "customer-new", name=NAME, phone="13800001111")
    sold = east(house, "sell-invoice", customer=NAME, lines=[CREAM])
    (found,) = house.read(lambda one: find_people(one, "王记"))
    assert (found.kind, found.id, found.hint) == ("customer", made["customer_id"], "13800001111")
    assert house.read(lambda one: sale_paper(one, sold["uid"])).member == NAME


def test_the_id_is_made_of_the_name_and_holds_none_of_it(house: House) -> None:
    made = east(house, "customer-new", name=f" {NAME}  ")
    assert made["customer_id"] == own_customer_id("DL01", NAME) != own_customer_id("DL02", NAME)
    assert made["customer_id"][0] == "K"
    assert made["customer_id"][1:].isdigit()
    assert made["code"] == made["customer_id"][-6:]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"name": " "}, "CUSTOMER_NAME_MISSING"),
        ({"name": NAME}, "CUSTOMER_EXISTS"),
        ({"name": "别家", "code": "w1"}, "CUSTOMER_EXISTS"),
        ({"name": "别家", "code": "a/b"}, "CUSTOMER_BAD"),
        ({"name": "别家", "terms_days": 400}, "TERMS_BAD"),
        ({"name": "别家", "level": "NONE"}, "LEVEL_UNKNOWN"),
        ({"name": "长" * 61}, "TEXT_TOO_LONG"),
    ],
)
def test_what_cannot_be_a_customer_is_refused(
    house: House, said: dict[str, object], code: str
) -> None:
    east(house, "customer-new", name=NAME, code="W1")
    with pytest.raises(QutongError) as why:
        east(house, "customer-new", **said)
    assert why.value.code == code
    assert len(east(house, "own-customers")) == 1


def test_head_office_takes_up_no_customers_of_a_shop(house: House) -> None:
    with pytest.raises(AccessDenied):
        house.do("DL01.01", "hq-editor", "customer-new", name=NAME)


def test_an_invoice_by_name_is_owed_under_the_id_and_keeps_it_when_the_name_changes(
    house: House,
) -> None:
    stocked(house)
    made = east(house, "customer-new", name=NAME, terms_days=30)
    owed = f"site/DL01/receivable/{made['customer_id']}"
    east(house, "sell-invoice", customer=NAME, lines=[CREAM])
    assert balance(house, owed) > 0
    east(house, "customer-change", customer=NAME, name="王记百货")
    east(house, "sell-invoice", customer="王记百货", lines=[CREAM])
    assert east(house, "open-invoices", customer=made["code"])["owed_minor"] == balance(house, owed)
    one = everybody(house)[made["customer_id"]]
    assert (one.name, one.open_count, one.terms_days) == ("王记百货", 2, 30)
    east(house, "collect", customer="王记百货", amount=f"{balance(house, owed) / 100:.2f}")
    assert everybody(house)[made["customer_id"]].owed_since_us == 0


def test_the_level_of_the_customer_prices_the_invoice(house: House) -> None:
    stocked(house)
    level = next(one.level_id for one in everybody(house).values() if one.level_id)
    east(house, "customer-new", name=NAME, level=level)
    known = east(house, "sell-invoice", customer=NAME, lines=[CREAM])
    said = east(house, "sell-invoice", customer="谁也不是", level=level, lines=[CREAM])
    assert known["total"] == said["total"]


def test_what_is_owed_is_overdue_when_the_oldest_invoice_is_past_its_terms(house: House) -> None:
    stocked(house)
    made = east(house, "customer-new", name=NAME, terms_days=7)
    east(house, "sell-invoice", customer=NAME, lines=[CREAM])
    since = house.read(lambda one: owed_since(one, "DL01", [made["customer_id"]]))
    number, oldest = since[made["customer_id"]]
    assert number == 1
    one = everybody(house)[made["customer_id"]]
    assert not one.is_overdue(oldest + 7 * DAY_US)
    assert one.is_overdue(oldest + 7 * DAY_US + 1)
    (party,) = [
        one
        for one in house.read(lambda found: parties(found, "DL01", "CNY"))
        if one.party_id == made["customer_id"]
    ]
    assert (party.name, party.code, party.open_count) == (NAME, made["code"], 1)
    assert party.due_us == oldest + 7 * DAY_US


def test_who_is_no_longer_served_is_not_offered_but_their_debt_keeps_their_name(
    house: House,
) -> None:
    stocked(house)
    for name in (NAME, "李记"):
        east(house, "customer-new", name=name)
    east(house, "sell-invoice", customer=NAME, lines=[CREAM])
    for name in (NAME, "李记"):
        east(house, "customer-change", customer=name, is_active=False)
    names = [one.name for one in everybody(house).values()]
    assert NAME in names
    assert "李记" not in names
    again = east(house, "customer-new", name="李记", phone="12345678")
    assert again["is_active"]


def test_customers_kept_by_an_earlier_program_become_documents_when_invoices_are_opened(
    house: House,
) -> None:
    house.sit_at("DL01.01", device_type="dealer")
    kept = '{"name":"老主顾","phone":"13800003333"}'
    house.write(lambda one: put_setting(one.connection, KEPT_CUSTOMERS + "老主顾", kept))
    model = model_at(house)
    (found,) = model.find_customers("3333")
    assert (found.customer_id, found.is_own) == ("老主顾", True)
    assert [one["name"] for one in east(house, "own-customers")] == ["老主顾"]


def test_a_name_somebody_gave_up_may_be_anothers(house: House) -> None:
    first = east(house, "customer-new", name=NAME)
    east(house, "customer-change", customer=NAME, name="王记百货")
    second = east(house, "customer-new", name=NAME)
    assert first["customer_id"] != second["customer_id"]
    assert {one["name"] for one in east(house, "own-customers")} == {NAME, "王记百货"}


def test_a_debt_under_a_name_stays_with_who_is_taken_up_by_it(house: House) -> None:
    stocked(house)
    east(house, "sell-invoice", customer=NAME, lines=[CREAM])
    made = east(house, "customer-new", name=NAME)
    assert made["customer_id"] == NAME
    assert everybody(house)[NAME].owed_minor > 0


def test_at_the_screen_a_customer_brings_their_salesperson_and_a_change_of_level_the_prices(
    house: House,
) -> None:
    model = model_at(house)
    person = model.people[-1][0]
    model.new_customer(NAME, "", "", salesperson_id=person, terms_days=15)
    assert model.customer is not None
    assert (model.invoice.salesperson_id, model.customer.terms_days) == (person, 15)
    level = next(one for one in model.levels if one != model.customer.level_id)
    model.change_customer(model.customer.customer_id, NAME, "13800001111", level)
    assert model.invoice.level_id == level
    assert model.customer.phone == "13800001111"
