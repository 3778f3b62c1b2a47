"""Headers, replicas and authors for tests; uids count up so that runs repeat exactly."""

from shared.journal.chain import SigningKey
from shared.journal.document import Body, Document, Draft, Header
from shared.journal.kind import Kind, Registry
from shared.sync.appending import Author, Replica
from shared.sync.replica import everything
from shared.sync.tables import Replicated, Schema

NOON_US = 1_764_561_600_000_000
"""2025-12-01 04:00 UTC, noon in Shanghai."""


def uid(number: int) -> bytes:
    """The 16 bytes of the test's n-th document."""
    return number.to_bytes(16, "big")


def a_header(
    number: int = 1,
    *,
    kind: str = "",
    site_id: str = "SH01",
    author_id: str = "wang",
    happened_at_us: int = NOON_US,
    predecessor: bytes = b"",
    approver_id: str = "",
    device_id: str = "till-1",
) -> Header:
    """A header; only what the test cares about is said."""
    return Header(
        uid=uid(number),
        kind=kind,
        version=1,
        device_id=device_id,
        site_id=site_id,
        author_id=author_id,
        happened_at_us=happened_at_us,
        business_day="2025-12-01",
        predecessor=predecessor,
        approver_id=approver_id,
    )


def a_draft(
    body: Body, number: int = 1, *, site_id: str = "SH01", happened_at_us: int = NOON_US
) -> Draft:
    """A draft of the test's n-th document."""
    return Draft(
        body=body,
        uid=uid(number),
        site_id=site_id,
        author_id="wang",
        happened_at_us=happened_at_us,
        business_day="2025-12-01",
    )


def an_author(device_id: str = "till-1", *, incarnation: int = 1, tag: str = "01") -> Author:
    """A device that writes a journal, with a key derived from its name."""
    seed = device_id.encode().ljust(32, b"\0")[:32]
    return Author(
        device_id=device_id, incarnation=incarnation, tag=tag, key=SigningKey.from_seed(seed)
    )


def a_replica(kinds: tuple[Kind, ...], tables: tuple[Replicated, ...]) -> Replica:
    """A replica that keeps every balance, of these kinds and tables."""
    return Replica(registry=Registry(kinds), schema=Schema(tables), owns=everything)


def a_document(header: Header, body: Body) -> Document:
    """A document as it is decoded from its bytes."""
    return Document(header, body)
