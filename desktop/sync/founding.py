"""A device that begins by itself, and how it becomes known at head office later (R07)."""

from collections.abc import Callable

from sqlalchemy import Connection

from desktop.store.identity import Identity
from desktop.store.recovery import journal_slots
from desktop.sync.conversation import SyncStore
from desktop.sync.credentials import KeyStore
from desktop.sync.enrolment import kept_key, known_again, own_key
from shared.channel.rules import FOUNDED_TAG, founded_site_id
from shared.core.clock import Randomness
from shared.core.errors import Conflict, Unavailable
from shared.journal.chain import Slot
from shared.sync.appending import head_of
from shared.sync.messages import EnrolAnswer, Join, PushItem
from shared.sync.requests import joining_message

FOUNDED_TYPE = "till"


def is_own_shop(identity: Identity) -> bool:
    """Whether it began by itself: its site is named by its own key."""
    return identity.site_id == founded_site_id(identity.public_key)


def is_joined(identity: Identity) -> bool:
    """Whether this device has a head office."""
    return bool(identity.server_url)


def begin_alone(store: SyncStore, keys: KeyStore, randomness: Randomness) -> Identity:
    """Become a device of a shop of one's own, whose name is made of the device's key.

    Asked again before the shop's first document was written, it is the same device. Raises
    Conflict ALREADY_ENROLLED.
    """
    known = store.on_writer(lambda local: local.identity)
    if known is not None:
        if is_joined(known) or _has_documents(store, known):
            raise Conflict("ALREADY_ENROLLED")
        return known
    key = own_key(keys, randomness)
    site_id = founded_site_id(key.public)
    identity = Identity(
        device_id=f"{site_id}.{FOUNDED_TAG}",
        device_type=FOUNDED_TYPE,
        site_id=site_id,
        tag=FOUNDED_TAG,
        incarnation=1,
        epoch="",
        public_key=key.public,
        hq_public_key=b"",
    )
    store.on_writer(lambda local: local.enrol(identity, key))
    return identity


def _has_documents(store: SyncStore, known: Identity) -> bool:
    def read(connection: Connection) -> int:
        return head_of(connection, known.device_id, known.incarnation)[0]

    return store.on_writer(lambda local: local.read(read)) > 0


def join(
    store: SyncStore,
    keys: KeyStore,
    send: Callable[[Join], EnrolAnswer],
    *,
    code: str,
    server_url: str,
) -> Identity:
    """Hand in a code and the shop's first document; from now on it has a head office.

    The device, its journal and its numbers stay what they are; what is written travels with the
    next sync. When the answer is lost, the same code is good once more; so is another one where
    head office forgot the shop. Raises Conflict NOT_FOUNDED, HEAD_OFFICE_OTHER; AccessDenied
    BAD_ENROLMENT; RuleViolation FOUNDING_UNUSABLE, DEMO_SHOP; Unavailable NETWORK, NOT_ENROLLED,
    KEY_MISSING.
    """
    known = store.on_writer(lambda local: local.enrolled)
    key = kept_key(keys, known)
    first = _first_slot(store, known)
    said = joining_message(code, known.device_id, first.stored)
    answer = send(
        Join(
            code=code,
            public_key=key.public,
            signature=key.sign_request(said),
            device_id=known.device_id,
            tag=known.tag,
            incarnation=first.incarnation,
            founding=PushItem(stored=first.stored, signature=first.signature),
            link_signature=first.link_signature,
            hq_public_key=known.hq_public_key,
        )
    )
    if is_joined(known):
        return known_again(store, known, answer, server_url)
    if (answer.device_id, answer.site_id) != (known.device_id, known.site_id):
        raise Unavailable("ANSWER_WRONG", path="/join")
    return store.on_writer(
        lambda local: local.change_identity(
            device_type=answer.device_type,
            epoch=answer.epoch,
            hq_public_key=answer.hq_public_key,
            server_url=server_url,
        )
    )


def _first_slot(store: SyncStore, known: Identity) -> Slot:
    """It stands where the journal began, whatever the device was told apart as since."""

    def read(connection: Connection) -> list[Slot]:
        return list(journal_slots(connection, known.device_id, 1, 0, 1))

    slots = store.on_writer(lambda local: local.read(read))
    if not slots or slots[0].is_forgotten:
        raise Conflict("NOT_FOUNDED")
    return slots[0]
