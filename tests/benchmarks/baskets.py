"""P14: what the policies in force make of a basket or order, by the engine alone."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final

from shared.core.rounding import MICRO
from shared.promotions.rules import (
    BundlePart,
    Choices,
    Goods,
    Item,
    Policy,
    PolicyKind,
    Setting,
    Special,
    Standing,
    Tier,
    Use,
    evaluate,
)
from tests.benchmarks.figures import Figure, Stopwatch, at_most, median_ms, p99_ms, settled
from tests.benchmarks.house import code

POLICIES: Final = 500
_ROUNDS: Final = 40
_BRANDS: Final = tuple(f"品牌{number}" for number in range(40))
_KINDS: Final = (
    *(PolicyKind.SPECIAL,) * 8,
    *(PolicyKind.FIRST,) * 3,
    *(PolicyKind.GIFT,) * 4,
    PolicyKind.BUNDLE,
    *(PolicyKind.THRESHOLD,) * 2,
    *(PolicyKind.LIMIT,) * 2,
)
"""What a brand runs at once, of each twenty; its special prices lead."""


def run(folder: Path, goods: int) -> Iterator[Figure]:
    """A wholesale basket of 1,000 lines, and a dealer's order of 100, both under 500 policies."""
    del folder
    policies = live_policies(goods, _BRANDS, uses=(Use.ORDER,))
    yield _figure("a basket of 1,000 lines", _lines(goods, 1_000), policies, 20.0)
    yield _figure("a dealer's order of 100 lines", _lines(goods, 100), policies, 10.0)


def live_policies(goods: int, brands: Sequence[str], *, uses: tuple[Use, ...]) -> list[Standing]:
    """Five hundred policies over the first goods: named products, brands, exclusive groups."""
    chance = Random(1)
    return [Standing(_policy(chance, number, goods, brands, uses), 1) for number in range(POLICIES)]


def _policy(
    chance: Random, number: int, goods: int, brands: Sequence[str], uses: tuple[Use, ...]
) -> Policy:
    def some(count: int) -> tuple[str, ...]:
        return tuple(sorted({code(chance.randint(1, goods)) for _ in range(count)}))

    kind = _KINDS[number % len(_KINDS)]
    said: dict[str, object] = {"policy_id": f"P{number:03d}", "name": f"促销{number}", "uses": uses}
    if kind in (PolicyKind.SPECIAL, PolicyKind.FIRST):
        prices = tuple(Special(one, chance.randint(500, 9_000) * MICRO // 100) for one in some(20))
        said |= {"specials": prices}
        said |= {"first_micro": 2 * MICRO} if kind is PolicyKind.FIRST else {}
    elif kind is PolicyKind.GIFT:
        said |= {"goods": Goods(products=some(20)), "every_micro": 10 * MICRO}
        said |= {"gift_micro": MICRO, "gifts": some(3)}
    elif kind is PolicyKind.BUNDLE:
        parts = tuple(BundlePart(Goods(products=(one,)), MICRO) for one in some(3))
        said |= {"parts": parts, "bundle_minor": 2_500}
    elif kind is PolicyKind.THRESHOLD:
        tiers = (Tier(30_000, off_minor=4_000), Tier(50_000, off_minor=8_000))
        said |= {
            "goods": Goods(brands=(chance.choice(brands),)),
            "tiers": tiers,
            "group": f"满减{number % 5}",
        }
    else:
        said |= {"goods": Goods(products=some(20)), "by_quantity": True, "most": 10_000 * MICRO}
    return Policy(kind=kind, **said)  # type: ignore[arg-type]


def _lines(goods: int, count: int) -> list[Item]:
    chance = Random(count)
    picked = chance.sample(range(1, goods + 1), min(count, goods))
    return [
        Item(
            line_no=number,
            product_id=code(one),
            brand=_BRANDS[one % len(_BRANDS)],
            qty_micro=chance.randint(1, 24) * MICRO,
            unit_price_micro=(990 + one % 900 * 10) * MICRO // 100,
        )
        for number, one in enumerate(picked, 1)
    ]


def _figure(
    what: str, items: Sequence[Item], policies: Sequence[Standing], most_ms: float
) -> Figure:
    setting = Setting(
        use=Use.ORDER, currency="CNY", at_us=1, weekday=1, minute=600,
        gift_prices={one: MICRO for standing in policies for one in standing.policy.gifts},
    )  # fmt: skip
    watch, choices = Stopwatch(), Choices()
    outcome = evaluate(items, policies, setting, choices)
    with settled():
        for number in range(_ROUNDS):
            # Each round another quantity, as if it was typed.
            changed = [items[0]._replace(qty_micro=(number % 30 + 1) * MICRO), *items[1:]]
            watch.time(lambda: evaluate(changed, policies, setting, choices))  # noqa: B023
    return Figure(
        row="P14",
        what=f"{what} under {len(policies)} policies",
        size=f"{len(items):,} lines, {len(outcome.applied)} policies hold",
        median_ms=median_ms(watch.wall),
        p99_ms=p99_ms(watch.wall),
        cpu_ms=median_ms(watch.cpu),
        goals=(at_most("ms", median_ms(watch.wall), most_ms),),
    )
