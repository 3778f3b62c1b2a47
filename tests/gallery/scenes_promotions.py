"""Promotions: the list at head office, forms of several kinds with a trial, a dealer's list."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from tests.builders.demo_policies import publish_demo_policies
from tests.builders.window_house import Stage

Scene = Callable[[Stage], Awaitable[None]]
ORG = "FX"


async def promotions(stage: Stage) -> None:
    """The policies of a sales organisation, one of them read aloud."""
    publish_demo_policies(stage.house)
    await stage.sign_in("hq-editor", "HQ.01", device_type="hq")
    stage.window.open("promotions")
    await stage.settle()
    screen: Any = stage.window.current
    screen.model.choose_org(ORG)
    screen.org.set_value(ORG)
    await stage.keys("Down")
    await stage.settle()


async def kinds(stage: Stage) -> None:
    """What kind of promotion it shall be."""
    await promotions(stage)
    await stage.keys("N")


async def form(stage: Stage, policy_id: str) -> None:
    """A policy being changed, with a trial basket."""
    await promotions(stage)
    screen: Any = stage.window.current
    rows = screen.table.rows.shown
    screen.table.go_to(next(at for at, one in enumerate(rows) if one.policy_id == policy_id))
    await stage.keys("E")
    for code, qty in (("010101", "25"), ("010204", "60"), ("010301", "2")):
        screen.model.try_goods(code, qty)
    await stage.settle()


async def bundle(stage: Stage) -> None:
    """A set of goods, two of them a choice."""
    await promotions(stage)
    await stage.keys("N")
    await stage.settle()
    await stage.keys("7")
    await stage.settle()
    screen: Any = stage.window.current
    draft = screen.model.draft
    draft.set(name="洁面水乳套装", bundle_minor=26_900)
    screen.open_form(draft)
    for code in ("010101", "010201", "010203", "010202"):
        screen.model.take_goods("parts", code)
    draft.join_part(draft.goods_rows("parts")[3])
    for code in ("010101", "010201", "010203"):
        screen.model.try_goods(code, "1")
    await stage.settle()


async def dealer(stage: Stage) -> None:
    """What holds for a dealer."""
    publish_demo_policies(stage.house)
    await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
    stage.window.open("promotions-here")
    await stage.settle()


SCENES: tuple[tuple[str, Scene], ...] = (
    ("promotions", promotions),
    ("promotions-kinds", kinds),
    ("promotions-gift", partial(form, policy_id="2026-JM-10-1")),
    ("promotions-off", partial(form, policy_id="2026-MJ")),
    ("promotions-full-gift", partial(form, policy_id="2026-WZ-L1")),
    ("promotions-limit", partial(form, policy_id="2026-XG-MS")),
    ("promotions-bundle", bundle),
    ("promotions-dealer", dealer),
)
