"""More work than there are hands: turns, a bounded queue, and when to come again."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.sync.conversation import Ask
from desktop.sync.transport import HttpTransport
from shared.core.errors import Unavailable
from shared.journal.chain import SigningKey
from shared.sync.limits import RETRY_S_MAX
from shared.sync.messages import ErrorAnswer, HelloAnswer, Push, PushAnswer, Wait, pack, unpack
from shared.sync.requests import NONCE_HEADER, RETRY_HEADER
from sync_server.http.admission import Admission, Gate, Pace, Room, busy
from sync_server.http.app import App
from tests.integration.server.tiny import Sold
from tests.integration.server.wire import Wire, service_of
from tests.integration.server.world import Till, World, make_world


class Hand:
    """A clock and a die that the test moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def now(self) -> float:
        return self.now_s

    def gate(self, at_once: int = 1, queued: int = 2, wait_s: float = 5) -> Gate:
        return Gate("t", at_once, queued, now=self.now, chance=lambda: 0.5, wait_s=wait_s)


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Line:
    """People who come to a gate, and the order in which they got their turn."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.order: list[str] = []
        self.ends: dict[str, asyncio.Event] = {}
        self.tasks: list[asyncio.Task[None]] = []

    async def comes(self, name: str, key: str = "") -> None:
        self.ends[name] = asyncio.Event()

        async def work() -> None:
            async with self.gate.turn(key or name):
                self.order.append(name)
                await self.ends[name].wait()

        self.tasks.append(asyncio.create_task(work()))
        await _settle()

    async def leaves(self, name: str) -> None:
        self.ends[name].set()
        await _settle()


def test_who_comes_first_is_served_first_and_no_more_than_fit_are_at_work() -> None:
    async def play() -> None:
        line = Line(Hand().gate(at_once=2))
        for name in "abcd":
            await line.comes(name)
        assert line.order == ["a", "b"]
        assert (line.gate.working, line.gate.waiting) == (2, 2)
        await line.leaves("b")
        await line.leaves("a")
        assert line.order == ["a", "b", "c", "d"]
        await line.leaves("c")
        await line.leaves("d")
        assert (line.gate.working, line.gate.waiting) == (0, 0)

    asyncio.run(play())


def test_a_device_that_sends_much_lets_others_go_before_its_second_turn() -> None:
    async def play() -> None:
        line = Line(Hand().gate(at_once=2, queued=5))
        await line.comes("much 1", "much")
        await line.comes("much 2", "much")
        await line.comes("other 1", "other")
        assert line.order == ["much 1", "other 1"]
        await line.comes("third 1", "third")
        await line.leaves("other 1")
        assert line.order == ["much 1", "other 1", "third 1"]
        await line.leaves("much 1")
        assert line.order[-1] == "much 2"
        # A third one of the same device while one waits is not taken into the queue.
        await line.comes("much 3", "much")
        await line.comes("much 4", "much")
        assert line.tasks[-1].exception() is not None

    asyncio.run(play())


def test_beyond_the_queue_everybody_is_told_another_moment() -> None:
    async def play() -> list[int]:
        hand = Hand()
        line = Line(hand.gate(queued=1))
        await line.comes("a")
        # A turn takes four seconds here.
        for _ in range(200):
            hand.now_s += 4
            await line.leaves(line.order[-1])
            await line.comes(f"x{hand.now_s}")
        await line.comes("queued")
        told = []
        for number in range(40):
            await line.comes(f"refused {number}")
            error = line.tasks[-1].exception()
            assert isinstance(error, Unavailable)
            told.append(int(error.params["retry_after_s"]))
        assert line.gate.refused == 40
        return told

    told = asyncio.run(play())
    assert told[:5] == sorted(set(told[:5]))
    assert all(3 <= later - before <= 5 for before, later in pairwise(told[:6]))
    assert max(told) <= RETRY_S_MAX


def test_who_waits_too_long_is_sent_away_and_the_place_is_free_again() -> None:
    async def play() -> None:
        line = Line(Hand().gate(queued=1, wait_s=0.01))
        await line.comes("a")
        await line.comes("b")
        with pytest.raises(Unavailable, match="BUSY"):
            await line.tasks[1]
        assert line.gate.waiting == 0
        await line.leaves("a")
        await line.comes("c")
        assert line.order == ["a", "c"]

    asyncio.run(play())


@given(
    st.lists(st.tuples(st.sampled_from(["come", "leave", "quit"]), st.integers(0, 5)), max_size=60)
)
def test_whatever_comes_and_goes_no_turn_is_lost(acts: list[tuple[str, int]]) -> None:
    async def play() -> None:
        gate = Hand().gate(at_once=2, queued=3)
        line = Line(gate)
        for number, (act, key) in enumerate(acts):
            if act == "come":
                await line.comes(str(number), f"k{key}")
            elif act == "leave" and line.order:
                await line.leaves(line.order[key % len(line.order)])
            elif act == "quit" and line.tasks:
                line.tasks[key % len(line.tasks)].cancel()
                await _settle()
            assert 0 <= gate.working <= 2
            assert gate.waiting <= 3
        for end in line.ends.values():
            end.set()
        for _ in range(20):
            await _settle()
        await asyncio.gather(*line.tasks, return_exceptions=True)
        assert (gate.working, gate.waiting) == (0, 0)

    asyncio.run(play())


def test_a_device_has_so_many_requests_and_then_so_many_a_second() -> None:
    hand = Hand()
    pace = Pace(now=hand.now, per_s=2, burst=3)
    for _ in range(3):
        pace.spend("much")
    with pytest.raises(Unavailable, match="BUSY"):
        pace.spend("much")
    pace.spend("other")
    hand.now_s += 0.5
    pace.spend("much")
    with pytest.raises(Unavailable, match="BUSY"):
        pace.spend("much")
    assert pace.refused == 2


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(f"sqlite:///{tmp_path / 'hq.db'}")
    yield made
    made.database.close()


def _few(pushes: int = 1, queued: int = 0, **more: object) -> Admission:
    hand = Hand()
    usual = Admission.usual(hand.now, lambda: 0.0)
    gate = Gate("pushes", pushes, queued, now=hand.now, chance=lambda: 0.0, wait_s=5)
    return replace(usual, pushes=gate, **more)  # type: ignore[arg-type]


Send = Callable[[Till, str, object], Coroutine[object, object, httpx.Response]]


async def _with_app(app: App, play: Callable[[Send], Awaitable[None]]) -> None:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
        nonces: dict[str, str] = {}

        async def send(till: Till, path: str, message: object) -> httpx.Response:
            body = pack(message)  # type: ignore[arg-type]
            for _ in range(2):
                wire = Wire("", till.device_id, till.key, nonces.get(till.device_id, ""))
                headers = wire.headers("POST", path, body)
                answer = await client.post(path, content=body, headers=headers)
                nonces[till.device_id] = answer.headers.get(NONCE_HEADER, "")
                if answer.status_code != 401:
                    break
            return answer

        await play(send)


def test_a_push_beyond_the_queue_is_answered_429_with_a_moment_to_come_again(
    world: World, tmp_path: Path
) -> None:
    tills = [world.enrol(tag=f"0{number}") for number in range(3)]
    for till in tills:
        till.add(Sold(product="P", qty_micro=1))
    app = App(service_of(world, tmp_path), admission=_few())

    async def play(send: Send) -> None:
        with ExitStack() as held:
            # Nobody commits while this test writes.
            held.enter_context(world.database.write())
            first = asyncio.create_task(send(tills[0], "/push", tills[0].batch()))
            while not app.admission.pushes.working:
                await asyncio.sleep(0)
            refused = await send(tills[1], "/push", tills[1].batch())
            assert refused.status_code == 429
            assert int(refused.headers[RETRY_HEADER]) >= 1
            answer = unpack(refused.content, ErrorAnswer)
            assert answer.code == "BUSY"
            assert str(answer.params["retry_after_s"]) == refused.headers[RETRY_HEADER]
            # Head office is full of pushes; who only asks is answered.
            ready = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=ready, base_url="http://office") as one:
                assert (await one.get("/health")).status_code == 200
                assert (await one.get("/ready")).status_code == 429
        assert (await first).status_code == 200
        done = await send(tills[1], "/push", tills[1].batch())
        assert unpack(done.content, PushAnswer).high_water == 1
        assert 'qutong_busy_total{by="pushes"} 1' in app.metrics()

    asyncio.run(_with_app(app, play))


def test_too_many_long_polls_and_too_many_bytes_are_busy_too(world: World, tmp_path: Path) -> None:
    till = world.enrol()
    till.add(Sold(product="P", qty_micro=1))
    app = App(service_of(world, tmp_path), admission=_few(waits=Room(0), bodies=Room(300)))

    async def play(send: Send) -> None:
        wait = await send(till, "/wait", Wait(cursors=[], timeout_s=1))
        assert wait.status_code == 429
        for _ in range(20):
            till.add(Sold(product="P", qty_micro=1))
        large = await send(till, "/push", till.batch())
        assert large.status_code == 429
        assert unpack(large.content, ErrorAnswer).code == "BUSY"
        assert app.admission.bodies.taken == 0
        small = await send(till, "/push", till.batch(1, 1))
        assert small.status_code == 200

    asyncio.run(_with_app(app, play))


class Pauses:
    """Stands for the event on which a transport waits; it never takes time."""

    def __init__(self, ends_after: int = 1_000) -> None:
        self.seconds: list[float] = []
        self._ends_after = ends_after

    def wait(self, seconds: float) -> bool:
        self.seconds.append(seconds)
        return len(self.seconds) >= self._ends_after

    def is_set(self) -> bool:
        return False


def _transport(answers: list[httpx.Response], pauses: Pauses, patience_s: float) -> HttpTransport:
    def answer(_request: httpx.Request) -> httpx.Response:
        return answers.pop(0)

    client = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://office")
    key = SigningKey.from_seed(bytes(32))
    made = HttpTransport(client, "SH01.01", key, patience_s=patience_s)
    made._interrupted = pauses  # type: ignore[assignment]
    return made


def _refused(seconds: str) -> httpx.Response:
    body = pack(ErrorAnswer(code="BUSY", params={}))
    return httpx.Response(429, content=body, headers={RETRY_HEADER: seconds})


def test_a_device_comes_again_when_it_was_told_to() -> None:
    page = httpx.Response(429, text="<html>too many</html>", headers={RETRY_HEADER: "3"})
    done = httpx.Response(200, content=pack(_taken()))
    pauses = Pauses()
    transport = _transport([_refused("7"), page, done], pauses, patience_s=300)

    answer = transport.send(Ask("/push", _push(), PushAnswer))

    assert isinstance(answer, PushAnswer)
    assert [int(pause) for pause in pauses.seconds] == [7, 3]


def _taken() -> PushAnswer:
    return PushAnswer(high_water=1, high_hash=b"", head_signature=b"", verdicts=[])


def _push() -> Push:
    return Push(incarnation=1, first_n=1, previous_hash=b"", items=[], head_signature=b"")


def test_patience_ends_and_a_stop_ends_it_at_once() -> None:
    pauses = Pauses()
    with pytest.raises(Unavailable, match="BUSY"):
        _transport([_refused("60")] * 9, pauses, 100).send(Ask("/hello", _push(), HelloAnswer))
    assert len(pauses.seconds) == 2

    stopped = Pauses(ends_after=1)
    with pytest.raises(Unavailable, match="BUSY"):
        _transport([_refused("60")] * 9, stopped, 100).send(Ask("/hello", _push(), HelloAnswer))
    assert len(stopped.seconds) == 1


def test_nonsense_in_a_proxys_header_is_a_second() -> None:
    for said in ("", "soon", "-5", "9" * 40):
        pauses = Pauses(ends_after=1)
        with pytest.raises(Unavailable):
            _transport([_refused(said)], pauses, 100).send(Ask("/hello", _push(), HelloAnswer))
        assert 1 <= pauses.seconds[0] <= 2


def test_a_moment_is_never_none_and_never_beyond_the_limit() -> None:
    said = [busy(seconds).params["retry_after_s"] for seconds in (-5, 0, 0.2, 59.9, 1e9)]
    assert said == [1, 1, 1, 60, 60]
