"""Points and coupons as tenders: earned offline, spent once, given back by rule (I07, D11)."""

from typing import Any

import pytest

from shared.areas import SCHEMA
from shared.core.errors import QutongError
from shared.core.rounding import MICRO
from shared.leases.queries import balance as leased
from shared.leases.rules import coupon_pool, points_pool, pool_end
from shared.sales.documents import Sale, SaleLine, TenderLine
from shared.sync.holding import gain_scopes
from shared.vouchers.documents import CouponMade, CouponsIssued, CouponUse, OfferAnswered
from shared.vouchers.posting.offering import respond_batch
from shared.vouchers.queries.points import points_balance
from shared.vouchers.rules import coupon_id
from tests.builders.documents import a_header
from tests.builders.one_house import House, balance
from tests.unit.desktop_usecases.conftest import Do

TONER = "010201"  # 119.00
UNTIL = "2030-01-01T00:00:00+08:00"


def head_office(house: House, command: str, /, **params: Any) -> Any:
    return house.do("HQ.01", "hq-editor", command, **params)


def refused(do: Do, command: str, **params: object) -> QutongError:
    with pytest.raises(QutongError) as why:
        do(command, **params)
    return why.value


def coupons(house: House, count: int = 1, **more: Any) -> list[str]:
    """Codes of a batch of 20.00 from 100.00 on."""
    said = {
        "name": "周年庆", "value": "20", "least": "100", "until": UNTIL, "count": count,
        "approver": "hq-approver",
    }  # fmt: skip
    found: list[str] = head_office(house, "coupons-issue", **said | more)["codes"]
    return found


def tasks(house: House) -> list[str]:
    return [one["code"] for one in head_office(house, "tasks")]


@pytest.fixture
def fang(house: House, clerk: Do) -> str:
    """A member; 1 point for each full 1.00, 100 points are worth 1.00."""
    house.local.change_scopes(lambda one: gain_scopes(one, SCHEMA, {"hq": 1}))
    member: str = clerk("member-new", name="王芳", phone="13800138000")["member_id"]
    head_office(house, "points-rule", approver="hq-approver")
    return member


def points(house: House, member: str) -> int:
    return house.read(lambda one: points_balance(one, member, "SH01")).points


def pooled(house: House, member: str) -> int:
    return house.read(lambda one: leased(one, pool_end(points_pool(member))))


def test_a_member_earns_on_what_money_paid_and_spends_it_as_tender(
    house: House, fang: str, clerk: Do
) -> None:
    clerk("sell", lines=[f"10*{TONER}"], customer=fang)
    earned = points(house, fang)
    assert earned > 1_000
    assert pooled(house, fang) == earned
    clerk("points-ask", member=fang, points=850)
    before = balance(house, "site/SH01/tender/points")
    total = clerk("sell", lines=[TONER], customer=fang, tenders=["points=8.50", "cash=300"])
    cash = total["sale"]["total_minor"] - 850
    assert points(house, fang) == earned - 850 + cash // 100
    assert pooled(house, fang) == points(house, fang)
    assert balance(house, "site/SH01/tender/points") - before == 850
    assert tasks(house) == []


def test_a_strict_coupon_needs_a_lease_and_a_wrong_code_is_told(
    house: House, fang: str, clerk: Do
) -> None:
    (code,) = coupons(house)
    paying = {"lines": [f"2*{TONER}"], "tenders": [f"coupon:{code}=20", "cash=300"]}
    assert refused(clerk, "sell", **paying).code == "COUPON_NEEDS_LINE"
    clerk("coupon-ask", code=code.lower())
    bought = clerk("sell", **paying)["sale"]
    assert bought["change_minor"] == 30_000 + 2_000 - bought["total_minor"]
    assert refused(clerk, "sell", **paying).code == "COUPON_USED"
    wrong = "Q" + "2" * 16
    assert (
        refused(
            clerk, "sell", lines=[f"2*{TONER}"], tenders=[f"coupon:{wrong}=20", "cash=300"]
        ).code
        == "COUPON_UNKNOWN"
    )
    (batch,) = head_office(house, "coupon-batches")
    assert (batch["used"], batch["twice"], batch["paid_minor"]) == (1, 0, 2_000)
    assert tasks(house) == []


def test_a_coupon_says_why_it_does_not_pay(house: House, fang: str, clerk: Do) -> None:
    (dear,) = coupons(house, least="500", policy="lenient")
    (early,) = coupons(house, from_at="2029-01-01T00:00:00+08:00", policy="lenient")
    (hers,) = coupons(house, count=0, members=["王芳"], policy="lenient")
    (late,) = coupons(house, until="2025-12-03T00:00:00+08:00", policy="lenient")
    house.time.tick(40 * 86_400_000_000)
    for code, why in (
        (dear, "COUPON_NOT_ENOUGH"), (early, "COUPON_NOT_YET"), (hers, "COUPON_NOT_THEIRS"),
        (late, "COUPON_EXPIRED"),
    ):  # fmt: skip
        said = {"lines": [f"2*{TONER}"], "tenders": [f"coupon:{code}=20", "cash=300"]}
        assert refused(clerk, "sell", **said).code == why
    paying = {"lines": [f"2*{TONER}"], "customer": fang}
    assert (
        refused(clerk, "sell", **paying, tenders=[f"coupon:{hers}=21", "cash=300"]).code
        == "COUPON_OVER_VALUE"
    )
    assert clerk("sell", **paying, tenders=[f"coupon:{hers}=20", "cash=300"])


def test_a_coupon_of_another_currency_pays_nothing_here(house: House, fang: str, clerk: Do) -> None:
    (code,) = coupons(house, currency="USD", policy="lenient")
    paying = {"lines": [f"2*{TONER}"], "tenders": [f"coupon:{code}=20", "cash=300"]}
    assert refused(clerk, "sell", **paying).code == "COUPON_UNKNOWN"


def test_a_coupon_that_stands_twice_in_a_batch_is_one_too_many(house: House, fang: str) -> None:
    twice = CouponMade(coupon_id="CP1")
    body = CouponsIssued(
        name="周年庆", currency="CNY", value_minor=2_000, least_minor=0, from_us=0, until_us=1,
        policy="strict", on_return="lost", coupons=(twice, twice),
    )  # fmt: skip
    header = a_header(9, author_id="hq-editor", approver_id="hq-approver", site_id="")
    (answer,) = house.read(lambda one: list(respond_batch(one, header, body, 0)))
    assert isinstance(answer.body, OfferAnswered)
    assert answer.body.code == "COUPON_BATCH_BAD"


def test_what_was_paid_by_points_coupon_and_cash_goes_back_that_way(
    house: House, fang: str, clerk: Do
) -> None:
    (code,) = coupons(house, policy="lenient", on_return="again")
    clerk("sell", lines=[f"10*{TONER}"], customer=fang)
    clerk("points-ask", member=fang, points=850)
    had = points(house, fang)
    total = 2 * 11_900
    cash = total - 2_000 - 850
    bought = clerk(
        "sell", lines=[f"2*{TONER}"], customer=fang,
        tenders=[f"coupon:{code}=20", "points=8.50", f"cash={cash / 100}"],
    )["sale"]  # fmt: skip
    assert bought["total_minor"] == total
    assert points(house, fang) == had - 850 + cash // 100
    clerk("return-goods", sale=bought["uid"], lines=[{"code": TONER}], reason="size")
    first = points(house, fang)
    assert had - 850 < first < had
    paying = {"lines": [f"2*{TONER}"], "tenders": [f"coupon:{code}=20", "cash=300"]}
    assert refused(clerk, "sell", **paying).code == "COUPON_USED"
    clerk("return-goods", sale=bought["uid"], reason="size")
    assert points(house, fang) == had
    assert pooled(house, fang) == had
    for tender in ("coupon", "points"):
        assert balance(house, f"site/SH01/tender/{tender}") == 0
    clerk("sell", **paying)
    assert tasks(house) == []


def test_a_lost_coupon_stays_lost_and_all_in_cash_means_the_money(
    house: House, fang: str, clerk: Do
) -> None:
    (code,) = coupons(house, policy="lenient", on_return="lost")
    before = balance(house, "site/SH01/tender/cash")
    paying = {"lines": [f"2*{TONER}"], "tenders": [f"coupon:{code}=20", "cash=218"]}
    bought = clerk("sell", **paying)["sale"]
    clerk("return-goods", sale=bought["uid"], tenders=["cash=-238"], reason="size")
    assert balance(house, "site/SH01/tender/cash") == before
    assert refused(clerk, "sell", **paying).code == "COUPON_USED"


def test_a_strict_coupon_that_came_back_may_be_taken_elsewhere(
    house: House, fang: str, clerk: Do
) -> None:
    (code,) = coupons(house, on_return="again")
    named = coupon_id(code, house.local.enrolled.hq_public_key)
    clerk("coupon-ask", code=code)
    assert house.read(lambda one: leased(one, pool_end(coupon_pool(named)))) == 0
    paying = {"lines": [f"2*{TONER}"], "tenders": [f"coupon:{code}=20", "cash=218"]}
    bought = clerk("sell", **paying)["sale"]
    clerk("return-goods", sale=bought["uid"], reason="size")
    assert house.read(lambda one: leased(one, pool_end(coupon_pool(named)))) == 1
    house.do("SH02.01", "clerk-pingjiang", "coupon-ask", code=code)
    assert house.do("SH02.01", "clerk-pingjiang", "sell", **paying)


def forged(house: House, member: str, **said: Any) -> None:
    """A sale of one bottle for 119.00 in cash, whatever else it says."""
    line = SaleLine(
        product_id=TONER, qty_micro=MICRO, unit_price_micro=119 * MICRO, amount_minor=11_900
    )
    body = Sale(
        mode="till",
        currency="CNY",
        lines=[line],
        tenders=said.pop("tenders", None) or [TenderLine(tender="cash", amount_minor=11_900)],
        total_minor=11_900,
        customer_id=member,
        **said,
    )
    house.sit_at("SH01.01")
    house.write(lambda session: session.append(body))


def test_a_sale_that_grants_itself_points_gets_what_the_rule_gives(
    house: House, fang: str, clerk: Do
) -> None:
    (rule,) = head_office(house, "points-rules")
    forged(house, fang, points_rule=rule["rule_id"], points_earned=1_000_000)
    assert (points(house, fang), pooled(house, fang)) == (119, 119)
    forged(house, fang, points_rule="no such rule", points_earned=77)
    forged(house, fang, points_spent=-5_000)
    assert (points(house, fang), pooled(house, fang)) == (119, 119)
    assert set(tasks(house)) == {"POINTS_NOT_EARNED"}


def test_nobody_takes_points_of_others_away_or_spends_them_without_a_lease(
    house: House, fang: str, clerk: Do
) -> None:
    clerk("sell", lines=[f"10*{TONER}"], customer=fang)
    had = points(house, fang)
    forged(house, fang, points_earned=-500)
    forged(house, fang, return_of="f" * 32, points_earned=-500)
    (rule,) = head_office(house, "points-rules")
    by_points = [TenderLine(tender="points", amount_minor=11_900)]
    forged(house, fang, points_rule=rule["rule_id"], points_spent=11_900, tenders=by_points)
    assert (points(house, fang), pooled(house, fang)) == (had, had)
    assert "POINTS_NOT_LEASED" in tasks(house)


def test_a_coupon_nobody_issued_is_told_and_frees_none(house: House, fang: str, clerk: Do) -> None:
    (code,) = coupons(house, policy="lenient")
    named = coupon_id(code, house.local.enrolled.hq_public_key)
    use = CouponUse(coupon_id="CP" + "0" * 32, batch_id="x", amount_minor=2_000, count=1)
    by_coupon = [
        TenderLine(tender="coupon", amount_minor=2_000, reference=use.coupon_id),
        TenderLine(tender="cash", amount_minor=9_900),
    ]
    forged(house, "", coupons=(use,), tenders=by_coupon)
    (batch,) = head_office(house, "coupon-batches")
    again = CouponUse(coupon_id=named, batch_id=batch["batch_id"], amount_minor=-2_000, count=-1)
    forged(house, "", coupons=(again,))
    assert sorted(tasks(house)) == ["COUPON_FORGED", "COUPON_FORGED", "COUPON_UNBALANCED"]


def test_a_return_that_head_office_hears_before_its_sale_is_right_in_the_end(
    house: House, fang: str, clerk: Do
) -> None:
    """Another till of the store took the goods back, and had a line first."""
    (rule,) = head_office(house, "points-rules")
    uid = "0193" + "a" * 28
    forged(house, fang, return_of=uid, points_earned=-119)
    assert (points(house, fang), pooled(house, fang)) == (0, 0)
    body = Sale(
        mode="till",
        currency="CNY",
        lines=[
            SaleLine(
                product_id=TONER, qty_micro=MICRO, unit_price_micro=119 * MICRO, amount_minor=11_900
            )
        ],
        tenders=[TenderLine(tender="cash", amount_minor=11_900)],
        total_minor=11_900,
        customer_id=fang,
        points_rule=rule["rule_id"],
        points_earned=119,
    )
    house.write(lambda session: session.append(body, uid=bytes.fromhex(uid)))
    assert (points(house, fang), pooled(house, fang)) == (0, 0)
