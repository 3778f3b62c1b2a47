"""P14: what the policies in force make of a basket, and of a dealer's order as it is shown."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final

from desktop.ordering.model.cart import Cart, CartLine
from desktop.ordering.model.promoting import cut_to_limits, promoted
from desktop.ordering.usecases.promoting import Terms
from desktop.ordering.usecases.wishing import Goods
from shared.catalog.queries import ProductView
from shared.core.rounding import MICRO
from shared.ordering.queries.suggesting import GoodsFacts
from shared.ordering.rules.suggesting import Standing as Level
from shared.pricing.rules import Price
from shared.promotions.rules import (
    BundlePart,
    Choices,
    Item,
    Policy,
    PolicyKind,
    Setting,
    Shelf,
    Special,
    Standing,
    Tier,
    Use,
    evaluate,
)
from shared.promotions.rules import Goods as Counted
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
    setting = Setting(
        use=Use.ORDER, currency="CNY", at_us=1, weekday=1, minute=600,
        gift_prices={one: MICRO for standing in policies for one in standing.policy.gifts},
    )  # fmt: skip
    yield _basket(_lines(goods, 1_000), policies, setting)
    yield _till(_lines(goods, 40), policies, setting)
    yield _order(_lines(goods, 100), policies, setting)


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
        said |= {"goods": Counted(products=some(20)), "every_micro": 10 * MICRO}
        said |= {"gift_micro": MICRO, "gifts": some(3)}
    elif kind is PolicyKind.BUNDLE:
        parts = tuple(BundlePart(Counted(products=(one,)), MICRO) for one in some(3))
        said |= {"parts": parts, "bundle_minor": 2_500}
    elif kind is PolicyKind.THRESHOLD:
        tiers = (Tier(30_000, off_minor=4_000), Tier(50_000, off_minor=8_000))
        said |= {
            "goods": Counted(brands=(chance.choice(brands),)),
            "tiers": tiers,
            "group": f"满减{number % 5}",
        }
    else:
        said |= {"goods": Counted(products=some(20)), "by_quantity": True, "most": 10_000 * MICRO}
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


def _basket(items: Sequence[Item], policies: Sequence[Standing], setting: Setting) -> Figure:
    outcome = evaluate(items, policies, setting, Choices())

    def typed(qty_micro: int) -> None:
        evaluate([items[0]._replace(qty_micro=qty_micro), *items[1:]], policies, setting, Choices())

    return _figure("a basket worked out", typed, len(items), len(outcome.applied), 20.0)


def _till(items: Sequence[Item], policies: Sequence[Standing], setting: Setting) -> Figure:
    """The rules' part of a scan (P1)."""
    shelf = Shelf(policies)
    held = len(evaluate(items, policies, setting, Choices()).applied)

    def typed(qty_micro: int) -> None:
        now = [items[0]._replace(qty_micro=qty_micro), *items[1:]]
        touched = shelf.touching((one.product_id, one.brand) for one in now)
        evaluate(now, touched, setting, Choices())

    return _figure("a till's basket worked out at a scan", typed, len(items), held, 2.0)


def _order(items: Sequence[Item], policies: Sequence[Standing], setting: Setting) -> Figure:
    """As the order editor does it at a key: cut to the limits, then every row with its hints."""
    terms = Terms(policies=tuple(policies), setting=setting, gift_prices=setting.gift_prices)
    goods = {item.product_id: _goods(item) for item in items}
    lines = tuple(CartLine(product_id=one.product_id, qty_micro=one.qty_micro) for one in items)
    cart, first = Cart(lines=lines), items[0].product_id
    held = len(promoted(cart, goods, terms).outcome.applied)

    def typed(qty_micro: int) -> None:
        now, _told = cut_to_limits(cart.with_qty(first, qty_micro), goods, terms, [first])
        promoted(now, goods, terms)

    return _figure("a dealer's order priced again at a key", typed, len(items), held, 10.0)


def _goods(item: Item) -> Goods:
    product = ProductView(
        product_id=item.product_id, code=item.product_id, name=item.product_id, spec="",
        brand=item.brand, category="", base_unit="瓶", kind="goods", tax_rate_micro=0,
        listed_from_us=0, listed_to_us=0, site_id="", is_lot_tracked=False,
    )  # fmt: skip
    facts = GoodsFacts(product=product, packs=(), standing=Level(), sold_30_micro=0, is_listed=True)
    price = Price(unit_price_micro=item.unit_price_micro, version=1, step="", decimals=-1, trail=())
    return Goods(facts=facts, price=price)


def _figure(
    what: str, typed: Callable[[int], None], lines: int, held: int, most_ms: float
) -> Figure:
    watch = Stopwatch()
    with settled():
        for number in range(_ROUNDS):
            watch.time(lambda: typed((number % 30 + 1) * MICRO))  # noqa: B023
    return Figure(
        row="P14",
        what=what,
        size=f"{lines:,} lines, {held} of {POLICIES} policies hold",
        median_ms=median_ms(watch.wall),
        p99_ms=p99_ms(watch.wall),
        cpu_ms=median_ms(watch.cpu),
        goals=(at_most("ms", median_ms(watch.wall), most_ms),),
    )
