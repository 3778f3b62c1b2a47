"""What must have happened in any long run: faults, recovery paths, and rare answers.

A run in which one of them never happened proved nothing about it: ``sometimes`` is checked like
an invariant. A word in front says where: ``HQ`` for what head office wrote.
"""

from collections import Counter

EVENTS: tuple[str, ...] = (
    # The network
    "drop answer",
    "drop request",
    "duplicate request",
    "partition",
    "reorder",
    "reset after commit",
    "straggler",
    "truncated answer",
    "truncated request",
    "answer of earlier",
    # Processes that end
    "crash after commit",
    "crash after spool",
    "crash at rest",
    "crash before commit",
    "crash before spool",
    "crash in sync",
    "crash statement",
    "crash torn spool",
    "crash while opening",
    "server crash after commit",
    "server crash before commit",
    "server crash statement",
    # Disks that fail
    "disk faulty after commit",
    "disk faulty before commit",
    "disk faulty before spool",
    "disk faulty statement",
    "disk full after commit",
    "disk full before commit",
    "disk full before spool",
    "disk full statement",
    "server disk faulty before commit",
    "server disk full before commit",
    "told DISK_FAULTY",
    "told DISK_FULL",
    "told RECORDED_ONCE",
    "did not open",
    # Disks that are lost, put back, copied
    "copy kept",
    "device revoked",
    "sync over DEVICE_REVOKED",
    "database lost",
    "database restored",
    "disk cloned",
    "disk cloned in sync",
    "disk restored",
    "spool lost",
    "spool restored",
    "DEVICE_FORKED",
    "backup made",
    "HQ-2 wrote",
    "head office restored",
    "HEAD_OFFICE_RESTORED",
    "slot reposted",
    "slot respooled",
    "row changed on the disk",
    "DIGEST_MISMATCH",
    "ROWS_REPAIRED",
    # What is durable
    "restore drill",
    "backup verified",
    "weeks passed",
    "bytes forgotten",
    "drill of an earlier epoch refused",
    # Programs that are updated
    "program updated",
    "program updated with a queue",
    "head office updated",
    "crash in an update",
    "server crash in an update",
    # Clocks
    "clock jump",
    "clock mended",
    "clock of head office",
    "clock stands still",
    "clock years off",
    "CLOCK_SUSPECT",
    "CLOCK_SUSPECT over",
    # People and their documents
    "already appended",
    "answer to joining lost",
    "double submit",
    "form repeated",
    "joined",
    "kept",
    "narrow run",
    "poison",
    "goods withdrawn",
    "organisation opened",
    "scope gained",
    "scope lost",
    "ROWS_SWEPT",
    "TYPED_LOST",
    # The tills of a store among themselves
    "answer of the store's host lost",
    "line of the store broke",
    "shared with a neighbour",
    "taken from a neighbour",
    # What head office says rarely
    "HQ count_corrected",
    "HQ month_closed",
    "month closed",
    "next month closed",
    "told MONTH_NOT_DURABLE",
    "HQ device_forked",
    "HQ document_kept BAD_SIGNATURE",
    "HQ document_kept UNREADABLE_DOCUMENT",
    "HQ order_decided accepted",
    "HQ order_decided cancelled",
    "HQ order_decided partial",
    "HQ order_revised revised",
    "HQ price_version_rejected PARENT_MOVED",
    "HQ request_refused ALREADY_DECIDED",
    "HQ request_refused CREDIT",
    "HQ task_opened DEVICE_COPIED",
    "HQ task_opened RECEIVED_TWICE",
    "HQ task_opened STOCK_BELOW_ZERO",
)
"""Each at least once in the run of the test command, and often in the long one."""
SEEDS_FOR_EVENTS = 500
OFTEN = 100


def rare(fired: Counter[str], least: int) -> list[str]:
    """The events that happened less often than that, and how often they did."""
    return [f"{name}: {fired[name]}" for name in EVENTS if fired[name] < least]
