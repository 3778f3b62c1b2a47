"""The commands for leases."""

from desktop.leases import usecases
from desktop.store.asking import Params
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.core.ids import uid_text
from shared.leases.queries import LeaseView, PoolView, leases, pools, spent_twice, waiting_for
from shared.leases.rules import pool_named


class State(Params):
    """A key such as ``deposit:D2``; ``added`` in the smallest part of the unit."""

    key: str
    unit: str
    added: int = 0
    portion: int = 0
    term_s: int = 30 * 86_400
    only_site_id: str = ""
    is_open: bool = True
    home_site_id: str = ""


def _state(store: Store, asked: State) -> str:
    pool = pool_named(asked.key, asked.home_site_id)
    store.write(
        usecases.state_pool,
        pool,
        asked.unit,
        asked.added,
        portion=asked.portion,
        term_s=asked.term_s,
        only_site_id=asked.only_site_id,
        is_open=asked.is_open,
    )
    return pool


class Nothing(Params):
    """Nothing to say."""


def _pools(store: Store, _asked: Nothing) -> list[PoolView]:
    return store.read(pools)


class Ask(Params):
    """A pool as ``pools`` lists it, or a customer whose deposit is wanted."""

    wanted: int
    pool: str = ""
    customer: str = ""


def _ask(store: Store, asked: Ask) -> str:
    if asked.customer:
        return store.write(usecases.ask_deposit, asked.customer, asked.wanted).value
    return store.write(usecases.ask_lease, asked.pool, asked.wanted).value


class OfPool(Params):
    """'' = all pools."""

    pool: str = ""


def _held(store: Store, asked: OfPool) -> list[usecases.HeldLease]:
    return store.write(usecases.held_leases, asked.pool).value


def _leases(store: Store, asked: OfPool) -> list[LeaseView]:
    return store.read(lambda connection: leases(connection, pool=asked.pool))


class OfLease(Params):
    """A lease by its id."""

    lease: str


def _back(store: Store, asked: OfLease) -> str:
    return uid_text(store.write(usecases.give_back, asked.lease).value.uid)


class Off(Params):
    """A lease and the reason."""

    lease: str
    reason: str


def _off(store: Store, asked: Off) -> str:
    return uid_text(store.write(usecases.write_off, asked.lease, asked.reason).value.uid)


class At(Params):
    """An instant, microseconds UTC."""

    at_us: int


def _waiting(store: Store, asked: At) -> list[LeaseView]:
    return store.read(lambda connection: waiting_for(connection, asked.at_us))


def _doubled(store: Store, _asked: Nothing) -> list[LeaseView]:
    return store.read(spent_twice)


def _tend(store: Store, _asked: Nothing) -> usecases.Tended:
    return store.write(usecases.tend_leases).value


COMMANDS = (
    Command(
        name="lease-pool", summary="State a pool of something scarce.", params=State, run=_state
    ),
    Command(name="lease-pools", summary="List the pools.", params=Nothing, run=_pools),
    Command(name="lease-ask", summary="Ask for a portion of a pool.", params=Ask, run=_ask),
    Command(
        name="lease-held", summary="List what this device may spend.", params=OfPool, run=_held
    ),
    Command(name="leases", summary="List all leases known here.", params=OfPool, run=_leases),
    Command(
        name="lease-return", summary="Give back the rest of a lease.", params=OfLease, run=_back
    ),
    Command(
        name="lease-tend",
        summary="Give back leases that are over, and ask where they are low.",
        params=Nothing,
        run=_tend,
    ),
    Command(
        name="lease-write-off",
        summary="Do not wait for a holder any more.",
        params=Off,
        run=_off,
    ),
    Command(
        name="leases-waiting",
        summary="List leases that are over and were not given back.",
        params=At,
        run=_waiting,
    ),
    Command(
        name="leases-doubled",
        summary="List leases of which more was spent than they had.",
        params=Nothing,
        run=_doubled,
    ),
)
