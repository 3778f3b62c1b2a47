"""Rows of scopes on their way down, and the comparison of those a device holds."""

from shared.journal.document import Value
from shared.sync.messages.base import Message, Whole
from shared.sync.messages.standing import Cursor


class Pull(Message, kw_only=True):
    """Rows of one scope after a cursor, at most ``limit``."""

    scope: str
    generation: Whole
    after: Whole
    limit: Whole
    incarnation: Whole = 0
    """Whose highest posted slot the page is to name; 0 = the device's latest."""
    begun: Whole = 0
    """The scope's head when the device began it from nothing; what was removed before then never
    came to it."""
    is_folded: bool = False
    """Whether the device reads ``Page.folded``."""


class Run(Message, kw_only=True):
    """Consecutive changes of one table, column by column; ``until`` is the last one's seq."""

    table: str
    until: int
    ids: list[str]
    columns: list[str]
    """Names of the columns that are not at their default in every row."""
    cells: list[list[Value]]
    """One list per column, as long as ``ids``."""
    removed: list[str]
    """Ids that are gone (tombstones)."""


class Page(Message, kw_only=True):
    """A stretch of a scope's feed. At ``until == head`` count and digest can be compared."""

    scope: str
    generation: int
    until: int
    head: int
    count: int
    digest: int
    posted_n: int
    """The asking device's highest slot whose rows are contained in what is sent."""
    runs: list[Run]
    folded: bytes = b""
    """Runs that many devices are sent, compressed once; they come after ``runs``."""
    after: int = 0
    """Where the stretch begins. It must not begin behind the cursor: what lies between would be
    missing, as in an answer to an earlier question."""


class PullMany(Message, kw_only=True):
    """Rows of several scopes that have little to say, at most ``limit`` in all."""

    cursors: list[Cursor]
    limit: Whole
    incarnation: Whole = 0
    """As in ``Pull``."""


class Pages(Message, kw_only=True):
    """One page per scope, in the order asked. A scope that has none is to be pulled by itself."""

    pages: list[Page]


class AskDigests(Message, kw_only=True):
    """Where a device's rows of a scope differ: count and digest of the parts of what is named."""

    scope: str
    generation: Whole
    table: str = ""
    """'' = one part per table."""
    after: str = ""
    """Of a table: the rows with ids after this one."""
    until: str = ""
    """Up to this id; '' = to the end."""


class Part(Message, kw_only=True):
    """A table, a stretch of ids up to and with ``name``, or one row."""

    name: str
    count: int
    digest: int


class Digests(Message, kw_only=True):
    """The parts in order of their names; together they are all that was asked about."""

    generation: int
    head: int
    """The parts were added up here; a device that stands elsewhere pulls first."""
    count: int
    digest: int
    parts: list[Part]
    is_rows: bool = False
    """The parts are single rows."""


class AskRows(Message, kw_only=True):
    """Some rows of a scope by their ids, as they are now."""

    scope: str
    generation: Whole
    table: str
    ids: list[str]
    incarnation: Whole = 0
    """As in ``Pull``."""


class RowsAnswer(Message, kw_only=True):
    """The rows that are there; of the others (``run.removed``) nothing is in the scope."""

    posted_n: int
    run: Run
