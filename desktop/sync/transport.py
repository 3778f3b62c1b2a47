"""Requests over HTTP: signed by the device, one nonce each, with errors that say what to do."""

import base64
import logging
import random
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Event, Lock
from typing import Any, Final

import httpx

from desktop.store.errors import folder_told
from desktop.sync.conversation import Ask, Fetch, Fetched
from desktop.sync.progress import HELD
from desktop.sync.snapshot_file import SnapshotFile
from shared.core.errors import AccessDenied, Conflict, QutongError, RuleViolation, Unavailable
from shared.journal.chain import SigningKey
from shared.sync.limits import BODY_BYTES_MAX, BUSY_S_MAX, RETRY_S_MAX
from shared.sync.messages import (
    BadMessage,
    Enrol,
    EnrolAnswer,
    ErrorAnswer,
    Join,
    Message,
    pack,
    unpack,
)
from shared.sync.requests import (
    DEVICE_HEADER,
    NONCE_HEADER,
    REQUEST_HEADER,
    RETRY_HEADER,
    SIGNATURE_HEADER,
    request_message,
)

log = logging.getLogger("qutong.sync")

BUSY = "BUSY"
"""Head office has more to do than it can: not a fault, it says when to come again."""
_CONNECT_S = 5.0
_ANSWER_S = 60.0
_ERRORS: Mapping[int, type[QutongError]] = {
    400: RuleViolation,
    401: AccessDenied,
    403: AccessDenied,
    408: Unavailable,
    409: Conflict,
    413: RuleViolation,
}


CA_FILE = "ca.pem"
"""In a client's folder: the certificates its head office's own is checked with, when they are not
public ones."""


def new_client(
    server_url: str, *, answer_s: float = _ANSWER_S, home: Path | None = None
) -> httpx.Client:
    """A client of one server: one connection kept open, no redirects, no proxies guessed.

    ``home`` is the client's folder, where head office's own ``ca.pem`` may lie.
    Raises Unavailable CA_UNREADABLE.
    """
    return httpx.Client(
        base_url=server_url,
        verify=_trusted(home),
        timeout=httpx.Timeout(answer_s, connect=_CONNECT_S),
        limits=httpx.Limits(max_connections=1),
        follow_redirects=False,
        trust_env=False,
    )


def _trusted(home: Path | None) -> ssl.SSLContext | bool:
    own = home / CA_FILE if home is not None else None
    if own is None or not own.exists():
        return True
    try:
        # Head office's own and no others: a public authority cannot speak for it.
        return ssl.create_default_context(cafile=str(own))
    except (OSError, ssl.SSLError) as error:
        raise Unavailable("CA_UNREADABLE", file=CA_FILE) from error


_UNREACHABLE: Final = (httpx.HTTPError, httpx.InvalidURL, UnicodeError)
"""How a line fails, and what is said of an address that is none."""
_OF_THE_LINE: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class HttpTransport:
    """Carries a device's requests; used by one thread at a time, except ``interrupt``."""

    def __init__(
        self,
        client: httpx.Client,
        device_id: str,
        key: SigningKey,
        folder: Path | None = None,
        *,
        patience_s: float = BUSY_S_MAX,
    ) -> None:
        """``folder`` is where files of scopes are fetched to; without it they are not.

        ``patience_s`` is how long one request is repeated while head office is busy.
        """
        self._patience_s = patience_s
        self._client = client
        self._folder = folder
        self._device_id = device_id
        self._key = key
        self._nonce = ""
        self._lock = Lock()
        self._stream: Any = None
        self._interrupted = Event()
        self.is_held: Callable[[], bool] = lambda: False
        """Whether the file under way is to be left where it is for now."""

    def send(self, ask: Ask, *, answer_s: float | None = None) -> Message:
        """Send one request and read its answer.

        While head office is busy it is sent again, when head office says. Raises Unavailable
        NETWORK; AccessDenied DEVICE_NOT_KNOWN; or the server's refusal: RuleViolation, Conflict,
        AccessDenied, Unavailable with its code.
        """
        waited_s = 0.0
        while True:
            try:
                return self._sent(ask, answer_s)
            except Unavailable as error:
                if error.code != BUSY or waited_s >= self._patience_s:
                    raise
                pause_s = retry_s(error)
                waited_s += pause_s
                if self._interrupted.wait(pause_s):
                    raise

    def _sent(self, ask: Ask, answer_s: float | None) -> Message:
        if isinstance(ask.message, Fetch):
            return self._fetch(ask.path, ask.message)
        body = pack(ask.message)
        try:
            try:
                return self._send(ask, body, answer_s)
            except AccessDenied as error:
                # The nonce was of another worker, too old, or there was none yet: once more with
                # the one that came with the refusal.
                if error.code != "NONCE":
                    raise
                return self._send(ask, body, answer_s)
        except AccessDenied as error:
            # Who is not known has no good signature; to people that is another story.
            if error.code != "BAD_SIGNATURE":
                raise
            raise AccessDenied("DEVICE_NOT_KNOWN") from error

    def _send(self, ask: Ask, body: bytes, answer_s: float | None) -> Message:
        headers = self._signed("POST", ask.path, body)
        response = self._post(ask.path, body, headers, answer_s)
        self._nonce = response.headers.get(NONCE_HEADER, "")
        return _read(response, ask.answer)

    def _signed(self, method: str, path: str, body: bytes) -> dict[str, str]:
        signed = request_message(method, path, body, self._nonce, self._device_id)
        signature = base64.urlsafe_b64encode(self._key.sign_request(signed)).rstrip(b"=")
        return {
            DEVICE_HEADER: self._device_id,
            NONCE_HEADER: self._nonce,
            SIGNATURE_HEADER: signature.decode(),
        }

    def _fetch(self, path: str, wanted: Fetch) -> Fetched:
        """Go on where an earlier try was cut; check, unpack, and say where it lies."""
        if self._folder is None:
            raise Unavailable("SNAPSHOT_UNSUPPORTED")
        with folder_told(self._folder):
            return Fetched(path=str(self._fetched(path, wanted, self._folder)))

    def _fetched(self, path: str, wanted: Fetch, folder: Path) -> Path:
        file = SnapshotFile(folder, wanted.name, wanted.size, wanted.key)
        while file.received() < wanted.size:
            before = file.received()
            try:
                self._fetch_more(path, file)
            except AccessDenied as error:
                if error.code != "NONCE":
                    raise
                self._fetch_more(path, file)
            if file.received() == before:
                raise Unavailable("NETWORK", reason="nothing came")
        return file.unpack()

    def _fetch_more(self, path: str, file: SnapshotFile) -> None:
        start = file.received()
        headers = self._signed("GET", path, b"") | {"range": f"bytes={start}-"}
        extensions = {"trace": self._watch}
        try:
            with self._client.stream("GET", path, headers=headers, extensions=extensions) as got:
                self._nonce = got.headers.get(NONCE_HEADER, "")
                if got.status_code not in {200, 206}:
                    got.read()
                    _read(got, Fetched)
                file.add(self._unless_held(got.iter_raw()), start if got.status_code == 206 else 0)
        except _UNREACHABLE as error:
            raise Unavailable("NETWORK", reason=type(error).__name__) from error

    def _unless_held(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        for part in parts:
            if self.is_held():
                raise Unavailable(HELD)
            yield part

    def _post(
        self, path: str, body: bytes, headers: Mapping[str, str], answer_s: float | None
    ) -> httpx.Response:
        timeout: Any = httpx.USE_CLIENT_DEFAULT
        if answer_s is not None:
            timeout = httpx.Timeout(answer_s, connect=_CONNECT_S)
        try:
            with self._client.stream(
                "POST",
                path,
                content=body,
                # Bodies are packed already; what would unfold without end is not asked for.
                headers={**headers, "accept-encoding": "identity"},
                timeout=timeout,
                extensions={"trace": self._watch},
            ) as got:
                return _whole(got, path)
        except _UNREACHABLE as error:
            raise Unavailable("NETWORK", reason=type(error).__name__) from error

    def _watch(self, event: str, info: Mapping[str, Any]) -> None:
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            with self._lock:
                self._stream = info["return_value"]
                is_late = self._interrupted.is_set()
            if is_late:
                self.interrupt()

    def interrupt(self) -> None:
        """From another thread, for good: a request that waits for its answer fails at once."""
        with self._lock:
            self._interrupted.set()
            stream = self._stream
        found = stream.get_extra_info("socket") if stream is not None else None
        if found is not None:
            try:
                found.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


def send_enrolment(client: httpx.Client, enrol: Enrol) -> EnrolAnswer:
    """Hand in a one-time code. Raises Unavailable NETWORK, AccessDenied BAD_ENROLMENT."""
    try:
        response = client.post("/enrol", content=pack(enrol))
    except _UNREACHABLE as error:
        raise Unavailable("NETWORK", reason=type(error).__name__) from error
    answer = _read(response, EnrolAnswer)
    assert isinstance(answer, EnrolAnswer)
    return answer


def send_joining(client: httpx.Client, join: Join) -> EnrolAnswer:
    """Hand in a founded shop's code. Raises Unavailable NETWORK, AccessDenied BAD_ENROLMENT,
    RuleViolation FOUNDING_UNUSABLE, DEMO_SHOP, Conflict SITE_TAKEN, SITE_IN_USE."""
    try:
        response = client.post("/join", content=pack(join))
    except _UNREACHABLE as error:
        raise Unavailable("NETWORK", reason=type(error).__name__) from error
    answer = _read(response, EnrolAnswer)
    assert isinstance(answer, EnrolAnswer)
    return answer


def _whole(got: httpx.Response, path: str) -> httpx.Response:
    """The answer with all of its body. Raises Unavailable ANSWER_WRONG where it is too long."""
    data = bytearray()
    for part in got.iter_bytes():
        data += part
        if len(data) > BODY_BYTES_MAX:
            raise Unavailable("ANSWER_WRONG", path=path)
    headers = [(k, v) for k, v in got.headers.items() if k not in _OF_THE_LINE]
    return httpx.Response(
        got.status_code, headers=headers, content=bytes(data), request=got.request
    )


def retry_s(error: Unavailable) -> float:
    """When to come again, in seconds, by a refusal BUSY; spread a little, whatever it says."""
    said = error.params.get("retry_after_s", 1)
    seconds = said if isinstance(said, int) else 1
    return min(max(seconds, 1), RETRY_S_MAX) + random.random()


def _busy(response: httpx.Response) -> Unavailable:
    """Of head office, or of a proxy in front of it, whose page is nothing to read."""
    said = response.headers.get(RETRY_HEADER, "")
    is_number = said.isascii() and said.isdigit() and len(said) <= 6
    return Unavailable(BUSY, retry_after_s=int(said) if is_number else 1)


def _read(response: httpx.Response, kind: type[Message]) -> Message:
    if len(response.content) > BODY_BYTES_MAX:
        raise Unavailable("ANSWER_WRONG", path=response.request.url.path)
    if response.status_code != 200:
        log.info(
            "%s %s: status %s, request %s",
            response.request.method,
            response.request.url.path,
            response.status_code,
            response.headers.get(REQUEST_HEADER, "unnamed"),
        )
    if response.status_code == 429:
        raise _busy(response)
    try:
        if response.status_code == 200:
            return unpack(response.content, kind)
        refusal = unpack(response.content, ErrorAnswer)
    except BadMessage as error:
        # A proxy's page, or half an answer: no word of head office's.
        raise Unavailable("NETWORK", reason=f"status {response.status_code}") from error
    raise _ERRORS.get(response.status_code, Unavailable)(refusal.code, **refusal.params)
