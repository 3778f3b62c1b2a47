"""Who does what, and how often: the explicit list of acts by device type."""

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

from desktop.store.session import Session
from tests.simulation import (
    channel_trade,
    counting,
    leasing,
    publishing,
    revising,
    selling,
    tilling,
)

Act = Callable[[Session, random.Random, bytes], None]


class Deed(NamedTuple):
    """An act, how likely it is, and who may do it ('' = anybody of the device)."""

    act: Act
    weight: int
    person: str = ""
    is_wrong: bool = False
    """Head office is to keep the document."""


_SHOP = (
    Deed(selling.sell, 14),
    Deed(selling.bring_back, 5),
    Deed(selling.two_at_once, 2),
    Deed(selling.sell_unknown, 1),
    Deed(selling.sell_unbalanced, 1),
    Deed(selling.register, 2),
    Deed(selling.invoice, 3),
    Deed(selling.collect, 3),
    Deed(selling.move, 3),
    Deed(selling.dispatch, 2, "wang li zhao"),
    Deed(selling.receive_transfer, 2, "wang li zhao"),
    Deed(tilling.register_member, 2),
    Deed(tilling.sell_to_member, 3),
    Deed(tilling.take_up_customer, 2),
    Deed(tilling.run_shift, 4),
    Deed(tilling.change_pin, 1),
    Deed(leasing.ask, 5),
    Deed(leasing.spend, 12),
    Deed(leasing.return_rest, 1),
    Deed(selling.own_goods, 2),
    Deed(selling.own_price, 2),
    Deed(channel_trade.submit, 8),
    Deed(channel_trade.cancel, 3),
    Deed(revising.answer, 5),
    Deed(revising.tell_prices, 3),
    Deed(channel_trade.receive, 8),
    Deed(counting.open_count, 3, "wang li zhao"),
    Deed(counting.count_zone, 6),
    Deed(counting.reveal, 3, "wang li zhao"),
    Deed(counting.ask_again, 2, "wang li zhao"),
    Deed(counting.post_count, 6, "wang li zhao"),
    Deed(counting.close_task, 2),
    Deed(publishing.foreign_site, 1, is_wrong=True),
    Deed(publishing.no_permission, 1, is_wrong=True),
)
_DEALER = (
    *(deed for deed in _SHOP if deed.act is not selling.sell),
    Deed(selling.sell, 4),
    Deed(channel_trade.decide, 10),
    Deed(revising.revise, 4),
    Deed(channel_trade.ship, 8),
)
_WAREHOUSE = (
    Deed(selling.move, 8),
    Deed(selling.dispatch, 5),
    Deed(selling.receive_transfer, 5),
    Deed(counting.open_count, 3),
    Deed(counting.count_zone, 6),
    Deed(counting.post_count, 6),
    Deed(counting.close_task, 2),
    Deed(publishing.foreign_site, 1, is_wrong=True),
)
_HEAD_OFFICE = (
    Deed(channel_trade.decide, 12),
    Deed(revising.revise, 5),
    Deed(channel_trade.ship, 5),
    Deed(channel_trade.pay, 3),
    Deed(leasing.state_pool, 3),
    Deed(leasing.write_off, 3),
    Deed(publishing.prices, 3),
    Deed(publishing.catalogue, 4),
    Deed(publishing.assortment, 2),
    Deed(publishing.users, 2),
    Deed(publishing.types, 1),
    Deed(counting.close_task, 2),
)
DEEDS: dict[str, Sequence[Deed]] = {
    "till": _SHOP,
    "dealer": _DEALER,
    "warehouse": _WAREHOUSE,
    "hq": _HEAD_OFFICE,
}


def choose(device_type: str, people: Sequence[str], chance: random.Random) -> tuple[Deed, str]:
    """A deed and the person who does it."""
    author = chance.choice(people)
    able = [d for d in DEEDS[device_type] if not d.person or author in d.person.split()]
    (deed,) = chance.choices(able, [d.weight for d in able])
    return deed, author
