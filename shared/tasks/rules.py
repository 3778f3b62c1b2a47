"""What a task is called and which states it has."""

from enum import StrEnum
from typing import Final

from shared.core.ids import derived_id

NOTE_CHARACTERS_MAX: Final = 500


class TaskState(StrEnum):
    """A task waits for a person or is done."""

    OPEN = "open"
    CLOSED = "closed"


def task_id(code: str, site_id: str, subject: str) -> str:
    """The id of the task about this trouble: one per code, site and subject.

    The site is part of it, so that two shops with the same unknown barcode have a task each.
    """
    return derived_id(code, site_id, subject)


CONTENT_CHARACTERS_MAX: Final = 20_000
KEPT_TASK: Final = "DOCUMENT_KEPT"


class KeptState(StrEnum):
    """A kept document waits for a person, was posted after all, or was laid down."""

    OPEN = "open"
    STORED = "stored"
    CLOSED = "closed"


def kept_id(device_id: str, incarnation: int, n: int) -> str:
    """The id of a kept document: its place in its device's journal."""
    return derived_id(device_id, incarnation, n)


def kept_subject(device_id: str, n: int) -> str:
    """What the task about a kept document is about."""
    return f"{device_id}/{n}"
