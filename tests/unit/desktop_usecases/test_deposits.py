"""Paying at the till with what a member paid ahead: only what this till holds, line or no line."""

import pytest
from sqlalchemy import select

from desktop.store.session import Session
from shared.areas import REGISTRY, SCHEMA
from shared.core.errors import QutongError
from shared.journal.tables import journal
from shared.leases.queries import balance as leased
from shared.leases.rules import SUSPENSE, deposit_pool, pool_end
from shared.sales.documents import DepositTaken
from shared.sales.posting import review_deposits
from shared.sync.holding import gain_scopes
from tests.builders.documents import a_header
from tests.builders.one_house import House, balance
from tests.unit.desktop_usecases.conftest import Do

WATER = "010102"
DAY_US = 86_400_000_000


@pytest.fixture
def fang(house: House, clerk: Do) -> str:
    """A member who paid 500.00 ahead, of which a till is lent at most 300.00 for ten days."""
    house.local.change_scopes(lambda one: gain_scopes(one, SCHEMA, {"hq": 1}))
    member: str = clerk("member-new", name="王芳", phone="13800138000")["member_id"]
    house.do(
        "HQ.01", "hq-editor", "lease-pool", key=f"deposit:{member}", unit="CNY",
        added=50_000, portion=30_000, term_s=10 * 86_400,
    )  # fmt: skip
    return member


def refused(do: Do, command: str, **params: object) -> QutongError:
    with pytest.raises(QutongError) as why:
        do(command, **params)
    return why.value


def sell(do: Do, member: str, amount: str) -> str:
    """One bottle, so much of it from the deposit and the rest in cash."""
    receipt = do("sell", lines=[WATER], customer=member, tenders=[f"deposit={amount}", "cash=89"])
    return str(receipt["uid"])


def test_a_till_spends_what_it_was_lent_and_says_what_it_holds(
    house: House, fang: str, clerk: Do
) -> None:
    assert (
        refused(
            clerk, "sell", lines=[WATER], customer=fang, tenders=["deposit=10", "cash=88"]
        ).params["held"]
        == 0
    )
    clerk("lease-ask", customer=fang, wanted=40_000)
    (held,) = clerk("lease-held")
    assert (held["amount"], held["spendable"], held["left_s"] // 86_400) == (30_000, 30_000, 9)
    sell(clerk, fang, "12.50")
    assert clerk("lease-held")[0]["spendable"] == 28_750
    assert balance(house, "site/SH01/tender/deposit") == 1_250
    why = refused(
        clerk, "sell", lines=[f"4*{WATER}"], customer=fang, tenders=["deposit=300", "cash=56"]
    )
    assert (why.code, why.params) == ("LEASE_SHORT", {"wanted": 30_000, "held": 28_750})


def test_a_second_till_is_lent_the_rest_and_a_third_asks_in_vain(
    house: House, fang: str, clerk: Do
) -> None:
    clerk("lease-ask", customer=fang, wanted=30_000)
    for device, wanted in (("SH01.02", 30_000), ("SH01.03", 1)):
        house.do(device, "clerk-guanqian", "lease-ask", customer=fang, wanted=wanted)
    assert [one["amount"] for one in house.do("SH01.02", "clerk-guanqian", "lease-held")] == [
        20_000
    ]
    assert house.do("SH01.03", "clerk-guanqian", "lease-held") == []
    (pool,) = house.do("HQ.01", "hq-editor", "lease-pools")
    assert (pool["pool"], pool["free"]) == (deposit_pool(fang), 0)


def test_a_clock_that_is_set_back_extends_no_lease_and_what_is_over_goes_back(
    house: House, fang: str, clerk: Do
) -> None:
    clerk("lease-ask", customer=fang, wanted=30_000)
    clerk("lease-held")
    house.time.tick(11 * DAY_US)
    house.time.at_us -= 11 * DAY_US
    assert clerk("lease-held")[0]["spendable"] == 0
    assert (
        refused(clerk, "sell", lines=[WATER], customer=fang, tenders=["deposit=1", "cash=88"]).code
        == "LEASE_SHORT"
    )
    clerk("lease-tend")
    assert house.read(lambda one: leased(one, pool_end(deposit_pool(fang)))) == 50_000


def test_a_new_incarnation_gives_up_the_leases_of_the_former(
    house: House, fang: str, clerk: Do
) -> None:
    clerk("lease-ask", customer=fang, wanted=30_000)
    lease = clerk("lease-held")[0]["lease_id"]
    house.begin_incarnation("SH01.01", 2)
    assert clerk("lease-held")[0]["spendable"] == 0
    assert refused(clerk, "lease-return", lease=lease).code == "LEASE_NOT_HELD"
    assert (
        refused(clerk, "sell", lines=[WATER], customer=fang, tenders=["deposit=1", "cash=88"]).code
        == "LEASE_SHORT"
    )


def test_what_is_spent_after_the_write_off_is_told_and_leaves_the_pool_alone(
    house: House, fang: str, clerk: Do
) -> None:
    clerk("lease-ask", customer=fang, wanted=30_000)
    lease = clerk("lease-held")[0]["lease_id"]

    uid = sell(clerk, fang, "10")
    query = select(journal.c.stored).where(journal.c.uid == uid)
    again = REGISTRY.decode(house.read(lambda one: one.execute(query).scalar_one())).body

    def offline(session: Session) -> None:
        """The till knows nothing of the write-off: it spends what it held before."""
        session.append(again)

    house.do("HQ.01", "hq-editor", "lease-write-off", lease=lease, reason="till burnt")
    house.sit_at("SH01.01")
    house.write(offline)
    (found,) = [one for one in clerk("leases") if one["lease_id"] == lease]
    assert (found["state"], found["rest"], found["doubled"]) == ("written_off", 0, 0)
    assert house.read(lambda one: leased(one, pool_end(deposit_pool(fang)))) == 20_000
    codes = [task["code"] for task in house.do("HQ.01", "hq-editor", "tasks")]
    assert "LEASE_SPENT_LATE" in codes
    assert house.read(lambda one: leased(one, SUSPENSE)) == 0


def test_the_end_of_a_shift_gives_deposits_back(house: House, fang: str, clerk: Do) -> None:
    clerk("shift-open", float="100")
    clerk("lease-ask", customer=fang, wanted=30_000)
    sell(clerk, fang, "10")
    assert clerk("lease-held")
    clerk("shift-count", cash=["100=1", "50=1", "20=1", "5=1", "1=4"])
    clerk("shift-close")
    assert clerk("lease-held") == []
    assert house.read(lambda one: leased(one, pool_end(deposit_pool(fang)))) == 49_000


def test_what_a_till_takes_ahead_is_in_the_pool_in_the_shift_and_spent_at_another_till(
    house: House, clerk: Do
) -> None:
    house.local.change_scopes(lambda one: gain_scopes(one, SCHEMA, {"hq": 1}))
    member = clerk("member-new", name="王芳", phone="13800138000")["member_id"]
    clerk("shift-open", float="100")
    paper = clerk("deposit-take", customer=member, amount="300")
    assert paper["number"].startswith("YC-SH01-01A-")
    assert (paper["customer"], paper["amount_minor"]) == ("王芳", 30_000)
    clerk("deposit-take", customer=member, amount="50", tender="card", reference="8812")
    assert refused(clerk, "deposit-take", customer=member, amount="0").code == (
        "AMOUNT_NOT_POSITIVE"
    )
    assert refused(clerk, "deposit-take", customer="nobody", amount="1").code == "CUSTOMER_UNKNOWN"
    assert refused(clerk, "deposit-take", customer=member, amount="1", tender="points").code == (
        "TENDER_NOT_ALLOWED"
    )
    report = clerk("shift-count", cash=["100=4"])
    assert report["difference_minor"] == 0, "the drawer holds float and deposit"
    closed = clerk("shift-close")
    assert ["cash", "deposit", 30_000] in [list(one) for one in closed["moves"]]
    assert ["card", "deposit", 5_000] in [list(one) for one in closed["moves"]]
    assert closed["sales_minor"] == 0, "nothing was sold"
    other = ("SH01.02", "clerk-guanqian")
    house.do(*other, "lease-ask", customer=member, wanted=50_000)
    (held,) = house.do(*other, "lease-held")
    assert (held["amount"], held["unit"]) == (35_000, "CNY")
    house.do(*other, "sell", lines=[WATER], customer=member, tenders=["deposit=89"])
    assert balance(house, "site/SH01/tender/deposit") == -35_000 + 8_900


def test_a_deposit_head_office_looks_at_again_is_not_pooled_again(house: House, clerk: Do) -> None:
    house.local.change_scopes(lambda one: gain_scopes(one, SCHEMA, {"hq": 1}))
    member = clerk("member-new", name="王芳", phone="13800138000")["member_id"]
    clerk("deposit-take", customer=member, amount="300")
    (pool,) = house.do("HQ.01", "hq-editor", "lease-pools")
    taken = DepositTaken(customer_id=member, currency="CNY", tender="cash", amount_minor=30_000)
    header = a_header()
    assert house.read(lambda one: list(review_deposits(one, [(header, taken)], 0))) == []
    assert (pool["pool"], pool["free"]) == (deposit_pool(member), 30_000)
