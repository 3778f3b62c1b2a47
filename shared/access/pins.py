"""PINs as they are kept: Argon2id with a salt of their own, and the rule of what a PIN is."""

import re
from typing import Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from shared.core.errors import RuleViolation

SALT_BYTES: Final = 16
_PIN: Final = re.compile("[0-9]{4,12}")
_MEMORY_KIB, _PASSES, _LANES = 19_456, 2, 1
"""About 40 ms of a shop's machine a try, and 19 MiB."""


def checked_pin(pin: str) -> str:
    """A PIN is 4 to 12 digits, not all the same. Raises: RuleViolation PIN_BAD."""
    if _PIN.fullmatch(pin) is None or len(set(pin)) == 1:
        raise RuleViolation("PIN_BAD")
    return pin


def hash_of_pin(pin: str, salt: bytes) -> str:
    """What is published of a PIN, in the PHC form that other programs read too.

    Raises: RuleViolation PIN_BAD.
    """
    made = Argon2id(salt=salt, length=32, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB)
    return made.derive_phc_encoded(checked_pin(pin).encode())


def pin_fits(pin: str, pin_hash: str) -> bool:
    """Whether this is the PIN; False as well for a hash that nobody can read."""
    try:
        Argon2id.verify_phc_encoded(pin.encode(), pin_hash)
    except (InvalidKey, ValueError):
        return False
    return True
