"""Clients of a replay: opened in a folder with a key file, synced with patience."""

from pathlib import Path

from desktop.app.areas import LAYOUT
from desktop.app.client import Client
from desktop.app.system import SystemClock, SystemRandomness
from desktop.sync.credentials import FileKeyStore
from desktop.sync.engine import status
from shared.core.errors import Unavailable


def open_client(home: Path, author_id: str) -> Client:
    """A client whose key lies in its folder, signed in as one person."""
    randomness = SystemRandomness()
    client = Client.open(
        home,
        LAYOUT,
        clock=SystemClock(),
        randomness=randomness,
        keys=FileKeyStore(home / "keys", randomness),
    )
    client.store.author_id = author_id
    return client


def try_sync(client: Client) -> bool:
    """One sync; False, said aloud, when head office cannot be reached."""
    try:
        summary = client.sync()
    except Unavailable as error:
        print(f"offline {error.code}", flush=True)
        return False
    for finding in summary.findings:
        print(f"finding {finding}", flush=True)
    return True


def is_delivered(client: Client) -> bool:
    """Whether head office acknowledged everything that was written here."""
    identity = client.store.identity
    assert identity is not None
    return not client.store.read(lambda connection: status(connection, identity)).unsent
