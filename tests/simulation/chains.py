"""I1, I6 and I7: what was seen done is at head office once, in chains that verify."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from shared.journal.chain import VerifyKey, is_head_office
from shared.journal.verify import Chain, verify_spool
from sync_server.sync.returning import RETURNED
from tests.simulation.books import check_copied_series, check_series
from tests.simulation.device import Mark, SimDevice, key_of
from tests.simulation.edges import SimDisk
from tests.simulation.head_office import HQ_KEY
from tests.simulation.reading import Entry, Journals, document_of, journals_of
from tests.simulation.stage import must

_MARK = (
    "SELECT d.epoch, d.incarnation, s.acknowledged_n, s.acknowledged_hash, s.head_signature"
    " FROM this_device AS d, sync_state AS s"
)


def mark_of(disk: SimDisk) -> Mark | None:
    """What a device was told of its journal, as its disk has it."""
    found = disk.look(_MARK)
    return Mark(*found[0]) if found else None


def check_device_against(device: SimDevice, journals: Journals) -> None:
    """I1, I7: a device's journal and head office's copy of it are one and the same chain."""
    mine = journals_of(device.disk)
    mark = mark_of(device.disk)
    assert mark is not None, "a device that knows itself"
    own = mine.get((device.name, mark.incarnation), [])
    there = journals.get((device.name, mark.incarnation), [])
    must(
        [entry.slot.link_hash for entry in own] == [entry.slot.link_hash for entry in there],
        "I1",
        f"{device.label} has {len(own)} slots, head office {len(there)} or other ones",
    )
    for here, at_office in zip(own, there, strict=True):
        _check_verdict(device, here, at_office)
    _check_chains(device, mine, journals)
    must(mark.received_n == len(own), "I7", f"{device.label} was not acknowledged to its end")
    if own:
        is_signed = VerifyKey(HQ_KEY.public).head_good(mark.received_hash, mark.signature)
        is_prefix = mark.received_hash == there[-1].slot.link_hash and is_signed
        must(is_prefix, "I7", f"{device.label}: the countersigned head is no prefix")
    _check_spool(device, own)


def check_revoked(device: SimDevice, journals: Journals) -> None:
    """I1: what head office has of a device it trusts no more is how its journal begins."""
    own = [entry.slot for entry in journals_of(device.disk).get((device.name, 1), [])]
    there = [entry.slot for entry in journals.get((device.name, 1), [])]
    is_beginning = [s.link_hash for s in own[: len(there)]] == [s.link_hash for s in there]
    must(is_beginning or device.is_copied, "I1", f"{device.label}: another journal at head office")


def _check_verdict(device: SimDevice, here: Entry, there: Entry) -> None:
    """What head office keeps aside the device knows of, and nothing else is kept."""
    slot, uid, told = here
    is_wrong = slot.link_hash in device.poison or uid in device.wrong
    is_kept = there.verdict == "kept"
    # What was linked anew is signed anew, and a copy of a document is none.
    is_right = is_kept == is_wrong or device.is_copied
    must(
        is_right and (told == "kept") == is_kept,
        "I1",
        f"{device.label} slot {slot.n} is {there.verdict} there, {told} here, wrong: {is_wrong}",
    )


def _check_chains(device: SimDevice, mine: Journals, there: Journals) -> None:
    key = VerifyKey(key_of(device.name).public)
    for where, journals in (("here", mine), ("at head office", there)):
        for (name, incarnation), entries in journals.items():
            if name != device.name:
                continue
            # What came back to a restored head office is linked by its key.
            is_returned = incarnation == RETURNED
            chain = Chain(name, incarnation, VerifyKey(HQ_KEY.public) if is_returned else key)
            for slot, _, verdict in entries:
                is_bad = verdict != "stored" or slot.link_hash in device.poison
                is_bad |= device.is_copied or is_returned
                reason = chain.check(slot, is_kept=is_bad)
                must(not reason, "I7", f"{device.label} {where} slot {slot.n}: {reason}")


def _check_spool(device: SimDevice, own: Sequence[Entry]) -> None:
    chains, fault = verify_spool(device.spool.data, key=key_of(device.name).public)
    if device.is_copied:
        return
    # The verifier has no list of what was planted: it stops at the first badly signed document.
    if fault is not None:
        planted = any(
            entry.slot.n == fault.n and entry.slot.link_hash in device.poison for entry in own
        )
        must(planted, "I7", f"{device.label} spool: {fault}")
        return
    links = chains[0].links if chains else []
    must(
        links == [entry.slot.link_hash for entry in own],
        "I7",
        f"{device.label}: spool of {len(links)} slots, journal of {len(own)}",
    )


def check_seen(copies: Sequence[SimDevice], journals: Journals) -> None:
    """I1: what was seen done on any copy is at head office once, and is what was seen."""
    name = copies[0].name
    stored: dict[str, list[bytes]] = defaultdict(list)
    kept: set[str] = set()
    for (device_id, _), entries in journals.items():
        if device_id == name:
            for slot, uid, verdict in entries:
                if verdict == "stored":
                    stored[uid].append(slot.hash)
                elif verdict == "kept":
                    kept.add(uid)
    for uid, hashes in stored.items():
        must(len(hashes) == 1, "I1", f"{name} {uid} is there {len(hashes)} times")
    for device in copies:
        for one in device.confirmed:
            if one.uid in device.wrong:
                must(one.uid in kept, "I1", f"{name} {one.uid} was not kept")
                continue
            is_there = stored.get(one.uid) == [one.hash]
            # The first press went up, then the file that held it was put back to before it: the
            # second is the same act, and lies before a person.
            is_first = one.uid in device.recorded_once & kept and one.uid in stored
            must(
                is_there or is_first,
                "I1",
                f"{device.label} slot {one.n}, seen done, is not at head office",
            )


def check_once(
    journals: Journals, promised: Mapping[str, Collection[str]], late: Collection[str]
) -> None:
    """I1: nothing stands twice, whoever brought it; what somebody held for head office is there.

    Head office waits for every device it knows before it says anything anew (I13). Two copies of a
    disk are one device to it, and one that joined after the backup is none: when the others have
    reported, answers these alone hold may come too ``late``, and are put before a person.
    """
    stored = Counter(
        entry.uid for found in journals.values() for entry in found if entry.verdict == "stored"
    )
    twice = [uid for uid, count in stored.items() if count > 1]
    must(not twice, "I1", f"posted twice: {twice[:3]}")
    aside = {
        entry.uid
        for (author, _), found in journals.items()
        for entry in found
        if entry.verdict == "kept" and is_head_office(author)
    }
    for uid, holders in promised.items():
        is_late = uid in aside and all(one in late for one in holders)
        is_back = stored[uid] == 1 or is_late or not holders
        must(is_back, "I1", f"{uid}, whose bytes {sorted(holders)} held, did not come back")


def check_numbers(
    name: str, copies: Sequence[SimDevice], journals: Journals, *, is_restored: bool
) -> None:
    """I6: what people wrote against the rules is kept, but numbered like all the rest."""
    wrong = {uid for device in copies for uid in device.wrong}
    poison = {link for device in copies for link in device.poison}
    numbered = []
    for (device_id, _), entries in journals.items():
        for slot, uid, verdict in entries:
            is_ours = verdict == "stored" or (uid in wrong and slot.link_hash not in poison)
            document = document_of(slot.stored) if device_id == name and is_ours else None
            if document is not None:
                numbered.append((slot, document))
    # What came back, or a neighbour handed up, stands in another order.
    has_returned = any(slot.incarnation == RETURNED for slot, _ in numbered)
    if is_restored or has_returned or any(device.is_copied for device in copies):
        is_destroyed = any(device.destroyed for device in copies)
        doubled = check_copied_series(numbered, is_destroyed)
        must(not doubled or any(d.is_copied for d in copies), "I6", f"{name} doubled {doubled}")
    else:
        check_series(numbered)
