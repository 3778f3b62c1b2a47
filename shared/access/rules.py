"""Who may do what: role templates, the level each act needs, and how both meet (P01, A04)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

SYSTEM_USER: Final = "system"
"""Head office's own programs: answers, imports, connectors. It may do everything."""


class Role(StrEnum):
    """The role templates."""

    CLERK = "clerk"
    DEALER = "dealer"
    WAREHOUSE = "warehouse"
    HEAD_OFFICE = "head_office"
    OWNER = "owner"


class GrantLevel(StrEnum):
    """How far a grant reaches, from nothing to all that the role may."""

    NONE = "none"
    VIEW = "view"
    ORDER = "order"
    APPROVE = "approve"
    ADMIN = "admin"


_RANK: Final = {level: rank for rank, level in enumerate(GrantLevel)}

LEVEL_OF: Final = {
    "sale.make": GrantLevel.ORDER,
    "sale.discount": GrantLevel.ORDER,
    "sale.approve": GrantLevel.APPROVE,
    "sale.return": GrantLevel.ORDER,
    "register.write": GrantLevel.ORDER,
    "shift.run": GrantLevel.ORDER,
    "account.collect": GrantLevel.ORDER,
    "account.expense": GrantLevel.ORDER,
    "account.adjust": GrantLevel.APPROVE,
    "order.submit": GrantLevel.ORDER,
    "order.cancel": GrantLevel.ORDER,
    "order.receive": GrantLevel.ORDER,
    "order.decide": GrantLevel.APPROVE,
    "order.ship": GrantLevel.ORDER,
    "stock.move": GrantLevel.ORDER,
    "stock.transfer": GrantLevel.ORDER,
    "stock.define": GrantLevel.ADMIN,
    "count.open": GrantLevel.ORDER,
    "count.run": GrantLevel.ORDER,
    "count.reveal": GrantLevel.APPROVE,
    "count.approve": GrantLevel.APPROVE,
    "count.post": GrantLevel.APPROVE,
    "catalogue.publish": GrantLevel.ORDER,
    "price.publish": GrantLevel.ORDER,
    "price.approve": GrantLevel.APPROVE,
    "channel.publish": GrantLevel.ADMIN,
    "access.grant": GrantLevel.ADMIN,
    "task.close": GrantLevel.ORDER,
    "own_goods.write": GrantLevel.ORDER,
}
"""Every permission, and the least grant level it needs."""

ALL_PERMISSIONS: Final = frozenset(LEVEL_OF)

_CLERK: Final = frozenset(
    {
        "sale.make",
        "sale.discount",
        "sale.return",
        "register.write",
        "shift.run",
        "account.collect",
        "account.expense",
        "order.submit",
        "order.cancel",
        "order.receive",
        "stock.move",
        "count.run",
        "task.close",
        "own_goods.write",
    }
)
_WAREHOUSE: Final = frozenset(
    {
        "order.receive",
        "order.ship",
        "stock.move",
        "stock.transfer",
        "count.open",
        "count.run",
        "count.reveal",
        "count.approve",
        "count.post",
        "task.close",
        "own_goods.write",
    }
)
_DEALER: Final = frozenset(
    {
        "sale.make",
        "sale.discount",
        "sale.approve",
        "sale.return",
        "register.write",
        "account.collect",
        "account.expense",
        "order.submit",
        "order.cancel",
        "order.receive",
        "order.decide",
        "order.ship",
        "stock.move",
        "stock.transfer",
        "count.open",
        "count.run",
        "count.reveal",
        "count.approve",
        "count.post",
        "task.close",
        "own_goods.write",
    }
)
_HEAD_OFFICE: Final = ALL_PERMISSIONS - {
    "sale.make",
    "sale.discount",
    "sale.return",
    "register.write",
    "shift.run",
    "own_goods.write",
}

PERMISSIONS_OF: Final = {
    Role.CLERK: _CLERK,
    Role.DEALER: _DEALER,
    Role.WAREHOUSE: _WAREHOUSE,
    Role.HEAD_OFFICE: _HEAD_OFFICE,
    # The owner of a shop is clerk, warehouse keeper and dealer at once, at the own sites.
    Role.OWNER: _CLERK | _WAREHOUSE | _DEALER,
}
"""The role templates: what each may at most."""


def permissions(role: str, levels: Iterable[str]) -> frozenset[str]:
    """What a role may do under the widest of its grant levels; unknown words give nothing."""
    if role not in PERMISSIONS_OF:
        return frozenset()
    widest = max((_RANK[GrantLevel(n)] for n in levels if n in _RANK), default=0)
    return frozenset(p for p in PERMISSIONS_OF[Role(role)] if _RANK[LEVEL_OF[p]] <= widest)
