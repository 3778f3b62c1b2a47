"""``python -m desktop.headless --home DIR [--as ID] COMMAND …``: one line of JSON each.

``enrol --server URL --code CODE``, ``found-shop``, ``take-in-goods``, ``join``, ``demo-shop``,
``sync``, ``packet-out --file FILE``, ``packet-in --file FILE``, ``status``, ``commands``,
``help COMMAND``; every other command comes from the areas and takes its parameters as flags
(``sell --line 3*2000101010005 --tender cash=200``) or as one JSON object.

``batch [FILE]`` runs many in one process, a JSON object per line:
``{"command": …, "as": …, "params": {…}}``, or with the parameters beside the command. Each line is
answered with a line. An error is one line ``{"error": CODE, "params": {…}, "text": …}``; the exit
code is then 1.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from desktop.app.areas import COMMANDS, LAYOUT
from desktop.app.client import Client, default_home
from desktop.app.home import SPOOL_HELP, keep_spool_folder
from desktop.app.system import SystemClock, SystemRandomness
from desktop.headless.first_run import DEMO, FIRST_RUN, demo, first_run
from desktop.headless.flags import params_of, usage_of
from desktop.headless.packets import PACKETS, carry
from desktop.headless.sentences import language_named, sentence
from desktop.reporting.commands import ASK, AskDetail
from desktop.store.command import Command, find_command
from desktop.sync.story import status
from desktop.words.texts import Language
from shared.core.errors import QutongError, RuleViolation, Unavailable


class Enrol(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Head office's address and the one-time code."""

    server: str = ""
    code: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one command; 0 when it is done, 1 with one line that says why not."""
    chosen = _parser().parse_args(arguments)
    if chosen.command == DEMO.name:
        return _demo(chosen)
    if chosen.spool is not None:
        keep_spool_folder(chosen.home, chosen.spool)
    try:
        client = Client.open(
            chosen.home, LAYOUT, clock=SystemClock(), randomness=SystemRandomness()
        )
    except QutongError as error:
        _print(_told(error, chosen.language))
        return 1
    try:
        return _run(client, chosen)
    finally:
        client.close()


def _demo(chosen: argparse.Namespace) -> int:
    """The demo shop lies in a folder of its own: the chosen one is not opened."""
    try:
        _print(demo(chosen.home, chosen.params))
    except QutongError as error:
        _print(_told(error, chosen.language))
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m desktop.headless", description=__doc__)
    parser.add_argument("--home", type=Path, default=default_home(), metavar="DIR")
    parser.add_argument("--spool", type=Path, metavar="DIR", help=SPOOL_HELP)
    parser.add_argument(
        "--as", "--user", dest="user", default="", metavar="ID", help="whose name documents carry"
    )
    parser.add_argument("--server", default="", metavar="URL")
    parser.add_argument("--code", default="", metavar="CODE")
    parser.add_argument(
        "--language",
        type=lambda name: language_named(name, ""),
        default=language_named("", os.environ.get("LC_ALL") or os.environ.get("LANG", "")),
        metavar="zh|en",
        help="what errors are told in; left out: the system's",
    )
    parser.add_argument("command", metavar="COMMAND")
    parser.add_argument("params", nargs=argparse.REMAINDER, metavar="…")
    return parser


def _run(client: Client, chosen: argparse.Namespace) -> int:
    client.store.author_id = chosen.user
    try:
        if chosen.command == "batch":
            return _batch(client, chosen.params, chosen.language)
        _print(_answer(client, chosen))
    except QutongError as error:
        _print(_told(error, chosen.language))
        return 1
    return 0


def _answer(client: Client, chosen: argparse.Namespace) -> object:
    if chosen.command == "enrol":
        said = msgspec.json.decode(params_of(_ENROL, chosen.params), type=Enrol)
        return _enrol(client, said.server or chosen.server, said.code or chosen.code)
    if chosen.command == "help":
        every = (*COMMANDS, *FIRST_RUN.values(), *PACKETS.values(), DEMO, ASK)
        return {"help": usage_of(find_command(every, " ".join(chosen.params)))}
    if chosen.command in FIRST_RUN:
        params = params_of(FIRST_RUN[chosen.command], chosen.params)
        return _client_command(client, chosen.command, params)
    if chosen.command in _CLIENT:
        return _client_command(client, chosen.command, b"{}")
    if chosen.command == ASK.name:
        return _client_command(client, ASK.name, params_of(ASK, chosen.params))
    if chosen.command in PACKETS:
        params = params_of(PACKETS[chosen.command], chosen.params)
        return _client_command(client, chosen.command, params)
    command = find_command(COMMANDS, chosen.command)
    return command.call(client.store, params_of(command, chosen.params))


def _enrol(client: Client, server: str, code: str) -> object:
    if not server or not code:
        raise RuleViolation("COMMAND_UNREADABLE", command="enrol", reason="--server --code")
    device_id = client.enrol(server, code)
    try:
        return {"device_id": device_id, "pulled": client.sync().pulled}
    except Unavailable as error:
        # Enrolled all the same; what head office publishes comes with the next sync.
        return {"device_id": device_id, "pulled": 0, "waiting": error.code}


_CLIENT = ("sync", "status", "commands")


def _client_command(client: Client, command: str, params: bytes) -> object:
    if command == "sync":
        return client.sync()
    if command == "status":
        identity = client.store.on_writer(lambda local: local.enrolled)
        found = client.store.read(lambda connection: status(connection, identity))
        return {"unsent": found.unsent, **msgspec.to_builtins(found)}
    if command == "commands":
        every = (*COMMANDS, *FIRST_RUN.values(), *PACKETS.values(), DEMO, ASK)
        return {one.name: one.summary for one in every}
    if command in FIRST_RUN:
        return first_run(client, command, params)
    if command == ASK.name:
        wanted = ASK.call(client.store, params)
        assert isinstance(wanted, AskDetail)
        return client.ask(wanted.report, wanted.where)
    if command in PACKETS:
        return carry(client, command, params)
    if command == "enrol":
        said = _ENROL.call(client.store, params)
        assert isinstance(said, Enrol)
        return _enrol(client, said.server, said.code)
    return find_command(COMMANDS, command).call(client.store, params)


_ENROL = Command(
    name="enrol",
    summary="Become the device a one-time code was made for.",
    params=Enrol,
    run=lambda _store, said: said,
)


def _batch(client: Client, files: Sequence[str], language: Language) -> int:
    """Run the lines of a file, or of standard input; 1 when any of them failed."""
    if not files or files[0] == "-":
        return _lines(client, sys.stdin.buffer, language)
    path = Path(files[0])
    if not path.is_file():
        raise RuleViolation("FILE_MISSING", file=path.name)
    with path.open("rb") as lines:
        return _lines(client, lines, language)


def _lines(client: Client, lines: Iterable[bytes], language: Language) -> int:
    failed = 0
    signed_in = client.store.author_id
    for text in lines:
        if not text.strip():
            continue
        try:
            command, user, params = _read_line(text)
            client.store.author_id = user or signed_in
            _print(_client_command(client, command, params))
        except QutongError as error:
            failed = 1
            _print(_told(error, language))
    return failed


def _read_line(text: bytes) -> tuple[str, str, bytes]:
    """Command, person and parameters of a line; ``user`` is the person only beside ``params``."""
    try:
        line = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        command = msgspec.json.decode(line.pop("command", msgspec.Raw(b'""')), type=str)
        who = line.pop("as", msgspec.Raw(b'""'))
        if "params" in line:
            who = line.pop("user", who)
            return command, msgspec.json.decode(who, type=str), bytes(line["params"])
        return command, msgspec.json.decode(who, type=str), msgspec.json.encode(line)
    except msgspec.DecodeError as error:
        raise RuleViolation("COMMAND_UNREADABLE", reason=str(error)[:200]) from error


def _told(error: QutongError, language: Language) -> dict[str, Any]:
    text = sentence(error, language)
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
