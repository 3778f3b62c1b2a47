"""Head office trusts this device no more: what the device does when it is told so (P10)."""

from desktop.store.identity import load_state
from desktop.sync.conversation import SyncStore
from desktop.sync.credentials import KeyStore
from desktop.sync.enrolment import KEY_NAME
from shared.core.errors import QutongError
from shared.journal.chain import VerifyKey

REVOKED = "DEVICE_REVOKED"


def obey(store: SyncStore, keys: KeyStore, refusal: QutongError) -> bool:
    """Lock and wipe the key when the refusal is head office's own word; whether it was.

    Anybody on the line can say 403: without head office's signature it is a trouble like others.
    Documents that were not sent stay in the journal and the spool (promise 4).
    """
    if refusal.code != REVOKED:
        return False
    if is_revoked(store):
        return True
    identity = store.on_writer(lambda local: local.identity)
    if identity is None:
        return False
    proof = _proof(refusal)
    if not VerifyKey(identity.hq_public_key).revocation_good(identity.device_id, proof):
        return False
    # The mark first: a start after a crash between the two wipes the key.
    store.on_writer(lambda local: local.lock_for_good())
    keys.forget(KEY_NAME)
    return True


def is_revoked(store: SyncStore) -> bool:
    """Whether head office told this device that it trusts it no more."""
    state = store.on_writer(lambda local: local.read(load_state))
    return bool(state.revoked_at_us)


def _proof(refusal: QutongError) -> bytes:
    try:
        return bytes.fromhex(str(refusal.params.get("proof", "")))
    except ValueError:
        return b""
