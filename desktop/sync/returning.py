"""Holding others' bytes for head office, and giving them back when it was restored."""

from collections.abc import Generator, Sequence
from functools import partial

from sqlalchemy import Connection

from desktop.store.envelopes import (
    MARGIN_US,
    cursors_of,
    former_slots,
    hold,
    note_returned,
    to_give_back,
)
from desktop.store.identity import load_state, store_state
from desktop.sync.conversation import Ask, Talk
from desktop.sync.neighbours.settling import note_offered, unheard
from shared.sync.limits import ENVELOPE_BYTES_GOAL, ENVELOPES_MAX, PULL_SCOPES_MAX
from shared.sync.messages import (
    Envelope,
    Envelopes,
    EnvelopesAnswer,
    HelloAnswer,
    Message,
    Return,
    ReturnAnswer,
)

_TRIES = 3
"""After so many rounds a document head office cannot place is left to its own device."""
_FIRST = (-1, "", 0, 0)


def hold_bytes(talk: Talk, scopes: Sequence[str]) -> Generator[Ask, Message, None]:
    """Fetch the bytes behind the rows of these scopes, until all are here."""
    left = sorted(set(scopes))
    while left:
        answer, moved = yield from _hold_some(talk, left[:PULL_SCOPES_MAX])
        done = {one.scope for one in answer.cursors if one.is_whole}
        left = [scope for scope in left if scope not in done]
        if not moved:
            return


def _hold_some(
    talk: Talk, asked: list[str]
) -> Generator[Ask, Message, tuple[EnvelopesAnswer, bool]]:
    cursors = talk.store.on_writer(lambda local: local.read(lambda c: cursors_of(c, asked)))
    answer = yield from talk.ask("/envelopes", Envelopes(cursors=cursors), EnvelopesAnswer)
    talk.store.on_writer(lambda local: local.transact(lambda c: hold(c, answer)))
    before = {one.scope: one.after for one in cursors}
    moved = any(one.after > before.get(one.scope, 0) for one in answer.cursors)
    return answer, moved


def give_back(talk: Talk, answer: HelloAnswer) -> Generator[Ask, Message, None]:
    """Before the own journal: decisions and publications come first, then what neighbours wrote,
    then what this device wrote before it was told apart from a copy.

    Once for every restore, also when head office did not wait for this device.
    """
    if not answer.recovered_from_us:
        return
    state = talk.store.on_writer(lambda local: local.read(load_state))
    if state.returned_epoch == answer.epoch.encode():
        return
    since_us = answer.recovered_from_us - MARGIN_US
    place = _FIRST
    unknown: set[str] = set()
    while batch := _batch(talk, since_us, place):
        told = yield from talk.ask("/return", Return(envelopes=batch), ReturnAnswer)
        unknown.update(told.unknown)
        last = batch[-1]
        place = (last.stored_at_us, last.device_id, last.incarnation, last.n)
        talk.summary.returned += told.taken
    unknown.update((yield from _give_former(talk)))
    tries = state.return_tries + 1
    is_done = not unknown or tries >= _TRIES
    epoch = answer.epoch.encode() if is_done else b""

    def work(connection: Connection) -> None:
        note_returned(connection, since_us, answer.server_time_us)
        store_state(
            connection,
            returned_epoch=epoch,
            return_tries=0 if is_done else tries,
            is_reported=0,
        )

    talk.store.on_writer(lambda local: local.transact(work))


def _give_former(talk: Talk) -> Generator[Ask, Message, set[str]]:
    """A push speaks of the incarnation of now alone: what stands in former ones goes up as what is
    held for others does. The uids of what could not be placed."""
    own, unknown, place = talk.own, set[str](), (0, 0)
    while found := talk.store.read(
        partial(former_slots, own=own, after=place, limit=ENVELOPES_MAX)
    ):
        batch = _fitting(found)
        told = yield from talk.ask("/return", Return(envelopes=batch), ReturnAnswer)
        unknown.update(told.unknown)
        place = (batch[-1].incarnation, batch[-1].n)
        talk.summary.returned += told.taken
    return unknown


def hand_up(talk: Talk) -> Generator[Ask, Message, None]:
    """What neighbours of the store wrote and did not send for a day: their machine may be gone."""
    now_us, device_id = talk.summary.head_office_at_us, talk.own.device_id
    found = talk.store.on_writer(lambda local: local.read(lambda c: unheard(c, device_id, now_us)))
    if not found:
        return
    told = yield from talk.ask("/return", Return(envelopes=found), ReturnAnswer)
    talk.store.on_writer(lambda local: local.transact(lambda c: note_offered(c, found, now_us)))
    talk.summary.returned += told.taken


def report(talk: Talk, answer: HelloAnswer) -> Generator[Ask, Message, None]:
    """Tell head office, once, that nothing is left to give back and the own journal is there."""
    if not answer.is_recovering:
        return
    state = talk.store.on_writer(lambda local: local.read(load_state))
    if state.is_reported or state.returned_epoch != answer.epoch.encode():
        return
    yield from talk.ask("/return", Return(envelopes=[], is_all=True), ReturnAnswer)
    talk.store.on_writer(lambda local: local.transact(lambda c: store_state(c, is_reported=1)))


def _batch(talk: Talk, since_us: int, place: tuple[int, str, int, int]) -> list[Envelope]:
    return _fitting(
        talk.store.on_writer(
            lambda local: local.read(lambda c: to_give_back(c, since_us, place, ENVELOPES_MAX))
        )
    )


def _fitting(found: list[Envelope]) -> list[Envelope]:
    """As many as one request carries."""
    size = 0
    for at, one in enumerate(found):
        size += len(one.stored)
        if at and size > ENVELOPE_BYTES_GOAL:
            return found[:at]
    return found
