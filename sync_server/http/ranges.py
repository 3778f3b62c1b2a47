"""The one stretch of a file a device may ask for: a cut download goes on where it ended."""

import re

from shared.core.errors import RuleViolation

_STRETCH = re.compile(r"bytes=([0-9]{1,15})-([0-9]{1,15})?")


def check_range(header: str | None, size: int) -> None:
    """Nothing when there is no wish, or one stretch that begins within the file.

    Raises RuleViolation RANGE_UNREADABLE, RANGE_BEYOND_END: said here, the answer has a code.
    """
    if header is None:
        return
    found = _STRETCH.fullmatch(header)
    if found is None:
        raise RuleViolation("RANGE_UNREADABLE")
    first, last = int(found[1]), int(found[2] or size)
    if first >= size:
        raise RuleViolation("RANGE_BEYOND_END", size=size)
    if last < first:
        raise RuleViolation("RANGE_UNREADABLE")
