"""The scrubber reads a spool in little pieces, whatever the size of a document in it."""

from desktop.store.scrub import BYTES_AT_ONCE, scrub
from desktop.store.session import Session
from desktop.store.spool import MemorySpool
from tests.builders.devices import a_store
from tests.builders.small_shop import Renamed, a_sale

LARGE = 2 * BYTES_AT_ONCE


class Watched(MemorySpool):
    """A spool that knows how much was asked of it at once."""

    most = 0

    def load(self, start: int = 0, most: int = -1) -> bytes:
        found = super().load(start, most)
        self.most = max(self.most, len(found))
        return found


def rename(session: Session, length: int) -> None:
    session.append(Renamed(product_id="A1", name="x" * length))


def test_behind_a_large_document_the_spool_is_not_read_to_its_end_at_once() -> None:
    spool = Watched()
    till = a_store(spool=spool)
    till.run("wang", rename, LARGE)
    for _ in range(40):
        till.run("wang", rename, BYTES_AT_ONCE // 4)
    till.run("wang", lambda session: session.append(a_sale("A1", 1)))
    assert spool.size() > 4 * LARGE
    spool.most = 0
    done = scrub(till, 100)
    assert done.rounds >= 1
    assert not done.findings
    assert spool.most <= 2 * LARGE
    till.close()
