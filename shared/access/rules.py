"""Who may do what: role templates, the level each act needs, and how both meet (P01, A04)."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from shared.core.errors import RuleViolation

SYSTEM_USER: Final = "system"
"""Head office's own programs: answers, imports, connectors. It may do everything."""


class Role(StrEnum):
    """The role templates."""

    CLERK = "clerk"
    CASHIER = "cashier"
    """Sells, takes returns and runs the own shift; nothing else of the shop."""
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
    "promotion.publish": GrantLevel.ORDER,
    "promotion.approve": GrantLevel.APPROVE,
    "voucher.publish": GrantLevel.ORDER,
    "channel.publish": GrantLevel.ADMIN,
    "access.grant": GrantLevel.ADMIN,
    "task.close": GrantLevel.ORDER,
    "report.read": GrantLevel.VIEW,
    "kept.repair": GrantLevel.APPROVE,
    "month.close": GrantLevel.APPROVE,
    "own_goods.write": GrantLevel.ORDER,
    "cost.keep": GrantLevel.ORDER,
    "pin.change": GrantLevel.VIEW,
    "member.write": GrantLevel.ORDER,
    "customer.write": GrantLevel.ORDER,
    "shift.approve": GrantLevel.APPROVE,
    "shift.report": GrantLevel.APPROVE,
    "shop.settings": GrantLevel.ADMIN,
    "staff.write": GrantLevel.ADMIN,
    "policy.publish": GrantLevel.ADMIN,
    "lease.use": GrantLevel.ORDER,
    "lease.publish": GrantLevel.ADMIN,
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
        "pin.change",
        "member.write",
        "customer.write",
        "lease.use",
    }
)
_CASHIER: Final = frozenset(
    {
        "sale.make",
        "sale.discount",
        "sale.return",
        "shift.run",
        "pin.change",
        "lease.use",
    }
)
"""What a till writes, and nothing beside it: a discount has the till's usual limit, and what is
lent to a till for points and coupons is used by selling."""
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
        "pin.change",
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
        "report.read",
        "task.close",
        "own_goods.write",
        "cost.keep",
        "pin.change",
        "member.write",
        "customer.write",
        "shift.run",
        "shift.approve",
        "shift.report",
        "shop.settings",
        "lease.use",
        "lease.publish",
    }
)
_HEAD_OFFICE: Final = ALL_PERMISSIONS - {
    "sale.make",
    "sale.discount",
    "sale.return",
    "register.write",
    "shift.run",
    "own_goods.write",
    "member.write",
    "customer.write",
    "lease.use",
    "staff.write",
}

PERMISSIONS_OF: Final = {
    Role.CLERK: _CLERK,
    Role.CASHIER: _CASHIER,
    Role.DEALER: _DEALER,
    Role.WAREHOUSE: _WAREHOUSE,
    Role.HEAD_OFFICE: _HEAD_OFFICE,
    # The owner of a shop is clerk, warehouse keeper and dealer at once, at the own sites.
    Role.OWNER: _CLERK | _WAREHOUSE | _DEALER | {"staff.write"},
}
"""The role templates: what each may at most."""

LOCK_DAYS: Final = "lock.days_without_contact"
APPROVER_PIN: Final = "approval.pin"
STATIC_CODE_CAP: Final = "till.static_code_cap_minor"
SHIFT_DIFFERENCE: Final = "till.shift_difference_minor"
SHIFT_REQUIRED: Final = "till.shift_required"
ROUND_OFF: Final = "till.round_off"
REFUND_OTHER_TENDER: Final = "till.refund_other_tender"
FIRST_TENDER: Final = "till.first_tender"
PRICE_GRACE_HOURS: Final = "price.grace_hours"
PRICE_PIN_DAYS: Final = "price.pin_days"

REBATE_PERCENT: Final = "order.rebate_percent"
"""The most of an order that may be paid by rebate."""

REBATE_APPROVER: Final = "account.rebate_approver"
"""Whether a second person signs a rebate that is granted."""

PHOTO_REASONS: Final = "stocktake.photo_reasons"
"""Reasons of a count's differences that want a photo, a blank between them; '' = none (H09)."""

POLICIES: Final = {
    LOCK_DAYS: "30",
    APPROVER_PIN: "if_set",
    STATIC_CODE_CAP: "100000",
    SHIFT_DIFFERENCE: "2000",
    SHIFT_REQUIRED: "0",
    ROUND_OFF: "none",
    REFUND_OTHER_TENDER: "task",
    FIRST_TENDER: "cash",
    PRICE_GRACE_HOURS: "72",
    PRICE_PIN_DAYS: "0",
    REBATE_PERCENT: "10",
    REBATE_APPROVER: "0",
    PHOTO_REASONS: "",
}
"""The rules of a house that can be set, with what holds where nobody set them.

Days 0 never locks. Hours without the prices that should hold until the till says so, and days
until it asks a second person to sell; 0 = never (domain rule 13). Amounts are minor
units; 0 as a cap means none."""

_WORDS_OF: Final = {
    APPROVER_PIN: ("never", "if_set", "always"),
    SHIFT_REQUIRED: ("0", "1"),
    REBATE_APPROVER: ("0", "1"),
    ROUND_OFF: ("none", "jiao", "yuan"),
    REFUND_OTHER_TENDER: ("task", "approver"),
    FIRST_TENDER: (
        "cash",
        "static_code",
        "payment_code",
        "card",
        "bank_transfer",
        "mall",
        "points",
    ),
}

_NAMES: Final = re.compile(r"(?:[a-z_]{1,30}(?: [a-z_]{1,30}){0,19})?")
"""Names with blanks between them."""


def check_policy(name: str, value: str) -> None:
    """Nothing when the rule can have this value.

    Raises: RuleViolation POLICY_UNKNOWN, POLICY_BAD.
    """
    if name not in POLICIES:
        raise RuleViolation("POLICY_UNKNOWN", policy=name[:60])
    words = _WORDS_OF.get(name)
    if name == PHOTO_REASONS:
        is_good = _NAMES.fullmatch(value) is not None
    elif words:
        is_good = value in words
    else:
        is_good = value.isascii() and value.isdigit() and len(value) <= 12
    if not is_good:
        raise RuleViolation("POLICY_BAD", policy=name, value=value[:40])


PIN_TRIES: Final = 5
PIN_WAIT_US: Final = 5 * 60 * 1_000_000
PIN_WAIT_MAX_US: Final = 4 * 3_600 * 1_000_000
APPROVAL_LASTS_US: Final = 10 * 60 * 1_000_000
DAY_US: Final = 24 * 3_600 * 1_000_000


def pin_wait_us(wrong: int) -> int:
    """How long a person waits after so many wrong PINs in a row (I12): five are five minutes,
    and each further five twice as long, so that guessing comes to nothing."""
    rounds, rest = divmod(wrong, PIN_TRIES)
    if rest or not rounds:
        return 0
    return min(PIN_WAIT_US << min(rounds - 1, 10), PIN_WAIT_MAX_US)


def surely_passed_us(since_monotonic_us: int, monotonic_us: int) -> int:
    """The time that has passed at least, by a clock nobody can set.

    It counts from the machine's start: a smaller value than before means a new start, since which
    all of it has passed.
    """
    passed = monotonic_us - since_monotonic_us
    return passed if passed >= 0 else monotonic_us


def permissions(role: str, levels: Iterable[str]) -> frozenset[str]:
    """What a role may do under the widest of its grant levels; unknown words give nothing."""
    if role not in PERMISSIONS_OF:
        return frozenset()
    widest = max((_RANK[GrantLevel(n)] for n in levels if n in _RANK), default=0)
    return frozenset(p for p in PERMISSIONS_OF[Role(role)] if _RANK[LEVEL_OF[p]] <= widest)
