"""The socket the server listens on, and the signals that end it."""

import os
import signal
import socket
import threading
from pathlib import Path

import pytest
import uvicorn

from sync_server.__main__ import main
from sync_server.http.serve import _listen

LATE_S = 10


def test_an_answers_body_does_not_wait_for_the_receipt_of_its_head() -> None:
    with _listen("127.0.0.1", 0) as listening:
        near = socket.create_connection(listening.getsockname())
        far, _ = listening.accept()
        with near, far:
            assert far.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_who_is_told_to_end_while_he_starts_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: signal.Signals
) -> None:
    home = str(tmp_path / "home")
    assert main(["init", "--home", home]) == 0
    run, late = uvicorn.Server.run, []

    def as_somebody_changes_his_mind(server: uvicorn.Server, *said: object, **more: object) -> None:
        signal.raise_signal(told)
        run(server, *said, **more)  # type: ignore[arg-type]

    def end_it_all_the_same() -> None:
        late.append(told)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(uvicorn.Server, "run", as_somebody_changes_his_mind)
    monkeypatch.setattr("sync_server.http.serve.log_as_json", lambda: None)
    kill = threading.Timer(LATE_S, end_it_all_the_same)
    kill.start()
    assert main(["serve", "--home", home, "--port", "0"]) == 0
    kill.cancel()
    kill.join()
    assert not late
