"""The hash of a row and of a set of rows, equal on every replica that holds the same rows."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from shared.journal.document import Value
from shared.sync.tables import Replicated

MODULUS = 1 << 63
_ENCODER = msgspec.msgpack.Encoder()
_EXTRA = msgspec.msgpack.Decoder(dict[str, Value])


def row_digest(table: Replicated, row_id: str, row: Mapping[str, Value], extra: bytes = b"") -> int:
    """A 63-bit hash of table, id and the columns that are not at their default; never 0.

    Columns this version does not know (``extra``) count like known ones, so an old client and a
    new server agree.
    """
    # A column's default is '' or 0, and nothing else is false.
    pairs = [(name, value) for name in table.columns if (value := row[name])]
    if extra:
        pairs = sorted([*pairs, *_EXTRA.decode(extra).items()])
    return digest_of(table.name, row_id, pairs)


def digest_of(table_name: str, row_id: str, pairs: Sequence[tuple[str, Value]]) -> int:
    """The hash of a row from its name = value pairs, sorted by name, without defaults."""
    data = _ENCODER.encode((table_name, row_id, pairs))
    return (int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") % MODULUS) or 1


def add(total: int, before: int, after: int) -> int:
    """The multiset hash after one row went from hash ``before`` to ``after`` (0 = no row)."""
    return (total - before + after) % MODULUS
