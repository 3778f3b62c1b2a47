"""The client without a screen answers in lines of JSON, errors too."""

import io
import json
from pathlib import Path

import pytest

from desktop.app.areas import COMMANDS, LAYOUT
from desktop.app.client import Client
from desktop.app.system import SystemClock, SystemRandomness
from desktop.headless import __main__ as headless
from desktop.headless.first_run import DEMO, FIRST_RUN
from desktop.headless.packets import PACKETS
from desktop.reporting.commands import ASK
from desktop.store.command import find_command
from desktop.store.writer import Store
from desktop.sync.credentials import FileKeyStore
from shared.core.errors import Conflict
from tests.builders.devices import a_key, an_identity


@pytest.fixture(autouse=True)
def _no_key_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests never write into the key store of who runs them."""
    monkeypatch.setattr("desktop.app.client.key_store", FileKeyStore)


def run(
    home: Path, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, list[dict[str, object]]]:
    code = headless.main(["--home", str(home), *arguments])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_status_before_enrolment_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = run(tmp_path, capsys, "status")
    assert (code, lines[0]["error"]) == (1, "NOT_ENROLLED")
    assert "ask head office" in str(lines[0]["text"])


def test_an_unknown_command_is_an_error_with_a_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = run(tmp_path, capsys, "dance")
    assert (code, lines[0]["error"]) == (1, "COMMAND_UNKNOWN")


def test_enrolment_needs_a_server_and_a_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = run(tmp_path, capsys, "enrol")
    assert (code, lines[0]["error"]) == (1, "COMMAND_UNREADABLE")


def test_a_head_office_out_of_reach_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = run(tmp_path, capsys, "enrol", "--server", "http://127.0.0.1:9", "--code", "ABCD")
    assert (code, lines[0]["error"]) == (1, "NETWORK")


def test_every_command_has_a_name_of_its_own_and_a_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, (listed,) = run(tmp_path, capsys, "commands")
    assert code == 0
    assert len(listed) == len(COMMANDS) + len(FIRST_RUN) + len(PACKETS) + len([DEMO, ASK])
    assert all(listed.values())


def test_a_batch_answers_each_line_and_goes_on_behind_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b'{"command": "commands"}\n\nnonsense\n{"command": "dance"}\n{"command": "commands"}\n'
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    code, lines = run(tmp_path, capsys, "batch")
    assert code == 1
    assert [line.get("error", "") for line in lines] == [
        "",
        "COMMAND_UNREADABLE",
        "COMMAND_UNKNOWN",
        "",
    ]


def test_a_folder_in_use_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = Client.open(
        tmp_path,
        LAYOUT,
        clock=SystemClock(),
        randomness=SystemRandomness(),
    )
    code, lines = run(tmp_path, capsys, "status")
    assert (code, lines[0]["error"]) == (1, "ALREADY_RUNNING")
    held.close()


def test_a_command_with_a_field_it_does_not_know_is_unreadable(tmp_path: Path) -> None:
    held = Client.open(
        tmp_path,
        LAYOUT,
        clock=SystemClock(),
        randomness=SystemRandomness(),
    )
    store: Store = held.store
    store.on_writer(lambda local: local.enrol(an_identity(), a_key()))
    tasks = find_command(COMMANDS, "tasks")
    assert tasks.call(store, b"{}") == []
    with pytest.raises(Exception, match="COMMAND_UNREADABLE") as refusal:
        tasks.call(store, b'{"limits": 3}')
    assert not isinstance(refusal.value, Conflict)
    held.close()
