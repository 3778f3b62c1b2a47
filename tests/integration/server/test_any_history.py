"""Whatever happened in whatever order, every scope comes down whole: rows, count and digest."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sync_server.operations.verify import faults
from tests.integration.server.test_pull import Rows, a_page, apply, digest_of
from tests.integration.server.tiny import Asked, Decided, NoteWritten, Sold
from tests.integration.server.world import REGISTRY, SCHEMA, Till, make_world

_SITES = ("SH01", "SH02")
_NOTES = st.integers(0, 3).map(lambda n: f"n{n}")
_ACTS = st.one_of(
    st.tuples(st.just("sold"), st.integers(-3, 3)),
    st.tuples(st.just("note"), _NOTES, st.sampled_from(("", "a", "b"))),
    st.tuples(st.just("given away"), _NOTES, st.sampled_from(_SITES)),
    st.tuples(st.just("asked"), st.integers(0, 20)),
    st.tuples(st.just("unreadable"), st.binary(max_size=8)),
    st.tuples(st.just("decided"), _NOTES),
    st.tuples(st.just("push"), st.integers(0, 1)),
    st.tuples(st.just("pull"), st.integers(1, 4)),
)


def _write(till: Till, act: tuple[object, ...]) -> None:
    match act:
        case ("sold", int(qty)):
            till.add(Sold(product="P", qty_micro=qty))
        case ("note", str(note_id), str(title)):
            till.add(NoteWritten(note_id=note_id, title=title))
        case ("given away", str(note_id), str(site_id)):
            till.add(NoteWritten(note_id=note_id, title="moved", site_id=site_id))
        case ("asked", int(wanted)):
            till.add(Asked(wanted=wanted))
        case ("unreadable", bytes(stored)):
            till.add_bytes(b"\xc1" + stored)
        case ("decided", str(note_id)):
            till.world.publish(Decided(note_id=note_id, state="accepted"))
        case _:
            till.push()


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 1), _ACTS), max_size=25))
def test_every_scope_comes_down_whole(history: list[tuple[int, tuple[object, ...]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(f"sqlite:///{Path(folder) / 'hq.db'}")
        try:
            tills = [world.enrol(site_id=site_id) for site_id in _SITES]
            held: list[tuple[Rows, int]] = [({}, 0), ({}, 0)]

            def pull(who: int, limit: int) -> None:
                rows, after = held[who]
                page = a_page(tills[who], after=after, limit=limit)
                apply(rows, page)
                held[who] = rows, page.until
                if page.until == page.head:
                    assert digest_of(rows) == (page.count, page.digest)

            for who, act in history:
                if act[0] == "pull":
                    pull(who, int(str(act[1])))
                elif act[0] != "push" or tills[who].slots:
                    _write(tills[who], act)
            for till in tills:
                if till.slots:
                    till.push()
            for who in range(2):
                pull(who, 10_000)
            with world.database.read() as connection:
                key = world.hq.author.key.public
                assert list(faults(connection, REGISTRY, SCHEMA, key)) == []
        finally:
            world.database.close()
