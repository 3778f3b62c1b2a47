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
