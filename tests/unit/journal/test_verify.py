"""The verifier names the first bad slot for whatever was done to a journal."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlcipher3.dbapi2
from hypothesis import given
from hypothesis import strategies as st

from desktop.store.local import LocalStore
from desktop.store.recovery import link_at
from desktop.store.session import Session
from desktop.store.writer import Store, StorePaths
from shared.journal.chain import SigningKey, link_hash, seal
from shared.journal.document import Header
from shared.journal.spool import (
    SpoolHead,
    SpoolRecord,
    SpoolSlot,
    encode_record,
    read_spool,
)
from shared.journal.verify import main, verify, verify_spool
from tests.builders.devices import HQ_KEY, LAYOUT, a_key, a_store, an_identity
from tests.builders.small_shop import a_sale
from tests.fakes.edges import FakeClock, SeededRandomness

SLOTS = 6
RECEIPT_AT = 4


def sell(session: Session, qty: int) -> Header:
    return session.append(a_sale("A1", qty))


def _spool() -> bytes:
    """Six sales of a till; head office acknowledged four of them, and then all."""
    store = a_store()
    for qty in range(1, SLOTS + 1):
        store.run("wang", sell, qty)
        if qty in {RECEIPT_AT, SLOTS}:
            _acknowledge(store, qty)
    data = store.spool.load()
    store.close()
    return data


def _acknowledge(store: LocalStore, n: int) -> None:
    identity = store.enrolled
    head = store.read(lambda connection: link_at(connection, identity, n))
    store.acknowledge(n, head, HQ_KEY.sign_head(head), {})


WHOLE = _spool()
RECORDS = [placed.record for placed in read_spool(WHOLE).records]
SLOT_RECORDS = [record for record in RECORDS if isinstance(record, SpoolSlot)]


def packed(records: list[SpoolRecord]) -> bytes:
    return b"".join(encode_record(record) for record in records)


def slot_at(n: int) -> SpoolSlot:
    return next(r for r in RECORDS if isinstance(r, SpoolSlot) and r.n == n)


def first_bad(data: bytes) -> int:
    _, fault = verify_spool(data)
    assert fault is not None
    return fault.n


def without(record: SpoolRecord) -> list[SpoolRecord]:
    return [one for one in RECORDS if one is not record]


def test_a_journal_as_written_is_good() -> None:
    chains, fault = verify_spool(WHOLE, key=a_key().public)
    assert fault is None
    assert [(chain.device_id, chain.last) for chain in chains] == [("SH01.01", SLOTS)]


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_found_at_its_slot(at: int, change: int) -> None:
    tampered = bytearray(WHOLE)
    tampered[at] ^= change
    placed = [p for p in read_spool(WHOLE).records if p.start <= at]
    before = sum(isinstance(p.record, SpoolSlot) for p in placed[:-1])
    assert first_bad(bytes(tampered)) == before + 1


@given(st.integers(1, SLOTS))
def test_a_deleted_slot_is_found(n: int) -> None:
    assert first_bad(packed(without(slot_at(n)))) == n


@given(st.integers(1, SLOTS), st.integers(0, len(RECORDS)))
def test_a_slot_in_another_place_is_found(n: int, place: int) -> None:
    moved = without(slot_at(n))
    moved.insert(place, slot_at(n))
    # A receipt may stand behind a later slot: crossing one is no change of the journal.
    if [r for r in moved if isinstance(r, SpoolSlot)] == SLOT_RECORDS and moved[0] is RECORDS[0]:
        return
    _, fault = verify_spool(packed(moved))
    assert fault is not None


@given(st.integers(1, SLOTS), st.integers(1, len(RECORDS)))
def test_a_slot_inserted_again_is_found(n: int, place: int) -> None:
    assert verify_spool(packed([*RECORDS[:place], slot_at(n), *RECORDS[place:]]))[1] is not None


@given(st.integers(2, len(RECORDS) - 1))
def test_a_tail_cut_before_its_receipt_is_found(size: int) -> None:
    """The receipt of the last slot survives elsewhere in the file, or is given."""
    cut = RECORDS[:size]
    last = sum(isinstance(record, SpoolSlot) for record in cut)
    if last < SLOTS:
        receipt = RECORDS[-1]
        assert isinstance(receipt, SpoolHead)
        assert first_bad(packed([*cut, receipt])) == last + 1


def forged(n: int, key: SigningKey, previous: bytes, stored: bytes) -> SpoolSlot:
    slot = seal(key, device_id="SH01.01", incarnation=1, n=n, previous=previous, stored=stored)
    return SpoolSlot(
        device_id=slot.device_id,
        incarnation=1,
        n=n,
        stored=slot.stored,
        signature=slot.signature,
        link_hash=slot.link_hash,
        link_signature=slot.link_signature,
    )


@given(st.integers(1, SLOTS))
def test_a_document_forged_with_another_key_is_found(n: int) -> None:
    """Hashes, checksums and order are all right; only the key is not."""
    previous = slot_at(n - 1).link_hash if n > 1 else bytes(32)
    other = SigningKey.from_seed(b"\x07" * 32)
    one = forged(n, other, previous, slot_at(n).stored)
    replaced = [one if record is slot_at(n) else record for record in RECORDS]
    assert first_bad(packed(replaced)) == n


def test_a_history_rewritten_with_the_devices_own_key_is_found_by_the_receipt() -> None:
    """The shop owner has the key; head office's countersignature is what he cannot make."""
    replaced = list(RECORDS)
    previous = slot_at(1).link_hash
    for n in range(2, SLOTS + 1):
        one = forged(n, a_key(), previous, slot_at(3).stored if n == 2 else slot_at(n).stored)
        replaced[replaced.index(slot_at(n))] = one
        previous = one.link_hash
    assert first_bad(packed(replaced)) == RECEIPT_AT


def test_a_whole_file_of_another_key_is_found_by_the_key_that_is_known() -> None:
    _, fault = verify_spool(WHOLE, key=a_key("SH01.02").public)
    assert fault is not None


def test_an_empty_file_is_no_journal() -> None:
    assert verify_spool(b"")[1] is not None


# A database is read the same way.


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("device")
    store = Store(
        StorePaths.under(folder),
        LAYOUT,
        clock=FakeClock(),
        randomness=SeededRandomness(),
        key=a_key(),
        ballast_bytes=4096,
    )
    store.on_writer(lambda local: local.enrol(an_identity(), a_key()))
    for qty in range(1, SLOTS + 1):
        store.write(sell, qty)
    store.on_writer(lambda local: _acknowledge(local, RECEIPT_AT))
    store.close()
    return folder / "store.db"


def tampered(database: Path, tmp_path: Path, *statements: str) -> Path:
    copy = tmp_path / "copy.db"
    shutil.copy(database, copy)
    connection = sqlcipher3.dbapi2.connect(str(copy))
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return copy


def test_a_database_as_written_is_good(database: Path) -> None:
    assert verify(database)[1] is None
    assert main([str(database)]) == 0


SWAP = (
    "UPDATE journal SET n = 100 WHERE n = 2",
    "UPDATE journal SET n = 2 WHERE n = 3",
    "UPDATE journal SET n = 3 WHERE n = 100",
)
_CASES: list[tuple[int, tuple[str, ...]]] = [
    (3, ("UPDATE journal SET stored = CAST(stored || x'00' AS BLOB) WHERE n = 3",)),
    (3, ("UPDATE journal SET hash = zeroblob(32) WHERE n = 3",)),
    (3, ("UPDATE journal SET signature = zeroblob(64) WHERE n = 3",)),
    (3, ("UPDATE journal SET link_hash = zeroblob(32) WHERE n = 3",)),
    (3, ("UPDATE journal SET link_signature = zeroblob(64) WHERE n = 3",)),
    (3, ("UPDATE journal SET uid = 'f' WHERE n = 3",)),
    (3, ("UPDATE journal SET kind = 'gift' WHERE n = 3",)),
    (3, ("DELETE FROM journal WHERE n = 3",)),
    (1, ("DELETE FROM journal",)),
    (1, ("DELETE FROM journal WHERE n = 1",)),
    (4, ("DELETE FROM journal WHERE n >= 4",)),
    (2, SWAP),
    (4, ("UPDATE sync_state SET acknowledged_hash = zeroblob(32)",)),
    (4, ("UPDATE sync_state SET head_signature = zeroblob(64)",)),
]


@pytest.mark.parametrize(("n", "statements"), _CASES)
def test_any_change_of_a_database_is_found_at_its_slot(
    database: Path, tmp_path: Path, n: int, statements: tuple[str, ...]
) -> None:
    _, fault = verify(tampered(database, tmp_path, *statements))
    assert fault is not None
    assert fault.n == n


def test_a_cut_tail_is_found_by_a_head_that_is_given(database: Path, tmp_path: Path) -> None:
    """Head office told of slot 6; the file in hand ends after the receipt of slot 4."""
    chains, _ = verify(database)
    head = f"{SLOTS}:{chains[0].head.hex()}"
    cut = tampered(database, tmp_path, "DELETE FROM journal WHERE n > 4")
    assert main([str(cut)]) == 0
    assert main([str(cut), "--head", head]) == 1
    assert main([str(database), "--head", head]) == 0


def test_the_command_line_names_the_slot(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tampered(database, tmp_path, "DELETE FROM journal WHERE n = 3")
    assert main([str(path)]) == 1
    assert "SH01.01 incarnation 1: slot 3 " in capsys.readouterr().err


def test_a_spool_on_disk_is_read_by_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.spool"
    path.write_bytes(WHOLE)
    assert main([str(path), "--key", a_key().public.hex()]) == 0
    path.write_bytes(packed(without(slot_at(5))))
    assert main([str(path)]) == 1


def test_a_link_commits_to_every_slot_before_it() -> None:
    chained: Callable[[bytes], bytes] = lambda previous: link_hash("d", 1, 2, previous, b"h")  # noqa: E731
    assert chained(bytes(32)) != chained(b"\1" * 32)
