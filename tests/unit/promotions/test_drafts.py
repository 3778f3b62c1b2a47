"""A policy being written: lists, tiers, sets and whom; kept as bytes and read again."""

from dataclasses import replace

import pytest

from desktop.promotions.model.draft import TEMPLATES, GoodsRow, PolicyDraft, blank, template_of
from desktop.promotions.model.trial import try_out
from shared.core.rounding import MICRO
from shared.promotions.rules import Goods, Item, Tier, Use
from tests.builders.documents import NOON_US
from tests.builders.sample_policies import OFF_300, SPECIAL, TEN_PLUS_ONE


def a_draft(template: str = "gift") -> PolicyDraft:
    kept: list[bytes] = []
    return PolicyDraft("FX", template, blank(template, "251201-1"), kept.append)


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_template_is_found_again_from_its_policy(template: str) -> None:
    policy = blank(template, "P")
    if template in ("off", "ratio"):
        gives = {"off_minor": 10} if template == "off" else {"pay_ratio_micro": 900_000}
        policy = replace(policy, tiers=(Tier(1_000, **gives),))
    assert template_of(policy) == template


def test_every_change_is_kept_and_a_draft_comes_back_whole() -> None:
    kept: list[bytes] = []
    draft = PolicyDraft("FX", "gift", blank("gift", "P"), kept.append, parent_number=3)
    draft.set(name="10+1")
    draft.add_goods("goods", "A")
    draft.add_brand("CHENLU")
    draft.toggle_who("level:L1")
    draft.add_trial("A", 12 * MICRO)
    draft.set_reason("why")

    again = PolicyDraft.of_bytes(kept[-1], kept.append)
    assert again.policy == draft.policy
    assert (again.parent_number, again.reason, again.trial, again.is_new) == (
        3, "why", [("A", 12 * MICRO)], False,
    )  # fmt: skip
    assert again.policy.goods == Goods(products=("A",), brands=("CHENLU",))
    before = len(kept)
    draft.set(name="10+1")
    assert len(kept) == before


def test_goods_are_put_in_once_and_taken_out() -> None:
    draft = a_draft("special")
    draft.add_goods("specials", "A", 5 * MICRO)
    draft.add_goods("specials", "B")
    draft.add_goods("specials", "A", 6 * MICRO)
    draft.set_value("specials", "B", 7 * MICRO)
    assert draft.goods_rows("specials") == [GoodsRow("A", 6 * MICRO), GoodsRow("B", 7 * MICRO)]
    draft.drop_goods("specials", GoodsRow("A"))
    assert [one.product_id for one in draft.policy.specials] == ["B"]


def test_goods_of_a_limit_have_weights_which_go_with_them() -> None:
    draft = a_draft("limit")
    draft.add_goods("goods", "A")
    draft.set_value("goods", "A", 2 * MICRO)
    assert draft.goods_rows("goods") == [GoodsRow("A", 2 * MICRO)]
    draft.drop_goods("goods", GoodsRow("A"))
    assert (draft.policy.weights, draft.policy.goods.products) == ((), ())


def test_parts_of_a_set_are_joined_to_choices_and_parted_again() -> None:
    draft = a_draft("bundle")
    for one in ("A", "B", "C"):
        draft.add_goods("parts", one)
    draft.join_part(draft.goods_rows("parts")[2])
    assert [part.goods.products for part in draft.policy.parts] == [("A",), ("B", "C")]
    draft.join_part(draft.goods_rows("parts")[2])
    assert [part.goods.products for part in draft.policy.parts] == [("A",), ("B",), ("C",)]
    draft.drop_goods("parts", draft.goods_rows("parts")[0])
    assert len(draft.policy.parts) == 2


def test_tiers_are_typed_cell_by_cell_and_the_draft_says_what_is_missing() -> None:
    draft = a_draft("off")
    draft.set(name="x")
    draft.set_tier(0, from_measure=30_000)
    problem = draft.problem
    assert problem is not None
    assert problem.params["field"] == "tiers"
    draft.set_tier(0, off_minor=4_000)
    assert draft.problem is None
    draft.drop_tier(0)
    assert draft.policy.tiers == ()


def test_a_trial_happens_when_and_for_whom_the_policy_is_meant() -> None:
    items = [Item(1, "010204", "CHENLU", 3 * MICRO, 199 * MICRO)]

    def saved(policy: object, *others: object) -> int:
        return try_out(
            policy,  # type: ignore[arg-type]
            items,
            {},
            others=others,  # type: ignore[arg-type]
            now_us=NOON_US,
            zone="Asia/Shanghai",
            currency="CNY",
        ).saving_minor

    night = replace(SPECIAL, weekdays=(6,), who=("level:L1",))
    assert saved(night) == 3 * 10_000
    later = replace(OFF_300, from_us=NOON_US + 10**12, uses=(Use.TILL,))
    assert saved(later) == 8_000
    assert saved(TEN_PLUS_ONE) == 0
