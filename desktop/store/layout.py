"""What the store is handed of the areas: kinds, tables, and tables of its own each area keeps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Table

from shared.journal.kind import Registry
from shared.sync.tables import Schema

Prepare = Callable[[Connection], None]
"""Makes what an area needs beside its tables (a search index), unless it is there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The explicit lists of the areas, as the store uses them."""

    registry: Registry
    schema: Schema
    local: Sequence[Table] = ()
    prepare: Sequence[Prepare] = field(default=())
