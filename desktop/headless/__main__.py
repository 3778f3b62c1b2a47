"""``python -m desktop.headless --home DIR [--user ID] COMMAND [JSON]``: one line of JSON each.

``enrol --server URL --code CODE``, ``sync``, ``status``, ``commands``; every other command comes
from the areas and takes its parameters as JSON. ``batch`` reads lines
``{"command": …, "params": {…}, "user": …}`` and answers each with a line. An error is one line
``{"error": CODE, "params": {…}, "text": …}``; the exit code is then 1.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from desktop.app.areas import COMMANDS, LAYOUT
from desktop.app.client import Client, default_home
from desktop.app.system import SystemClock, SystemRandomness
from desktop.store.command import find_command
from desktop.sync.engine import status
from shared.core.errors import QutongError, RuleViolation

SENTENCES = {
    "ALREADY_RUNNING": "Another Qutong uses this folder; close it first.",
    "DATABASE_NEWER": "A newer Qutong wrote this database; install that version or a later one.",
    "NOT_ENROLLED": "This device is not enrolled yet; ask head office for a code.",
    "BAD_ENROLMENT": "The code is unknown, used or too old; ask head office for a new one.",
    "NETWORK": "Head office cannot be reached; nothing is lost, try again later.",
    "DISK_FULL": "The disk is full; free some room and try again. Nothing is lost.",
    "COMMAND_UNKNOWN": "There is no such command; `commands` lists them.",
    "DEVICE_REVOKED": "Head office does not trust this device any more.",
    "JOURNAL_FORKED": "Head office has another journal of this device: it was copied or restored.",
    "DEVICE_BEHIND": "This device was restored from an older copy; head office has more of it.",
}
"""What to do next, for the errors of the client itself."""


class _Line(msgspec.Struct):
    command: str
    params: msgspec.Raw = msgspec.Raw(b"{}")
    user: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one command; 0 when it is done, 1 with one line that says why not."""
    chosen = _parser().parse_args(arguments)
    try:
        client = Client.open(
            chosen.home, LAYOUT, clock=SystemClock(), randomness=SystemRandomness()
        )
    except QutongError as error:
        _print(_told(error))
        return 1
    try:
        return _run(client, chosen)
    finally:
        client.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m desktop.headless", description=__doc__)
    parser.add_argument("--home", type=Path, default=default_home(), metavar="DIR")
    parser.add_argument("--user", default="", metavar="ID", help="whose name documents carry")
    parser.add_argument("--server", default="", metavar="URL")
    parser.add_argument("--code", default="", metavar="CODE")
    parser.add_argument("command", metavar="COMMAND")
    parser.add_argument("params", nargs="?", default="{}", metavar="JSON")
    return parser


def _run(client: Client, chosen: argparse.Namespace) -> int:
    client.store.author_id = chosen.user
    if chosen.command == "batch":
        return _batch(client)
    try:
        _print(_answer(client, chosen, chosen.command, chosen.params))
    except QutongError as error:
        _print(_told(error))
        return 1
    return 0


def _answer(client: Client, chosen: argparse.Namespace, command: str, params: str) -> object:
    if command == "enrol":
        if not chosen.server or not chosen.code:
            raise RuleViolation("COMMAND_UNREADABLE", command="enrol", reason="--server --code")
        return {"device_id": client.enrol(chosen.server, chosen.code)}
    return _client_command(client, command, params)


def _client_command(client: Client, command: str, params: str | bytes) -> object:
    if command == "sync":
        return client.sync()
    if command == "status":
        identity = client.store.on_writer(lambda local: local.enrolled)
        found = client.store.read(lambda connection: status(connection, identity))
        return {"unsent": found.unsent, **msgspec.to_builtins(found)}
    if command == "commands":
        return {one.name: one.summary for one in COMMANDS}
    return find_command(COMMANDS, command).call(client.store, params)


def _batch(client: Client) -> int:
    failed = 0
    signed_in = client.store.author_id
    for text in sys.stdin.buffer:
        if not text.strip():
            continue
        try:
            line = msgspec.json.decode(text, type=_Line)
            client.store.author_id = line.user or signed_in
            _print(_client_command(client, line.command, bytes(line.params)))
        except msgspec.DecodeError as error:
            failed = 1
            _print(_told(RuleViolation("COMMAND_UNREADABLE", reason=str(error)[:200])))
        except QutongError as error:
            failed = 1
            _print(_told(error))
    return failed


def _told(error: QutongError) -> dict[str, Any]:
    text = SENTENCES.get(error.code, str(error))
    return {"error": error.code, "params": dict(error.params), "text": text}


def _print(answer: object) -> None:
    print(msgspec.json.encode(answer, enc_hook=_plain).decode(), flush=True)


def _plain(value: object) -> object:
    """Sets and touched maps, which JSON does not know."""
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise NotImplementedError(f"{type(value).__name__} has no JSON form")


if __name__ == "__main__":
    sys.exit(main())
