"""P4 and P5: a new device gets everything, and every device gets what changed."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

from sqlalchemy import Connection, func, select

from desktop.app.areas import LAYOUT
from desktop.pricing.usecases import publish_prices
from desktop.store.engine import open_writer
from desktop.store.layout import Layout
from desktop.store.writer import Store
from desktop.sync.engine import Ask, Fetched, drive, sync
from desktop.sync.progress import Progress
from desktop.sync.transport import HttpTransport, new_client
from desktop.sync.worker import SyncWorker
from shared.core.errors import Unavailable
from shared.journal.chain import SigningKey
from shared.pricing.queries import active_version
from shared.pricing.rules import PriceRow
from shared.sync.holding import cursors
from shared.sync.messages import Message, Page, Pages, pack, unpack
from shared.sync.scopes import org
from shared.sync.tables import METADATA, Schema
from sync_server.store.tables import snapshot
from sync_server.sync.snapshot import Snapshots
from tests.benchmarks.figures import (
    Figure,
    Stopwatch,
    at_least,
    at_most,
    median_ms,
    p99_ms,
    seconds_of,
    settled,
)
from tests.benchmarks.house import (
    APPROVER,
    CLOCK,
    EDITOR,
    ORG,
    RANDOM,
    STEPS,
    House,
    Meter,
    a_store,
    price_rows,
)
from tests.replay.office import OfficeFolder

CUTS = 20
ROUNDS = 5
_MADE_WITHIN_S = 300.0
_GOODS = ("product", "price_row")

PLAIN = Layout(
    registry=LAYOUT.registry,
    schema=Schema([replace(table, derive=None) for table in LAYOUT.schema.tables.values()]),
    local=LAYOUT.local,
)
"""The same tables, without search and without looking whether a price version is complete."""


@dataclass
class _Carried:
    """What one sync without a socket took, and where."""

    server_s: float = 0.0
    total_s: float = 0.0
    device_cpu_s: float = 0.0
    bytes_down: int = 0
    rows: int = 0

    @property
    def device_s(self) -> float:
        return self.total_s - self.server_s

    def run(self, house: House, store: Store) -> "_Carried":
        """Sync once; head office's part is what it takes to make and pack its answers."""
        identity = store.identity
        assert identity is not None

        def send(ask: Ask) -> Message:
            wall, cpu = time.perf_counter(), time.process_time()
            answer = house.answer(identity.device_id, ask)
            packed = pack(answer)
            self.server_s += time.perf_counter() - wall
            self.device_cpu_s -= time.process_time() - cpu
            if isinstance(answer, Page | Pages):
                pages = answer.pages if isinstance(answer, Pages) else [answer]
                self.bytes_down += len(packed)
                runs = [run for page in pages for run in page.runs]
                self.rows += sum(len(run.ids) + len(run.removed) for run in runs)
            return unpack(packed, ask.answer)

        watch = Stopwatch()
        watch.time(lambda: drive(sync(store, CLOCK), send))
        self.total_s += watch.wall[0]
        self.device_cpu_s += watch.cpu[0]
        return self


def new_device(folder: Path, products: int) -> Iterator[Figure]:
    """Everything a new till needs, as pages and as a ready file, whole and cut."""
    founding_s = time.perf_counter()
    house = House.founded(folder / "office", products)
    founding_s = time.perf_counter() - founding_s
    size = f"{products:,} products with prices"
    try:
        yield Figure(
            row="P4",
            what="head office publishes them (for comparison)",
            size=size,
            median_ms=founding_s * 1000,
            rate=2 * products / founding_s,
            unit="rows",
        )
        with settled():
            yield _paged(house, folder / "plain", "02", size, is_plain=True)
        with settled():
            yield _paged(house, folder / "paged", "03", size, is_plain=False)
        with OfficeFolder(home=folder / "office").served() as url:
            has_file = _wait_for_file(house)
            if has_file:
                yield from _by_file(house, folder, url, size)
            with settled():
                yield _over_http(house, folder / "pages", "05", url, size)
            if has_file:
                yield _cut(house, folder / "cut-file", "06", url, size, by_file=True)
            yield _cut(house, folder / "cut-pages", "07", url, size, by_file=False)
    finally:
        house.close()


def _paged(house: House, folder: Path, tag: str, size: str, *, is_plain: bool) -> Figure:
    store = house.device(folder, tag, layout=PLAIN if is_plain else LAYOUT)
    if is_plain:
        store.on_writer(lambda local: local.transact(_drop_indexes))
    try:
        carried = _Carried().run(house, store)
        floor_s = _bare_inserts(store, folder / "bare.db")
    finally:
        store.close()
    rate = carried.rows / carried.device_s
    whole = carried.rows / carried.total_s
    goals = [at_least("rows/s at the device", rate, 60_000 if is_plain else 35_000)]
    if is_plain:
        goals.append(at_most("B/row", carried.bytes_down / carried.rows, 60))
    return Figure(
        row="P4",
        what="pages, decoded and applied"
        + (", no indexes, no search" if is_plain else " with indexes and search"),
        size=f"{size}, {carried.rows:,} rows",
        floor="bare inserts of the rows without indexes, a commit for each 1,000",
        floor_ms=floor_s * 1000,
        median_ms=carried.device_s * 1000,
        cpu_ms=carried.device_cpu_s * 1000,
        rate=rate,
        unit="rows",
        size_bytes=carried.bytes_down / carried.rows,
        bytes_of="row",
        goals=tuple(goals),
        note=(
            f"{carried.rows / carried.device_cpu_s:,.0f} rows/s and core; head office makes "
            f"{carried.rows / carried.server_s:,.0f} rows/s; both in turn {whole:,.0f} rows/s"
        ),
    )


def _drop_indexes(connection: Connection) -> None:
    found = connection.exec_driver_sql(
        "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
        " AND name NOT LIKE '%__unconfirmed'"
    )
    for name in found.scalars().all():
        connection.exec_driver_sql(f'DROP INDEX "{name}"')


def _bare_inserts(store: Store, path: Path) -> float:
    parts: list[tuple[str, list[Any]]] = []
    for name in _GOODS:
        rows = store.read(
            lambda connection, name=name: connection.exec_driver_sql(
                f'SELECT * FROM "{name}"'
            ).all()  # type: ignore[misc]
        )
        marks = ", ".join("?" * len(rows[0]))
        parts.append((f'INSERT INTO "{name}" VALUES ({marks})', [tuple(row) for row in rows]))
    engine = open_writer(path)
    with engine.connect() as connection, connection.begin():
        METADATA.create_all(connection, tables=[LAYOUT.schema[name].table for name in _GOODS])
        _drop_indexes(connection)
    cursor: Any = engine.raw_connection().cursor()

    def insert() -> None:
        for statement, rows in parts:
            for start in range(0, len(rows), 1_000):
                cursor.execute("BEGIN IMMEDIATE")
                cursor.executemany(statement, rows[start : start + 1_000])
                cursor.execute("COMMIT")

    taken = seconds_of(insert)
    engine.dispose()
    return taken


def _wait_for_file(house: House) -> bool:
    """The server makes the file by itself; False when the scope is too small for one."""
    snapshots = Snapshots(folder=house.office.snapshot_folder, schema=LAYOUT.schema)
    with house.office.database.read() as connection:
        if not snapshots.due(connection):
            return False
    deadline_s = time.monotonic() + _MADE_WITHIN_S
    while True:
        with house.office.database.read() as connection:
            if connection.execute(select(func.count()).select_from(snapshot)).scalar():
                return True
        assert time.monotonic() < deadline_s, "the server made no file"
        Event().wait(0.05)


@dataclass
class _Line:
    """A device on a line to a served head office."""

    house: House
    store: Store
    transport: HttpTransport
    key: SigningKey
    progress: Progress = field(default_factory=Progress)

    @classmethod
    def to(
        cls,
        house: House,
        folder: Path,
        tag: str,
        url: str,
        *,
        device_type: str = "till",
        by_file: bool = True,
    ) -> "_Line":
        """A new device; without files it is sent pages."""
        identity, key = house.enrolled(tag, device_type=device_type)
        store = a_store(folder, key=key)
        store.on_writer(lambda local: local.enrol(replace(identity, server_url=url), key))
        files = folder / "files" if by_file else None
        transport = HttpTransport(new_client(url), identity.device_id, key, files)
        return cls(house, store, transport, key)

    def sync(self) -> None:
        """One whole sync."""
        drive(sync(self.store, CLOCK, progress=self.progress), self.transport.send)

    def rows(self) -> int:
        """Rows held of the catalogue's scope."""
        held = {row.scope: row[3] for row in self.store.read(cursors)}
        return int(held.get(org(ORG), 0))

    def close(self) -> None:
        """Let go of both."""
        self.transport.close()
        self.store.close()


def _by_file(house: House, folder: Path, url: str, size: str) -> Iterator[Figure]:
    line = _Line.to(house, folder / "file", "04", url)
    kept = folder / "fetched.db"

    def send(ask: Ask) -> Message:
        answer = line.transport.send(ask)
        if isinstance(answer, Fetched):
            # The device removes what it has taken in.
            kept.hardlink_to(answer.path)
        return answer

    with house.office.database.read() as connection:
        packed_bytes = connection.execute(select(snapshot.c.bytes)).scalar_one()
    try:
        with settled():
            whole_s = seconds_of(lambda: drive(sync(line.store, CLOCK), send))
        rows = line.rows()
    finally:
        line.close()
    yield Figure(
        row="P4",
        what="ready file over HTTP: fetched, checked, unpacked, loaded with indexes and search",
        size=f"{size}, {rows:,} rows",
        median_ms=whole_s * 1000,
        rate=rows / whole_s,
        unit="rows",
        size_bytes=packed_bytes / rows,
        bytes_of="row",
        goals=(at_most("B/row", packed_bytes / rows, 60),),
    )
    for is_plain in (True, False):
        yield _loaded(house, folder, kept, size, is_plain=is_plain)


def _loaded(house: House, folder: Path, file: Path, size: str, *, is_plain: bool) -> Figure:
    """The unpacked file alone, taken into an empty database."""
    name = "load-plain" if is_plain else "load"
    store = house.device(folder / name, f"1{int(is_plain)}", layout=PLAIN if is_plain else LAYOUT)
    if is_plain:
        store.on_writer(lambda local: local.transact(_drop_indexes))
    identity = store.identity
    assert identity is not None

    class _HelloOnly(Exception):
        """The scopes are settled; the rows come from the file."""

    def hello_only(ask: Ask) -> Message:
        if ask.path != "/hello":
            raise _HelloOnly
        return house.answer(identity.device_id, ask)

    watch = Stopwatch()
    try:
        with suppress(_HelloOnly):
            drive(sync(store, CLOCK), hello_only)
        with settled():
            watch.time(lambda: store.load_snapshot(org(ORG), file))
        (taken_s,), (cpu_s,) = watch.wall, watch.cpu
        rows = {row.scope: row[3] for row in store.read(cursors)}[org(ORG)]
        floor_s = _bare_copy(file, folder / f"{name}-bare.db")
    finally:
        store.close()
    return Figure(
        row="P4",
        what="the file taken in"
        + (", no indexes, no search" if is_plain else " with indexes and search"),
        size=f"{size}, {rows:,} rows",
        floor="ATTACH and INSERT SELECT without indexes",
        floor_ms=floor_s * 1000,
        median_ms=taken_s * 1000,
        cpu_ms=cpu_s * 1000,
        rate=rows / taken_s,
        unit="rows",
        goals=(at_least("rows/s", rows / taken_s, 200_000 if is_plain else 35_000),),
        note=f"{rows / cpu_s:,.0f} rows/s and core",
    )


def _bare_copy(file: Path, path: Path) -> float:
    engine = open_writer(path)
    with engine.connect() as connection, connection.begin():
        METADATA.create_all(connection, tables=[LAYOUT.schema[name].table for name in _GOODS])
        _drop_indexes(connection)
    cursor: Any = engine.raw_connection().cursor()

    def copy() -> None:
        cursor.execute("ATTACH DATABASE ? AS file KEY ''", (str(file),))
        cursor.execute("BEGIN IMMEDIATE")
        for name in _GOODS:
            columns = ", ".join(f'"{one}"' for one in ("id", *LAYOUT.schema[name].columns))
            cursor.execute(
                f'INSERT INTO main."{name}" ({columns}, _digest, _extra)'
                f" SELECT {columns}, _digest, x'' FROM file.\"{name}\""
            )
        cursor.execute("COMMIT")

    taken = seconds_of(copy)
    engine.dispose()
    return taken


def _over_http(house: House, folder: Path, tag: str, url: str, size: str) -> Figure:
    line = _Line.to(house, folder, tag, url, by_file=False)
    try:
        whole_s = seconds_of(line.sync)
        rows = line.rows()
    finally:
        line.close()
    return Figure(
        row="P4",
        what="pages over HTTP, asked for and applied one after the other",
        size=f"{size}, {rows:,} rows",
        median_ms=whole_s * 1000,
        rate=rows / whole_s,
        unit="rows",
        goals=(at_least("rows/s", rows / whole_s, 35_000),),
    )


def _cut(house: House, folder: Path, tag: str, url: str, size: str, *, by_file: bool) -> Figure:
    """The line breaks twenty times at even distances; what came twice is counted."""
    whole = _bytes_of_whole(house, folder / "whole", f"{tag}1", url, by_file=by_file)
    meter = Meter(url)
    meter.cut_after = [whole * (at + 1) // (CUTS + 1) for at in range(CUTS)]
    line = _Line.to(house, folder / "cut", tag, meter.url, by_file=by_file)
    breaks = 0
    try:
        while True:
            try:
                line.sync()
                break
            except Unavailable as error:
                if error.code != "NETWORK":
                    raise
                breaks += 1
    finally:
        line.close()
        meter.close()
    repeated = meter.down / whole - 1
    return Figure(
        row="P4",
        what=f"the {'file' if by_file else 'pages'}, cut {breaks} times",
        size=size,
        size_bytes=meter.down - whole,
        bytes_of="device, sent twice",
        goals=(at_most("repeated share", repeated, 0.05),),
        note=f"{whole:,} B without a cut, {meter.down:,} B with: {repeated:.1%} repeated",
    )


def _bytes_of_whole(house: House, folder: Path, tag: str, url: str, *, by_file: bool) -> int:
    meter = Meter(url)
    line = _Line.to(house, folder, tag, meter.url, by_file=by_file)
    try:
        line.sync()
    finally:
        line.close()
        meter.close()
    return meter.down


def price_change(folder: Path, products: int, changed: int) -> Iterator[Figure]:
    """So many rows of a new price version, asked for and live."""
    house = House.founded(folder / "office", products)
    try:
        yield _asked_for(house, folder, products, changed)
        with OfficeFolder(home=folder / "office").served() as url:
            yield _live(house, folder, url, products, changed)
    finally:
        house.close()


def _asked_for(house: House, folder: Path, products: int, changed: int) -> Figure:
    store = house.device(folder / "till", "01")
    taken: list[float] = []
    server: list[float] = []
    size_bytes = 0.0
    try:
        house.sync(store)
        for turn in range(ROUNDS):
            house.publish_prices(price_rows(changed, raised_minor=10 * (turn + 1)))
            with settled():
                carried = _Carried().run(house, store)
            taken.append(carried.total_s)
            server.append(carried.server_s)
            size_bytes = carried.bytes_down / carried.rows
    finally:
        store.close()
    return Figure(
        row="P5",
        what="changed prices, from the commit to applied, asked for at once",
        size=f"{changed:,} rows of {products:,}, {ROUNDS} versions",
        median_ms=median_ms(taken),
        p99_ms=p99_ms(taken),
        rate=changed * 1000 / median_ms(taken),
        unit="rows",
        size_bytes=size_bytes,
        bytes_of="row",
        goals=(at_most("ms", median_ms(taken), 250), at_most("B/row", size_bytes, 60)),
        note=f"of this at head office {median_ms(server):.0f} ms",
    )


def _live(house: House, folder: Path, url: str, products: int, changed: int) -> Figure:
    """A desktop of head office publishes, a till listens; a server process between them."""
    desk = _Line.to(house, folder / "desk", "H1", url, device_type="hq")
    till = _Line.to(house, folder / "live", "02", url)
    desk.store.author_id = EDITOR
    taken: list[float] = []
    identity = till.store.identity
    assert identity is not None
    try:
        desk.sync()
        till.sync()
        worker = SyncWorker(
            till.store,
            lambda: HttpTransport(new_client(url), identity.device_id, till.key, folder / "files"),
            clock=CLOCK,
            randomness=RANDOM,
        )
        worker.start()
        worker.sync_now().result(60)
        try:
            for turn in range(ROUNDS):
                rows = price_rows(changed, raised_minor=1_000 + 10 * turn)
                taken.append(_published_to_seen(desk, till, rows))
        finally:
            worker.stop()
    finally:
        desk.close()
        till.close()
    return Figure(
        row="P5",
        what="live: from published at head office to priced at a listening till",
        size=f"{changed:,} rows of {products:,}, {ROUNDS} versions, server process, loopback",
        median_ms=median_ms(taken),
        p99_ms=p99_ms(taken),
        goals=(at_most("worst ms", max(taken) * 1000, 1_000),),
        note="the publication's own upload and posting are before it",
    )


def _published_to_seen(desk: _Line, till: _Line, rows: list[PriceRow]) -> float:
    seen = Event()
    desk.store.write(publish_prices, ORG, rows, STEPS, approver_id=APPROVER)
    wanted = _newest(desk.store) + 1
    arrived_s: list[float] = []

    def look(_touched: object) -> None:
        if not seen.is_set() and _newest(till.store) >= wanted:
            arrived_s.append(time.perf_counter())
            seen.set()

    stop = till.store.bus.subscribe(look, "price_version", "price_row")
    committed_s: list[float] = []

    def send(ask: Ask) -> Message:
        answer = desk.transport.send(ask)
        if ask.path == "/push":
            committed_s.append(time.perf_counter())
        return answer

    drive(sync(desk.store, CLOCK), send)
    assert seen.wait(30), "the till never heard of it"
    stop()
    return max(arrived_s[0] - committed_s[-1], 0.0)


def _newest(store: Store) -> int:
    return store.read(_newest_here)


def _newest_here(connection: Connection) -> int:
    found = active_version(connection, ORG, CLOCK.now_us())
    return found.number if found else 0
