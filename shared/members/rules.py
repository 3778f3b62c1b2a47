"""Who a member is: made of the phone, so that two offline tills come to the same one."""

import hashlib
import hmac
import re
from typing import Final

from shared.core.errors import RuleViolation
from shared.core.text import half_width, normal

MEMBER_LIST: Final = "member"
"""The price list members buy by unless they have another one."""
CODE_DIGITS: Final = 12
NAME_CHARS_MAX: Final = 60
NOTE_CHARS_MAX: Final = 500

_ID: Final = re.compile("MB[0-9a-f]{32}")
_CODE: Final = re.compile("M[0-9]{12}")
_SPOKEN: Final = re.compile(r"[\s()./\-–—]+")
_PLAIN: Final = re.compile(r"\+?[0-9]{7,15}")
_LIST: Final = re.compile("[A-Za-z0-9_-]{1,40}")
_BIRTHDAY: Final = re.compile("(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?")


def normal_phone(text: str) -> str:
    """A phone as digits, a Chinese number without its country: ``138 0013 8000`` and
    ``+86 13800138000`` are one.

    Raises: RuleViolation PHONE_UNREADABLE; the number itself is nobody's business.
    """
    plain = _SPOKEN.sub("", half_width(normal(text)))
    if _PLAIN.fullmatch(plain) is None:
        raise RuleViolation("PHONE_UNREADABLE")
    digits = plain.lstrip("+")
    for country in ("0086", "86"):
        rest = digits.removeprefix(country)
        if rest != digits and len(rest) == 11 and rest.startswith("1"):
            return rest
    return digits


def member_id(phone: str, salt: bytes) -> str:
    """The member this phone stands for, the same on every device of a house (I10).

    The salt is the house's own, so that a member's id tells nothing to another house.

    Raises: RuleViolation PHONE_UNREADABLE.
    """
    digest = hmac.digest(b"qutong/member/1\n" + salt, normal_phone(phone).encode(), hashlib.sha256)
    return "MB" + digest[:16].hex()


def is_member(customer_id: str) -> bool:
    """Whether a sale's customer is a member, not somebody who buys on account."""
    return _ID.fullmatch(customer_id) is not None


def member_code(member: str) -> str:
    """What stands on the card: ``M`` and twelve digits, made of the id, on every device alike."""
    number = int(member.removeprefix("MB"), 16) % 10**CODE_DIGITS
    return f"M{number:0{CODE_DIGITS}d}"


def is_member_code(text: str) -> bool:
    """Whether a scan is a member's card and no goods."""
    return _CODE.fullmatch(text.strip().upper()) is not None


def phone_tail(phone: str) -> str:
    """The last four digits, as they are keyed at the till."""
    return phone[-4:]


def masked_phone(phone: str) -> str:
    """A phone as a screen shows it to everybody: 138****8000."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 9 else f"****{phone[-4:]}"


def check_member(name: str, birthday: str, note: str, price_list: str) -> None:
    """Nothing when these can stand; a birthday is a month or month and day (``05``, ``05-21``).

    Raises: RuleViolation MEMBER_NAME_MISSING, BIRTHDAY_UNREADABLE, TEXT_TOO_LONG,
    PRICE_LIST_BAD.
    """
    if not name:
        raise RuleViolation("MEMBER_NAME_MISSING")
    if len(name) > NAME_CHARS_MAX or len(note) > NOTE_CHARS_MAX:
        raise RuleViolation("TEXT_TOO_LONG")
    if birthday and _BIRTHDAY.fullmatch(birthday) is None:
        raise RuleViolation("BIRTHDAY_UNREADABLE")
    if _LIST.fullmatch(price_list) is None:
        raise RuleViolation("PRICE_LIST_BAD", price_list=price_list[:40])
