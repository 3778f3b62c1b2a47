"""What every message of the wire is, and how one is refused."""

from typing import Annotated, dataclass_transform

import msgspec

from shared.core.errors import RuleViolation

Whole = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
"""A number that any column holds: what a stranger sends may be one that none does."""

PROTOCOL = 1
"""The version of this protocol; a server says which range it speaks."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Message(msgspec.Struct, frozen=True, array_like=True):
    """Base of all wire messages; new fields are appended with a default."""


class ErrorAnswer(Message, kw_only=True):
    """A refusal: a stable code and plain parameters, never a stack trace."""

    code: str
    params: dict[str, str | int]


class BadMessage(RuleViolation):
    """The bytes are no message of this protocol, or too many."""
