"""Devices for tests: a store in memory, enrolled, with the tiny business."""

from desktop.store.identity import Identity
from desktop.store.layout import Layout
from desktop.store.local import LocalStore
from desktop.store.spool import MemorySpool, Spool
from shared.journal.chain import SigningKey
from tests.builders.engines import a_writer
from tests.builders.small_shop import REGISTRY, SCHEMA
from tests.fakes.edges import FakeClock, SeededRandomness

HQ_KEY = SigningKey.from_seed(b"head office".ljust(32, b"\0"))
LAYOUT = Layout(registry=REGISTRY, schema=SCHEMA)


def a_key(device_id: str = "SH01.01") -> SigningKey:
    """The key that belongs to a device's name."""
    return SigningKey.from_seed(device_id.encode().ljust(32, b"\0")[:32])


def an_identity(device_id: str = "SH01.01", *, site_id: str = "SH01") -> Identity:
    """An enrolled till."""
    return Identity(
        device_id=device_id,
        device_type="till",
        site_id=site_id,
        tag=device_id.rpartition(".")[2],
        incarnation=1,
        epoch="epoch-1",
        public_key=a_key(device_id).public,
        hq_public_key=HQ_KEY.public,
    )


def a_store(
    device_id: str = "SH01.01",
    *,
    spool: Spool | None = None,
    enrolled: bool = True,
    layout: Layout = LAYOUT,
    clock: FakeClock | None = None,
) -> LocalStore:
    """A device's store with an empty database in memory; the caller closes it."""
    store = LocalStore(
        a_writer(layout),
        layout,
        spool if spool is not None else MemorySpool(),
        clock=clock or FakeClock(),
        randomness=SeededRandomness(sum(device_id.encode())),
        key=a_key(device_id),
    )
    if enrolled and store.identity is None:
        store.enrol(an_identity(device_id, site_id=device_id.partition(".")[0]), a_key(device_id))
    return store
