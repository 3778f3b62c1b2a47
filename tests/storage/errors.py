"""T11 and T15: the disk fails, is full, or does what it says it did not do."""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import sqlcipher3.dbapi2 as driver
from sqlalchemy import select

from shared.areas import REGISTRY
from shared.core.errors import Conflict, Unavailable
from shared.core.ids import uid_text
from shared.journal.tables import journal
from tests.storage.cuts import day_log
from tests.storage.disk import Disk, Platter, Trouble
from tests.storage.looking import look_after_restart
from tests.storage.shop import BALLAST_BYTES, DATABASE, SPOOL, a_uid, founded, open_shop
from tests.storage.tally import Tally
from tests.storage.vfs import mounted

_WAL_SYNC: Final = ("sync", "-wal")
_SPOOL_SYNC: Final = ("sync", ".spool")
_MAY_STAND: Final = frozenset({"OUTCOME_UNKNOWN", "RECORDED_ONCE"})
"""Codes after which the document may be there; after every other one it must not be."""
Kind = Callable[[int, int], Trouble]
KINDS: Final[dict[str, Kind]] = {
    "error once": lambda at, seed: Trouble(at, seed=seed),
    "errors for a while": lambda at, seed: Trouble(at, lasting=40, seed=seed),
    "full": lambda at, seed: Trouble(at, fills=True, seed=seed),
    "done and denied": lambda at, seed: Trouble(at, lies=True, seed=seed),
    "done and denied for a while": lambda at, seed: Trouble(at, lies=True, lasting=40, seed=seed),
}


class Counter:
    """A till that sells on a disk in trouble, and a platter that follows what is durable."""

    def __init__(self, disk: Disk, tally: Tally, seed: int, *, ballast: int) -> None:
        self.disk = disk
        self._tally = tally
        self._chance = random.Random(seed)
        self._platter = Platter(disk.start)
        self._followed = 0
        self._number = 1_000
        self.uid = b""
        self.shop = open_shop(disk, ballast=ballast)

    def sale(self, trouble: Trouble) -> str:
        """Try a sale in trouble; the code of what a person was told, '' for done."""
        self._number += 1
        self.uid = a_uid(self._number)
        try:
            with self.disk.troubled(trouble):
                self.shop.run(self.shop.selling(self.uid))
        except Unavailable as error:
            return error.code
        return ""

    def press_again(self) -> None:
        """The disk is well again, and the person presses the key once more."""
        try:
            self.shop.run(self.shop.selling(self.uid))
        except Conflict as error:
            if error.code != "ALREADY_APPENDED":
                raise
            self.shop.told.setdefault(uid_text(self.uid), self._printed())

    def _printed(self) -> str:
        query = select(journal.c.stored).where(journal.c.uid == uid_text(self.uid))
        stored = self.shop.store.read(lambda one: one.execute(query).scalars().one())
        return REGISTRY.decode(stored).header.number

    def check(self, code: str, where: str, *, cut: bool = True) -> None:
        """What was told is true now, and after a restart if the power goes now."""
        self._tally.tried += 1
        self._tally.see(f"told {code or 'done'}")
        self._check_told(code, self._stands(), f"{where}, running")
        for operation in self.disk.log[self._followed :]:
            self._platter.take(operation)
        self._followed = len(self.disk.log)
        if not cut:
            return
        keep = self._chance.choice(("none", "all", "any"))
        left = self._platter.left(self._chance, keep=keep)
        found = look_after_restart(left, self.shop.told)
        self._tally.fail(f"{where}, after a cut ({keep})", found.faults)
        self._check_told(code, uid_text(self.uid) in found.uids, f"{where}, after a cut ({keep})")

    def _check_told(self, code: str, stands: bool, where: str) -> None:
        if code not in _MAY_STAND and stands != (code == ""):
            self._tally.fail(where, [f"told {code or 'done'}, and it {'' if stands else 'not '}is"])
        if code == "RECORDED_ONCE" and not stands:
            self._tally.fail(where, ["told as recorded, and it is gone"])

    def _stands(self) -> bool:
        query = select(journal.c.n).where(journal.c.uid == uid_text(self.uid))
        return bool(self.shop.store.read(lambda one: one.execute(query).scalars().all()))


@contextmanager
def a_counter(tally: Tally, seed: int, *, ballast: int = 0) -> Iterator[Counter]:
    """A till that runs while this lasts."""
    disk = Disk(founded())
    with mounted(disk):
        counter = Counter(disk, tally, seed, ballast=ballast)
        try:
            yield counter
        finally:
            disk.trouble, disk.room = None, None
            counter.shop.store.close()


def write_errors(*, seed: int, every: int = 1) -> Iterator[Tally]:
    """T11: each kind of trouble at each operation of a sale; then it is well, and sold again."""
    tally = Tally("T11")
    for kind, make in KINDS.items():
        with a_counter(tally, seed) as counter:
            at, has_struck = 1 + seed % every, True
            while has_struck:
                trouble = make(at, seed * 1_000 + at)
                code = counter.sale(trouble)
                has_struck = bool(trouble.struck)
                where = f"seed {seed} {kind} at {at} ({', '.join(trouble.struck[:2])})"
                counter.check(code, where)
                counter.press_again()
                at += every
                yield tally
    with a_counter(tally, seed, ballast=BALLAST_BYTES) as counter:
        _with_ballast(counter, tally)
    yield tally


def _with_ballast(counter: Counter, tally: Tally) -> None:
    """The disk is full at the first write: the ballast finishes the sale, and then it is told."""
    counter.disk.room = 0
    codes = []
    for _ in range(400):
        codes.append(counter.sale(Trouble(1 << 40)))
        counter.check(codes[-1], "full with ballast", cut=codes[-1] != "")
        if codes[-1]:
            break
    if codes[0]:
        tally.fail("full with ballast", [f"the running sale was told {codes[0]}"])
    if codes[-1] not in {"DISK_FULL", "RECORDED_ONCE"}:
        tally.fail("full with ballast", [f"in the end it was told {codes[-1]}"])
    tally.see("sales on ballast", len(codes) - 1)
    counter.disk.room = None
    counter.press_again()
    counter.check("", "room again")


def unknown_commits(*, seed: int, count: int, cut_every: int = 20) -> Iterator[Tally]:
    """T15: the answer of a COMMIT or a flush is lost; pressing again makes exactly one."""
    tally = Tally("T15")
    with a_counter(tally, seed) as counter:
        for number in range(count):
            way = number % 3
            if way == 0:
                code = counter.sale(Trouble(1, lies=True, only=_WAL_SYNC))
            elif way == 1:
                code = counter.sale(Trouble(1, lies=True, only=_SPOOL_SYNC))
            else:
                with _answer_lost(counter):
                    code = counter.sale(Trouble(1 << 40))
            where = f"seed {seed} number {number} way {way}"
            counter.check(code, where, cut=number % cut_every == 0)
            counter.press_again()
            yield tally
        counter.check("", "at the end")
    yield tally


@contextmanager
def _answer_lost(counter: Counter) -> Iterator[None]:
    """The next COMMIT happens, and an error is reported."""
    dialect: Any = counter.shop.store.connection.dialect
    whole = dialect.do_commit

    def broken(connection: object) -> None:
        dialect.do_commit = whole
        whole(connection)
        raise driver.OperationalError("disk I/O error")

    dialect.do_commit = broken
    try:
        yield
    finally:
        dialect.do_commit = whole


def troubled_starts(*, seed: int, most: int = 100) -> Iterator[Tally]:
    """T11: a start that has to mend something meets trouble itself; the next start is whole.

    Each kind of trouble at each operation, or at ``most`` of them, others for another seed: a
    lost database is written anew by more than a thousand that are much alike.
    """
    tally, chance = Tally("T11 starts"), random.Random(seed)
    for name, files, told in _to_be_mended(chance):
        every = -(-_operations(files) // most)
        for kind, make in KINDS.items():
            at, has_struck = 1 + seed % every, True
            while has_struck:
                trouble = make(at, seed * 1_000 + at)
                where = f"seed {seed} start, {name}, {kind} at {at}"
                left = _start(files, trouble, tally, chance, where)
                has_struck = bool(trouble.struck)
                found = look_after_restart(left, told, expects_findings=True)
                tally.tried += 1
                tally.fail(where, found.faults)
                at += every
                yield tally
    yield tally


def _operations(files: Mapping[str, bytes]) -> int:
    """How many a start in no trouble takes."""
    disk = Disk(files)
    with mounted(disk):
        open_shop(disk, ballast=0).store.close()
    return len(disk.log)


def _start(
    files: Mapping[str, bytes], trouble: Trouble, tally: Tally, chance: random.Random, where: str
) -> dict[str, bytes]:
    """Start in trouble, then the power goes: what the disk holds then."""
    disk = Disk(files)
    with mounted(disk):
        try:
            with disk.troubled(trouble):
                open_shop(disk, ballast=0).store.close()
            tally.see("started")
        except Unavailable as error:
            tally.see(f"told {error.code}")
        except Exception as error:
            tally.fail(where, [f"raised {error!r}"])
    platter = Platter(files)
    for operation in disk.log:
        platter.take(operation)
    return platter.left(chance)


def _to_be_mended(
    chance: random.Random,
) -> Iterator[tuple[str, dict[str, bytes], dict[str, str]]]:
    """Files of a day whose end is in one of the two only."""
    platter, told, early = Platter(founded()), {}, dict(founded())
    for operation in day_log():
        if operation.kind != "done":
            platter.take(operation)
            continue
        uid, _, printed = operation.name.partition(" ")
        told[uid] = printed
        if len(told) == 5:
            break
    now = platter.left(chance, keep="none")
    spool, log = str(SPOOL), f"{DATABASE}-wal"
    yield "spool behind", {**now, spool: early[spool]}, dict(told)
    yield "spool lost", {name: data for name, data in now.items() if name != spool}, dict(told)
    yield "spool torn inside", {**now, spool: _torn(now[spool])}, dict(told)
    yield "log lost", {name: data for name, data in now.items() if name != log}, dict(told)
    yield "database lost", {spool: now[spool]}, dict(told)


def _torn(data: bytes) -> bytes:
    at = len(data) // 2
    return data[:at] + bytes(64) + data[at + 64 :]
