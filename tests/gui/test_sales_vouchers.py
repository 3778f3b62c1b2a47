"""Coupons and points at the till: paid by keys, told when they cannot be, given back (I07, D11)."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from desktop.sales.view import payment
from shared.areas import SCHEMA
from shared.sync.holding import gain_scopes
from shared.vouchers.queries.points import points_balance
from tests.builders.hands import until
from tests.builders.one_house import balance
from tests.builders.window_house import Stage, play
from tests.gui.till_hands import CLERK, DEVICE, TONER, at_till, last_of, sales_of

KICK = b"\x1bp"


def offers(stage: Stage, **more: Any) -> tuple[str, str]:
    """王芳 with 1,190 points, and the code of a strict coupon of 20.00 from 100.00 on."""
    house = stage.house
    house.local.change_scopes(lambda one: gain_scopes(one, SCHEMA, {"hq": 1}))
    member: str = house.do(DEVICE, CLERK, "member-new", name="王芳", phone="13800138000")[
        "member_id"
    ]
    house.do("HQ.01", "hq-editor", "points-rule", approver="hq-approver")
    said = {"name": "周年庆", "value": "20", "least": "100", "until": "2030-01-01T00:00:00Z"}
    made = house.do(
        "HQ.01", "hq-editor", "coupons-issue", count=1, approver="hq-approver", **said | more
    )
    house.do(DEVICE, CLERK, "sell", lines=[f"10*{TONER}"], customer=member)
    return member, made["codes"][0]


def test_a_bill_by_coupon_points_and_cash_balances_and_opens_the_drawer_once(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        member, code = offers(stage)
        till = await at_till(stage)
        stage.program.settings.put("printer.drawer", "1")
        await stage.keys("F3", "8000", "Return")
        await stage.scan("6999999999994")
        await stage.keys("P", "128.50", "Return")
        await stage.keys("F9", "Q")
        await stage.scan("Q2222222222222222")
        await stage.scan(code)
        assert till.model.due.rest_minor == 10_850
        await stage.keys("8.50", "P", "Return")
        assert till.model.due.rest_minor == 10_000
        await stage.keys("100", "Return")
        last = last_of(till)
        assert last is not None
        assert (last.total_minor, last.change_minor) == (12_850, 0)
        held = [balance(stage.house, f"site/SH01/tender/{one}") for one in ("coupon", "points")]
        assert held == [2_000, 850]
        (receipt,) = (tmp_path / "paper").glob("*.bin")
        printed = receipt.read_bytes()
        assert printed.count(KICK) == 1
        assert "优惠券".encode("gb18030") in printed
        assert "本次积分".encode("gb18030") in printed
        points = stage.house.read(lambda one: points_balance(one, member, "SH01")).points
        assert points == 1_190 - 850 + 100
        await stage.keys("F8")
        await stage.scan(last.number)
        await stage.keys("A", "1", "F9", "Return")
        assert sales_of(stage)[0]["total_minor"] == -12_850
        tenders = ("coupon", "points", "cash")
        held = [balance(stage.house, f"site/SH01/tender/{one}") for one in tenders]
        assert held == [0, 0, 119_000]
        points = stage.house.read(lambda one: points_balance(one, member, "SH01")).points
        assert points == 1_190

    play(script, tmp_path)


def test_without_a_line_points_and_strict_coupons_say_what_to_do_and_cash_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payment, "LENT_WITHIN_S", 0.2)

    async def script(stage: Stage) -> None:
        _member, code = offers(stage)
        till = await at_till(stage)
        await stage.keys("F3", "8000", "Return")
        await stage.scan(TONER)
        answer = stage.house.answer
        monkeypatch.setattr(stage.house, "answer", lambda _after: None)
        await stage.keys("F9", "P", "Return")
        panel = stage.window.overlay.top
        assert isinstance(panel, payment.PaymentPanel)
        await until(lambda: "连不上" in panel._said.text())
        assert not till.model.basket.parts
        await stage.scan(code)
        await until(lambda: "这张券要联网确认" in panel._said.text())
        monkeypatch.setattr(stage.house, "answer", answer)
        stage.house.answer(0)
        await stage.scan(code)
        await until(lambda: till.model.basket.parts)
        await stage.keys("C", "Return")
        assert sales_of(stage)[0]["total_minor"] == 11_900

    play(script, tmp_path)


def test_a_deposit_is_taken_by_keys_printed_listed_and_pays_a_bill(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        house = stage.house
        house.local.change_scopes(lambda one: gain_scopes(one, SCHEMA, {"hq": 1}))
        house.do(DEVICE, CLERK, "member-new", name="王芳", phone="13800138000")
        house.do(DEVICE, CLERK, "shift-open", float="0")
        till = await at_till(stage)
        stage.program.settings.put("printer.drawer", "1")
        await stage.keys("F12", "D", "8000", "Return", "C", "100", "Return")
        (slip,) = (tmp_path / "paper").glob("YC-SH01-*.bin")
        printed = slip.read_bytes()
        assert "预存款收据".encode("gb18030") in printed
        assert printed.count(KICK) == 1
        await stage.keys("F3", "8000", "Return")
        await stage.scan(TONER)
        await stage.keys("F9", "D", "Return")
        panel = stage.window.overlay.top
        assert isinstance(panel, payment.PaymentPanel)
        await until(lambda: panel.model.promises.deposit_minor == 10_000)
        assert last_of(till) is None, "119.00 is more than was paid ahead"
        await stage.keys("100", "Return")
        assert till.model.due.rest_minor == 1_900
        await stage.keys("Return")
        last = last_of(till)
        assert last is not None
        assert last.total_minor == 11_900
        assert balance(house, "site/SH01/tender/deposit") == 0
        assert balance(house, "site/SH01/tender/cash") == 11_900
        shift = house.do(DEVICE, CLERK, "shift-count", cash=["100=1", "10=1", "5=1", "2=2"])
        assert shift["difference_minor"] == 0
        stage.window.open("shift", "close")
        await stage.settle()
        await stage.keys("F10")
        screen: Any = stage.window.current
        told = [one.text() for one in screen.findChildren(QLabel)]
        assert "收预存款 · 现金" in told

    play(script, tmp_path)
