"""The device's key is where only this machine and this person can use it."""

import shutil
import stat
import sys
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from desktop.sync import credentials
from desktop.sync.credentials import FileKeyStore, KeysInTwoPlaces, SystemKeyStore, key_store
from desktop.sync.worker import BACK_OFF_MAX_S, back_off_s
from shared.core.errors import Unavailable
from tests.fakes.edges import SeededRandomness

SEED = bytes(range(32))


class HeldKeyring(keyring.backend.KeyringBackend):
    """A system key store that works, in memory."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise keyring.errors.KeyringLocked
        return self.held.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.is_locked:
            raise keyring.errors.KeyringLocked
        self.held[service, username] = password


def test_a_key_in_files_is_read_again(tmp_path: Path) -> None:
    FileKeyStore(tmp_path, SeededRandomness()).save("device", SEED)
    assert FileKeyStore(tmp_path, SeededRandomness(2)).load("device") == SEED
    assert FileKeyStore(tmp_path, SeededRandomness(2)).load("other") is None


def test_a_wiped_key_is_in_no_place_and_no_copy_of_its_file_opens_again(tmp_path: Path) -> None:
    here, beside = tmp_path / "here", tmp_path / "beside"
    both = KeysInTwoPlaces(
        FileKeyStore(here, SeededRandomness()), FileKeyStore(beside, SeededRandomness(2))
    )
    both.save("device", SEED)
    copy = (here / "device.key").read_bytes()
    both.forget("device")
    both.forget("device")
    assert both.load("device") is None
    assert list(here.iterdir()) == list(beside.iterdir()) == []
    (here / "device.key").write_bytes(copy)
    with pytest.raises(Unavailable, match="KEY_FOREIGN"):
        FileKeyStore(here, SeededRandomness(3)).load("device")


def test_a_key_that_was_written_over_when_the_power_went_is_wiped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_goes(_path: Path) -> None:
        raise OSError("the power went")

    keys = FileKeyStore(tmp_path, SeededRandomness())
    keys.save("device", SEED)
    with monkeypatch.context() as power:
        power.setattr(Path, "unlink", power_goes)
        with pytest.raises(OSError, match="power"):
            keys.forget("device")
    assert (tmp_path / "device.key").exists()
    assert keys.load("device") is None
    keys.forget("device")
    assert list(tmp_path.iterdir()) == []


def test_a_key_in_the_systems_store_is_wiped_there(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = HeldKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, getattr(backend, name))
    SystemKeyStore().save("device", SEED)
    SystemKeyStore().forget("device")
    SystemKeyStore().forget("device")
    assert SystemKeyStore().load("device") is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
def test_only_the_owner_can_read_the_files_and_the_seed_is_in_none(tmp_path: Path) -> None:
    FileKeyStore(tmp_path, SeededRandomness()).save("device", SEED)
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["device.key", "machine.key"]
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert SEED not in path.read_bytes()


def test_the_file_alone_opens_nothing(tmp_path: Path) -> None:
    FileKeyStore(tmp_path / "here", SeededRandomness()).save("device", SEED)
    (tmp_path / "there").mkdir()
    shutil.copy(tmp_path / "here" / "device.key", tmp_path / "there")
    with pytest.raises(Unavailable, match="KEY_FOREIGN"):
        FileKeyStore(tmp_path / "there", SeededRandomness(2)).load("device")


def test_both_files_on_another_machine_open_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FileKeyStore(tmp_path, SeededRandomness()).save("device", SEED)
    monkeypatch.setattr(credentials, "_machine_name", lambda: b"another machine")
    with pytest.raises(Unavailable, match="KEY_FOREIGN"):
        FileKeyStore(tmp_path, SeededRandomness()).load("device")


def test_a_spoiled_key_file_is_told(tmp_path: Path) -> None:
    FileKeyStore(tmp_path, SeededRandomness()).save("device", SEED)
    (tmp_path / "device.key").write_bytes(b"short")
    with pytest.raises(Unavailable, match="KEY_FOREIGN"):
        FileKeyStore(tmp_path, SeededRandomness()).load("device")


@pytest.mark.parametrize("spoiled", ["device.key", "machine.key"])
def test_a_key_file_that_is_spoiled_in_one_place_comes_from_the_other(
    tmp_path: Path, spoiled: str
) -> None:
    first = FileKeyStore(tmp_path / "here", SeededRandomness())
    both = KeysInTwoPlaces(first, FileKeyStore(tmp_path / "beside", SeededRandomness(2)))
    both.save("device", SEED)
    (tmp_path / "here" / spoiled).write_bytes(b"spoiled")
    assert both.load("device") == SEED
    assert first.load("device") == SEED
    for place in ("here", "beside"):
        (tmp_path / place / "device.key").write_bytes(b"spoiled")
    with pytest.raises(Unavailable, match="KEY_FOREIGN"):
        both.load("device")


def test_the_systems_key_store_is_used_where_one_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = HeldKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    monkeypatch.setattr(keyring, "get_password", backend.get_password)
    monkeypatch.setattr(keyring, "set_password", backend.set_password)
    keys = key_store(tmp_path, SeededRandomness())
    assert isinstance(keys, SystemKeyStore)
    keys.save("device", SEED)
    assert keys.load("device") == SEED
    assert keys.load("other") is None
    assert list(tmp_path.iterdir()) == []
    backend.is_locked = True
    with pytest.raises(Unavailable, match="KEY_STORE"):
        keys.load("device")


@pytest.mark.parametrize("module", ["keyrings.alt.file", "keyrings.alt.multi"])
def test_a_key_store_that_keeps_keys_in_the_open_is_never_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    open_store = type("PlaintextKeyring", (HeldKeyring,), {"__module__": module})
    monkeypatch.setattr(keyring, "get_keyring", open_store)
    assert isinstance(key_store(tmp_path, SeededRandomness()), FileKeyStore)


def test_the_back_off_grows_to_its_bound_and_is_spread() -> None:
    randomness = SeededRandomness()
    for failures in range(1, 20):
        for _ in range(20):
            wait_s = back_off_s(failures, randomness)
            full_s = min(BACK_OFF_MAX_S, 2.0**failures)
            assert full_s / 2 <= wait_s <= full_s
    assert len({back_off_s(5, randomness) for _ in range(10)}) > 5
