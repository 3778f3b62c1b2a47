"""T12: kill -9 at any moment, for the till and for head office's server."""

import os
import random
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import func, select

from desktop.app.areas import LAYOUT
from desktop.app.client import Client
from desktop.app.system import SystemClock, SystemRandomness
from desktop.store.drafts import put_draft
from desktop.store.local import LocalStore
from desktop.store.writer import Store, StorePaths
from desktop.sync.story import status
from shared.access.documents import Grant, UserPublished
from shared.channel.documents import ChannelPublished, SalesOrg, Site
from shared.channel.rules import founder_id
from shared.core.errors import QutongError
from shared.journal.tables import journal
from shared.sales.documents import Sale, SaleLine, TenderLine
from sync_server.__main__ import main as head_office
from sync_server.enrolment.codes import make_code
from sync_server.operations.home import create, open_home
from sync_server.sync.head_office import draft_of, publish
from tests.fakes.edges import FakeClock
from tests.fakes.keys import MemoryKeyStore
from tests.storage.disk import Disk
from tests.storage.looking import Found, look
from tests.storage.processes import Process, in_child
from tests.storage.shop import KEY, Shop, founded
from tests.storage.tally import Tally

READY_S: Final = 3.0
_KILLS_PER_FOLDER: Final = 40
_SELLING_S: Final = 0.25
_SERVING_S: Final = 0.6
_CLOCK, _RANDOM = SystemClock(), SystemRandomness()


class _Looked(NamedTuple):
    faults: list[str]
    ready_s: float
    documents: int


# The till.


def till_kills(folder: Path, *, seed: int, count: int) -> Iterator[Tally]:
    """Kill a selling till again and again; each next start must know all it had told."""
    tally, chance = Tally("T12 till"), random.Random(seed)
    told: dict[str, str] = {}
    home = folder / "till"
    founded()
    for number in range(count):
        if number % _KILLS_PER_FOLDER == 0:
            told = {}
            shutil.rmtree(home, ignore_errors=True)
            _lay_out(home)
        process = Process(lambda say: _sell_for_ever(home, say))
        if chance.random() < 0.8:
            process.line()
        time.sleep(chance.uniform(0, _SELLING_S) ** 2 / _SELLING_S)
        sold = {
            uid: printed
            for uid, _, printed in (line.partition(" ") for line in process.kill())
            if printed
        }
        told |= sold
        looked = in_child(partial(_look, home, told))
        tally.tried += 1
        tally.see("documents told", len(sold))
        tally.most("ready ms", round(looked.ready_s * 1_000))
        tally.fail(f"seed {seed} kill {number}", looked.faults)
        _judge(tally, f"seed {seed} kill {number}", looked.ready_s)
        yield tally
    shutil.rmtree(home, ignore_errors=True)


def _judge(tally: Tally, where: str, ready_s: float) -> None:
    """Ready in time; on a machine that is busy with other work a late start says nothing."""
    if ready_s <= READY_S:
        return
    if os.getloadavg()[0] > 2 * (os.cpu_count() or 1):
        tally.see("late beside other work")
    else:
        tally.fail(where, [f"ready after {ready_s:.1f} s"])


def _lay_out(home: Path) -> None:
    home.mkdir(parents=True)
    for name, data in founded().items():
        (home / Path(name).name).write_bytes(data)


def _open(home: Path) -> Store:
    return Store(
        StorePaths.under(home),
        LAYOUT,
        clock=_CLOCK,
        randomness=_RANDOM,
        key=KEY,
        ballast_bytes=4096,
    )


def _sell_for_ever(home: Path, say: object) -> None:
    assert callable(say)
    store = _open(home)
    say("ready")
    identity = store.identity
    assert identity is not None
    store.author_id = founder_id(identity.site_id)
    while True:
        number = store.write(lambda session: session.append(a_plain_sale())).value
        say(f"{number.uid.hex()} {number.number}")
        store.write(lambda session: put_draft(session, "basket/open", os.urandom(300)))
        if os.urandom(1)[0] < 40:
            store.rest()


def a_plain_sale() -> Sale:
    """One piece, paid in cash."""
    line = SaleLine(
        product_id="A1", qty_micro=1_000_000, unit_price_micro=5_000_000, amount_minor=500
    )
    cash = TenderLine(tender="cash", amount_minor=500)
    return Sale(mode="till", currency="CNY", lines=[line], tenders=[cash], total_minor=500)


def _look(home: Path, told: dict[str, str]) -> _Looked:
    began = time.monotonic()
    store = _open(home)
    ready_s = time.monotonic() - began
    found = Found()

    def all_of_it(local: LocalStore) -> None:
        look(Shop(Disk(), local, FakeClock()), told, found, expects_findings=False)

    store.on_writer(all_of_it)
    if store.moved_aside is not None:
        found.faults.append("the database was taken for damaged")
    # As a kill leaves it, too: nothing is folded or closed.
    return _Looked(found.faults, ready_s, len(found.uids))


# Head office's server.


def server_kills(folder: Path, *, seed: int, count: int) -> Iterator[Tally]:
    """Kill the server while a till sells and syncs; in the end all is there once."""
    tally, chance = Tally("T12 server"), random.Random(seed)
    office, till = folder / "office", folder / "syncing"
    for one in (office, till):
        shutil.rmtree(one, ignore_errors=True)
    code = in_child(lambda: set_up(office))
    port = _free_port()
    server = _serve(office, port)
    seller = Process(lambda say: _sell_and_sync(till, port, code, say))
    if seller.line() != "enrolled":
        tally.fail(f"seed {seed}", ["the till was not enrolled"])
    ready_s = 0.0
    for number in range(count):
        time.sleep(chance.uniform(0.02, max(_SERVING_S, 3 * ready_s)))
        server.kill()
        began = time.monotonic()
        server = _serve(office, port)
        ready_s = time.monotonic() - began
        tally.tried += 1
        tally.most("ready ms", round(ready_s * 1_000))
        _judge(tally, f"seed {seed} kill {number}", ready_s)
        yield tally
    seller.tell()
    lines = seller.wait()
    server.tell()
    server.wait()
    tally.see("documents told", sum(line.startswith("sold ") for line in lines))
    tally.see("syncs done", lines.count("synced"))
    tally.see("syncs broken", sum(line.startswith("broken") for line in lines))
    tally.fail(f"seed {seed}", in_child(lambda: _compare(office, till, lines)))
    yield tally


def set_up(office: Path) -> str:
    """A new head office with one shop; a code for its till."""
    create(office, "", _CLOCK, _RANDOM).database.close()
    opened = open_home(office, "", _RANDOM)
    bodies = (
        ChannelPublished(
            sales_orgs=(SalesOrg(sales_org_id="FX", name="示例品牌"),),
            sites=(
                Site(site_id="SH01", name="观前街店", site_type="store", sales_org_ids=("FX",)),
            ),
        ),
        UserPublished(user_id="clerk", name="clerk", role="owner", grants=(Grant(site_id="SH01"),)),
    )
    now_us = _CLOCK.now_us()
    with opened.database.write() as connection:
        publish(connection, opened.hq, [draft_of(opened.hq, b, now_us) for b in bodies], now_us)
        code = make_code(
            connection, _RANDOM, device_type="till", site_id="SH01", tag="01", now_us=now_us
        )
    opened.database.close()
    return code


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _serve(office: Path, port: int) -> Process:
    process = Process(lambda _: _as_program(office, port))
    for _ in range(2_000):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.005)
    raise RuntimeError("the server did not come up")


def _as_program(office: Path, port: int) -> None:
    with Path(os.devnull).open("w") as quiet:
        os.dup2(quiet.fileno(), 1)
        os.dup2(quiet.fileno(), 2)
    head_office(["serve", "--home", str(office), "--port", str(port)])


def _sell_and_sync(home: Path, port: int, code: str, say: object) -> None:
    assert callable(say)
    is_over: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: is_over.append(1))
    keys = MemoryKeyStore()
    client = Client.open(
        home, LAYOUT, clock=_CLOCK, randomness=_RANDOM, keys=keys, ballast_bytes=4096
    )
    client.enrol(f"http://127.0.0.1:{port}", code)
    client.store.author_id = "clerk"
    say("enrolled")
    chance = random.Random(port)
    while not is_over:
        for _ in range(chance.randrange(6)):
            done = client.store.write(lambda session: session.append(a_plain_sale())).value
            say(f"sold {done.uid.hex()}")
        _sync(client, say)
    while not _sync(client, say):
        time.sleep(0.05)
    identity = client.store.identity
    assert identity is not None
    here = client.store.read(lambda one: status(one, identity))
    say(f"unsent {here.unsent}")
    client.close()


def _sync(client: Client, say: object) -> bool:
    assert callable(say)
    try:
        summary = client.sync()
    except QutongError as error:
        say(f"broken {error.code}")
        return False
    for finding in summary.findings:
        say(f"found {finding.code}")
    say("synced")
    return True


_BREAKS: Final = frozenset({"NETWORK", "UNAVAILABLE", "SERVER_BUSY", "ANSWER_WRONG"})


def _compare(office: Path, till: Path, lines: list[str]) -> list[str]:
    told = [line.removeprefix("sold ") for line in lines if line.startswith("sold ")]
    faults = [f"the till was told {line}" for line in lines if line.startswith("found ")]
    codes = {line.removeprefix("broken ") for line in lines if line.startswith("broken ")}
    faults += [f"a sync broke with {code}" for code in sorted(codes - _BREAKS)]
    if "unsent 0" not in lines:
        faults.append("the till did not come to its end")
    opened = open_home(office, "", _RANDOM)
    with opened.database.read() as there:
        query = select(journal.c.uid, func.count()).group_by(journal.c.uid)
        times = {row[0]: row[1] for row in there.execute(query)}
    opened.database.close()
    faults += [f"{uid} is there {times.get(uid, 0)} times" for uid in told if times.get(uid) != 1]
    if head_office(["verify", "--home", str(office)]):
        faults.append("verify found a fault")
    shutil.rmtree(till, ignore_errors=True)
    return faults
