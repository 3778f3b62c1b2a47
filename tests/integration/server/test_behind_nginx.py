"""The example configurations, run: nginx with TLS in front, a real server behind, a real client."""

import re
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from desktop.app.areas import LAYOUT
from desktop.app.client import Client
from desktop.app.system import SystemClock, SystemRandomness
from desktop.sync.transport import CA_FILE, new_client
from shared.core.errors import Unavailable
from shared.sync.messages import Wait, WaitAnswer, pack
from sync_server.enrolment.codes import make_code
from sync_server.operations.home import open_home
from tests.fakes.keys import MemoryKeyStore
from tests.integration.server.tls import Certificates, make_certificates
from tests.integration.server.wire import Wire, refusal_of
from tests.load.servers import Server, serving
from tests.load.stores import Founded, founded

EXAMPLES = Path(__file__).parents[3] / "resources" / "deploy"
_NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else "")
_SYSTEMD = shutil.which("systemd-analyze") or ""


@dataclass(frozen=True, slots=True)
class Front:
    """nginx in front of a server."""

    url: str
    office: Founded
    server: Server
    certificates: Certificates
    run: Path


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    if not _NGINX:
        pytest.skip("nginx is not installed")
    top = tmp_path_factory.mktemp("front")
    certificates = make_certificates(top / "certificates", "office.example")
    office = founded(top / "office", "", stores=2, documents=3)
    with serving(office.home) as (server,):
        port = _free_port()
        run = top / "run"
        run.mkdir()
        config = _filled(port, server, certificates, run)
        (run / "nginx.conf").write_text(config)
        with _nginx(run, port):
            yield Front(f"https://localhost:{port}", office, server, certificates, run)


def _filled(port: int, server: Server, certificates: Certificates, run: Path) -> str:
    words = {
        "NAME": "localhost",
        "CERTIFICATE": str(certificates.server),
        "KEY": str(certificates.key),
        "PORT": f"127.0.0.1:{port}",
        "SERVER": server.url.removeprefix("http://"),
        "RUN": str(run),
    }
    text = (EXAMPLES / "nginx.conf").read_text(encoding="utf-8")
    return re.sub(r"@([A-Z]+)@", lambda found: words[found[1]], text)


@contextmanager
def _nginx(run: Path, port: int) -> Iterator[None]:
    """nginx in the foreground, until the block ends."""
    # Started by root, nginx hands its work to a user who must reach the folder.
    for folder in (run, *run.parents):
        if folder.stat().st_mode & 0o077 == 0 and "pytest" in str(folder):
            folder.chmod(0o755)
    command = [_NGINX, "-e", "stderr", "-p", str(run), "-c", str(run / "nginx.conf")]
    said = run / "stderr"
    with (
        said.open("w") as stderr,
        subprocess.Popen([*command, "-g", "daemon off;"], stderr=stderr) as process,
    ):
        try:
            _await_port(port, process, said)
            yield
        finally:
            process.terminate()


def _await_port(port: int, process: subprocess.Popen[bytes], said: Path) -> None:
    for _ in range(100_000):
        assert process.poll() is None, said.read_text()
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
    raise AssertionError("nginx did not begin")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _client(home: Path, ca: Path | None) -> Client:
    home.mkdir(parents=True)
    if ca is not None:
        (home / CA_FILE).write_bytes(ca.read_bytes())
    return Client.open(
        home,
        LAYOUT,
        clock=SystemClock(),
        randomness=SystemRandomness(),
        keys=MemoryKeyStore(),
        ballast_bytes=4096,
    )


def _code(front: Front, tag: str) -> str:
    office = open_home(front.office.home, "", SystemRandomness())
    try:
        with office.database.write() as connection:
            return make_code(
                connection,
                SystemRandomness(),
                device_type="till",
                site_id=front.office.stores[0].site_id,
                tag=tag,
                now_us=SystemClock().now_us(),
            )
    finally:
        office.database.close()


def test_a_client_with_the_offices_own_authority_syncs_through_tls(
    front: Front, tmp_path: Path
) -> None:
    client = _client(tmp_path / "till", front.certificates.ca)
    try:
        client.enrol(front.url, _code(front, "07"))
        assert client.sync().pulled > 500
        assert client.sync().pulled == 0
    finally:
        client.close()


def test_a_client_without_it_or_with_another_does_not(front: Front, tmp_path: Path) -> None:
    other = make_certificates(tmp_path / "certificates", "elsewhere.example")
    for name, ca in (("none", None), ("other", other.ca)):
        client = _client(tmp_path / name, ca)
        try:
            with pytest.raises(Unavailable, match="NETWORK"):
                client.enrol(front.url, "0000-0000-0000-0000")
        finally:
            client.close()


def test_a_file_that_holds_no_certificates_is_said_so(tmp_path: Path) -> None:
    (tmp_path / CA_FILE).write_text("none")
    with pytest.raises(Unavailable, match="CA_UNREADABLE"):
        new_client("https://localhost", home=tmp_path)


def _wire(front: Front) -> tuple[httpx.Client, Wire]:
    context = ssl.create_default_context(cafile=str(front.certificates.ca))
    store = front.office.stores[1]
    http = httpx.Client(base_url=front.url, verify=context, trust_env=False, timeout=20)
    return http, Wire("", store.device_id, store.key)


def test_long_polls_pass_and_a_request_has_one_name_in_both_logs(front: Front) -> None:
    http, wire = _wire(front)
    body = pack(Wait(cursors=[], timeout_s=1))
    with http:
        for _ in range(2):
            answer = http.post("/wait", content=body, headers=wire.headers("POST", "/wait", body))
            wire.nonce = answer.headers["q-nonce"]
    assert answer.status_code == 200
    assert answer.content == pack(WaitAnswer(moved=[]))
    name = answer.headers["x-request-id"]
    # Its line is written once the answer has left.
    log = front.office.home / "worker-1.log"
    assert any(name in log.read_text() for _ in range(100_000))
    assert re.fullmatch("[0-9a-f]{32}", name)


def test_what_is_too_large_or_for_the_operator_alone_ends_at_nginx(front: Front) -> None:
    http, wire = _wire(front)
    with http:
        large = bytes(9 * 1024 * 1024)
        assert http.post("/push", content=large).status_code == 413
        assert http.post("/enrol", content=bytes(20_000)).status_code == 413
        assert http.get("/metrics").status_code == 404
        assert http.get("/health").status_code == 200
        headers = wire.headers("GET", "/snapshot/" + "0" * 64, b"") | {"range": "bytes=5-"}
        assert refusal_of(http.get("/snapshot/" + "0" * 64, headers=headers))[0] == 401


def test_who_guesses_codes_is_slowed_down(front: Front) -> None:
    http, _ = _wire(front)
    with http:
        found = [http.post("/enrol", content=b"x").status_code for _ in range(40)]
    assert set(found[:10]) == {400}
    assert found.count(429) >= 10


def test_the_unit_is_one_systemd_takes(tmp_path: Path) -> None:
    if not _SYSTEMD:
        pytest.skip("systemd is not installed")
    text = (EXAMPLES / "qutong.service").read_text(encoding="utf-8")
    unit = tmp_path / "qutong.service"
    unit.write_text(text.replace("/opt/qutong/bin/python", sys.executable))
    found = subprocess.run(
        [_SYSTEMD, "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (found.returncode, found.stderr.replace("\n", " ").strip()) == (0, "")
