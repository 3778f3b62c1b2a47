"""A document: what one person said happened, wants, or publishes, as a frozen message."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, dataclass_transform

import msgspec

Value = str | int
"""What a column or a wire cell may hold. There is no null: '' and 0 say "nothing"; keys and
hashes stand as hex text."""


class DocumentClass(StrEnum):
    """How the world treats a document (architecture, "Three classes of document")."""

    FACT = "fact"
    REQUEST = "request"
    PUBLICATION = "publication"


class Header(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What every document says of itself. New fields are appended, with a default, never moved."""

    uid: bytes
    """UUIDv7, 16 bytes, made when the form opens: a double key press is the same document."""
    kind: str
    version: int
    device_id: str
    site_id: str
    """The site in whose name the document is written."""
    author_id: str
    happened_at_us: int
    """The device's clock corrected by the last known offset, microseconds UTC."""
    business_day: str = ""
    """ISO date in the site's zone; belongs to the shift."""
    number: str = ""
    """The printed number, gapless in its series; never a key."""
    predecessor: bytes = b""
    """uid of the document this one follows in the document flow."""
    approver_id: str = ""
    """The second person, where the act needed one."""
    clock_doubt_us: int = 0
    """How far the corrected clock may be off."""


# Tells type checkers what msgspec does: a struct derived from a frozen one is frozen.
@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Part(msgspec.Struct, frozen=True, array_like=True):
    """A piece of a body, such as a line. Subclasses are declared with ``kw_only=True``."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Body(msgspec.Struct, frozen=True, array_like=True):
    """Base of every kind's content. Subclasses are declared with ``kw_only=True``.

    New fields are appended with a default; anything else is a new version with an upcaster.
    """


@dataclass(frozen=True, slots=True)
class Document:
    """A decoded document: its header and the body its kind declares."""

    header: Header
    body: Body


class Write(NamedTuple):
    """One row that posting a document makes or changes.

    For a ledger table the values are the whole row (missing columns take their default); for a
    record table they are the columns this document sets, the others stay as they are.
    """

    table: str
    id: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a use case hands in to be appended; slot, number, chain and signature come after."""

    body: Body
    uid: bytes
    site_id: str
    author_id: str
    happened_at_us: int
    business_day: str = ""
    predecessor: bytes = b""
    approver_id: str = ""
    clock_doubt_us: int = 0
