"""Where the device's key lives: the system's key store, or an encrypted file where none runs."""

import os
import sys
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.core.clock import Randomness
from shared.core.errors import Unavailable

_SERVICE = "qutong"
_NONCE_BYTES = 12
_MACHINE_FILES = ("/etc/machine-id", "/var/lib/dbus/machine-id")


class KeyStore(Protocol):
    """Keeps the 32 bytes from which a device's key is made."""

    def load(self, name: str) -> bytes | None:
        """The seed kept under a name; None when there is none."""

    def save(self, name: str, seed: bytes) -> None:
        """Keep a seed."""

    def forget(self, name: str) -> None:
        """Wipe a seed; nothing when there is none."""


class SystemKeyStore:
    """The key store of the system: Credential Manager, Keychain, Secret Service."""

    def load(self, name: str) -> bytes | None:
        """The seed kept under a name. Raises Unavailable KEY_STORE."""
        import keyring
        import keyring.errors

        try:
            text = keyring.get_password(_SERVICE, name)
        except keyring.errors.KeyringError as error:
            raise Unavailable("KEY_STORE") from error
        return bytes.fromhex(text) if text else None

    def save(self, name: str, seed: bytes) -> None:
        """Keep a seed. Raises Unavailable KEY_STORE."""
        import keyring
        import keyring.errors

        try:
            keyring.set_password(_SERVICE, name, seed.hex())
        except keyring.errors.KeyringError as error:
            raise Unavailable("KEY_STORE") from error

    def forget(self, name: str) -> None:
        """Wipe a seed. Raises Unavailable KEY_STORE."""
        import keyring
        import keyring.errors

        if self.load(name) is None:
            return
        try:
            keyring.delete_password(_SERVICE, name)
        except keyring.errors.KeyringError as error:
            raise Unavailable("KEY_STORE") from error


class FileKeyStore:
    """Two files that only the owner can read: a copy of one of them, or both on another machine,
    open nothing."""

    def __init__(self, folder: Path, randomness: Randomness) -> None:
        self._folder = folder
        self._randomness = randomness

    def load(self, name: str) -> bytes | None:
        """The seed kept under a name. Raises Unavailable KEY_FOREIGN on another machine."""
        path = self._path(name)
        if not path.exists():
            return None
        data = path.read_bytes()
        if data and not any(data):
            # Written over, and the power went before it was taken away: a device that is locked
            # for good starts all the same.
            return None
        nonce, sealed = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
        try:
            return AESGCM(self._machine_key()).decrypt(nonce, sealed, name.encode())
        except (InvalidTag, ValueError) as error:
            raise Unavailable("KEY_FOREIGN") from error

    def save(self, name: str, seed: bytes) -> None:
        """Keep a seed."""
        nonce = self._randomness.bytes(_NONCE_BYTES)
        sealed = AESGCM(self._machine_key()).encrypt(nonce, seed, name.encode())
        _write_private(self._path(name), nonce + sealed)

    def forget(self, name: str) -> None:
        """Wipe a seed, as far as a file can be wiped: written over, then taken away."""
        _wipe(self._path(name))
        if not any(one.name != "machine.key" for one in self._folder.glob("*.key")):
            # What the disk may still hold of the sealed seed opens with nothing.
            _wipe(self._folder / "machine.key")

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.key"

    def _machine_key(self) -> bytes:
        path = self._folder / "machine.key"
        if not path.exists():
            _write_private(path, self._randomness.bytes(32))
        derive = HKDF(SHA256(), length=32, salt=_machine_name(), info=b"qutong/device-key/1")
        return derive.derive(path.read_bytes())


class KeysInTwoPlaces:
    """A key kept a second time beside the spool, so that a lost disk does not take both."""

    def __init__(self, first: KeyStore, second: KeyStore) -> None:
        self._first = first
        self._second = second

    def load(self, name: str) -> bytes | None:
        """The seed kept under a name; what one place lost or spoiled comes from the other. Raises
        as the first place does, when the second has none either."""
        trouble: Unavailable | None = None
        try:
            seed = self._first.load(name)
        except Unavailable as error:
            seed, trouble = None, error
        if seed is None and (seed := self._second.load(name)) is not None:
            self._first.save(name, seed)
        if seed is None and trouble is not None:
            raise trouble
        return seed

    def save(self, name: str, seed: bytes) -> None:
        """Keep a seed in both places."""
        self._first.save(name, seed)
        self._second.save(name, seed)

    def forget(self, name: str) -> None:
        """Wipe a seed in both places."""
        self._first.forget(name)
        self._second.forget(name)


def key_store(folder: Path, randomness: Randomness) -> KeyStore:
    """The system's key store where one runs, else encrypted files in ``folder``.

    A folder that keeps a device's key already goes on keeping it: a demo shop's never is the key
    of the person's real shop.
    """
    if (folder / "device.key").exists():
        return FileKeyStore(folder, randomness)
    # Loaded only where it is asked: it takes longer than the window to open.
    import keyring

    backend = keyring.get_keyring()
    # Priority below 1 are those that refuse or forget; keyrings.alt keeps keys in the open.
    is_trusted = backend.priority >= 1 and not type(backend).__module__.startswith("keyrings.alt")
    return SystemKeyStore() if is_trusted else FileKeyStore(folder, randomness)


def _write_private(path: Path, data: bytes) -> None:
    """A whole file or none, readable by its owner only from its first byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _wipe(path: Path) -> None:
    if not path.exists():
        return
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _machine_name() -> bytes:
    """What the system calls this machine for good; empty where it has no such name."""
    if sys.platform == "win32":
        import winreg

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as place:
            return str(winreg.QueryValueEx(place, "MachineGuid")[0]).encode()
    for name in _MACHINE_FILES:
        if Path(name).exists():
            return Path(name).read_bytes().strip()
    return b""
