"""A policy read aloud: terms, people, time and place, in both languages."""

from dataclasses import replace

import pytest

from shared.core.rounding import MICRO
from shared.promotions.rules import (
    BundlePart,
    GiftPrice,
    Goods,
    Period,
    Policy,
    PolicyKind,
    Tier,
    Use,
)
from shared.promotions.rules.reading import read_policy, read_terms, read_who
from tests.builders.sample_policies import LIMIT, OFF_300, SPECIAL, TEN_PLUS_ONE

NAMES = {"product:010204": "晨露保湿面霜", "brand:CHENLU": "晨露", "level:L1": "一级经销商"}
FIRST = replace(SPECIAL, kind=PolicyKind.FIRST, first_micro=2 * MICRO)
BUNDLE = replace(
    TEN_PLUS_ONE,
    kind=PolicyKind.BUNDLE,
    parts=(
        BundlePart(Goods(products=("010204",)), MICRO),
        BundlePart(Goods(products=("A", "B")), 2 * MICRO),
    ),
    bundle_minor=29_950,
)
FULL = replace(
    OFF_300,
    goods=Goods(brands=("CHENLU",), but=("010204",)),
    tiers=(Tier(1_000_000, gift_micro=MICRO),),
    is_per_full=True,
    gifts=("G1", "G2"),
)


@pytest.mark.parametrize(
    ("policy", "chinese", "english"),
    [
        (
            TEN_PLUS_ONE,
            "晨露保湿面霜每满 10 件送 1 件同款",
            "晨露保湿面霜: for every 10, 1 of the same free",
        ),
        (
            OFF_300,
            "全部商品 满 300 减 40、满 500 减 80",
            "all goods: from 300: 40 off, from 500: 80 off",
        ),
        (
            FULL,
            "晨露（晨露保湿面霜除外） 每满 10,000 送 1 件（G1或G2任选）",
            "晨露 (not 晨露保湿面霜): for every full 10,000: 1 (G1 or G2, as chosen) free",
        ),
        (SPECIAL, "晨露保湿面霜 99.00", "晨露保湿面霜 at 99.00"),
        (
            FIRST,
            "晨露保湿面霜 99.00，限前 2 件，超出部分按原价",
            "the first 2: 晨露保湿面霜 at 99.00, then at the normal price",
        ),
        (
            BUNDLE,
            "晨露保湿面霜 1 件 + A/B 2 件，一套 299.50",
            "1 × 晨露保湿面霜 + 2 × A/B together for 299.50",
        ),
        (LIMIT, "晨露保湿面霜每单最多 20 件", "晨露保湿面霜: at most 20 pieces per order"),
        (
            replace(OFF_300, tiers=(Tier(20_000, pay_ratio_micro=850_000),)),
            "全部商品 满 200 打 8.5 折",
            "all goods: from 200: pay 85%",
        ),
    ],
)
def test_each_kind_says_what_it_gives(policy: Policy, chinese: str, english: str) -> None:
    assert read_terms(policy, NAMES) == chinese
    assert read_terms(policy, NAMES, "en") == english


def test_the_whole_sentence_says_for_whom_when_and_where() -> None:
    policy = replace(
        LIMIT,
        who=("level:L1", "region:E+level:L1", "list:member"),
        period=Period.MONTH,
        weekdays=(6, 7),
        from_minute=18 * 60,
        until_minute=20 * 60 + 30,
        group="618",
        uses=(Use.TILL, Use.ORDER),
    )
    chinese = read_policy(policy, NAMES, from_text="2026-06-01", until_text="2026-06-19")
    english = read_policy(policy, NAMES, "en", from_text="2026-06-01")

    assert chinese == (
        "晨露保湿面霜每个客户每月最多 20 件；对象：一级经销商、E · 一级经销商、会员；"
        "2026-06-01 至 2026-06-19；周六日；18:00–20:30；与“618”组的其他政策只能选一个；"
        "用于收银、订货。"
    )
    assert english.startswith("晨露保湿面霜: at most 20 pieces a month for each customer; for 一级")
    assert "from 2026-06-01 on; on Sat, Sun; 18:00–20:30" in english
    assert read_who((), NAMES) == ""


def test_what_bounds_a_gift_is_said() -> None:
    policy = replace(
        TEN_PLUS_ONE,
        most_times=3,
        counts_special=False,
        gift_price=GiftPrice.SYMBOLIC,
        symbolic_micro=MICRO // 100,
    )
    said = read_policy(policy, NAMES, "en")
    assert "at most 3 times; goods at a special price do not count; each gift costs 0.01" in said


def test_an_unfinished_policy_can_be_read_too() -> None:
    for kind in PolicyKind:
        for language in ("zh", "en"):
            assert read_policy(Policy(policy_id="", name="", kind=kind, uses=()), language=language)
