"""Command-line flags made from a command's parameters: ``--line 3*CODE --tender cash=100``."""

import argparse
from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Any, NoReturn, Union, get_args, get_origin, get_type_hints

import msgspec

from desktop.store.command import Command
from shared.core.errors import RuleViolation


class _Parser(argparse.ArgumentParser):
    """Tells what is wrong as an error with a code instead of leaving the program."""

    def error(self, message: str) -> NoReturn:
        raise RuleViolation("COMMAND_UNREADABLE", command=self.prog, reason=message[:200])


def params_of(command: Command, arguments: Sequence[str]) -> bytes:
    """The parameters as JSON: given so, or as flags.

    A list's flag is repeated (``--lines A --line B``); where a code is asked for, ``3*CODE`` is
    the quantity and the code; everything nested may be written as a JSON object.

    Raises: RuleViolation COMMAND_UNREADABLE.
    """
    if len(arguments) == 1 and arguments[0].lstrip().startswith("{"):
        return arguments[0].encode()
    hints = get_type_hints(command.params)
    parser = _parser(command, hints)
    found = vars(parser.parse_args(list(arguments)))
    values = {
        name: _value(hints[name], value) for name, value in found.items() if value is not None
    }
    return msgspec.json.encode(values)


def usage_of(command: Command) -> str:
    """The help of a command with all its flags."""
    return _parser(command, get_type_hints(command.params)).format_help()


def _parser(command: Command, hints: Mapping[str, Any]) -> _Parser:
    parser = _Parser(
        prog=command.name,
        description=command.summary,
        epilog=command.params.__doc__,
        add_help=False,
        allow_abbrev=False,
    )
    for field in msgspec.structs.fields(command.params):
        names = _flag_names(field.name, hints[field.name])
        if hints[field.name] is bool:
            parser.add_argument(*names, dest=field.name, action="store_true", default=None)
        elif _item_of(hints[field.name]) is not None:
            parser.add_argument(*names, dest=field.name, action="append", metavar="ITEM")
        else:
            parser.add_argument(*names, dest=field.name, metavar="VALUE")
    return parser


def _flag_names(name: str, hint: Any) -> list[str]:
    plain = name.replace("_", "-")
    names = [f"--{plain}"]
    if _item_of(hint) is not None and plain.endswith("s"):
        names.append(f"--{plain[:-1]}")
    return names


def _item_of(hint: Any) -> Any:
    """What a list holds; None for anything else."""
    if get_origin(hint) in (tuple, list, Sequence):
        return get_args(hint)[0]
    return None


def _choices(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _value(hint: Any, value: Any) -> Any:
    item = _item_of(hint)
    if item is not None:
        return [_one(item, text) for text in value]
    return value if isinstance(value, bool) else _one(hint, value)


def _one(hint: Any, text: str) -> Any:
    choices = _choices(hint)
    if text.lstrip().startswith("{"):
        return _json(text)
    if str in choices:
        return text
    if int in choices:
        return _json(text)
    for choice in choices:
        if isinstance(choice, type) and issubclass(choice, msgspec.Struct):
            return _scanned(choice, text)
    return _json(text)


def _scanned(kind: type[msgspec.Struct], text: str) -> Any:
    """``CODE`` or ``3*CODE`` where a part asks for a code; otherwise it has to be JSON."""
    names = kind.__struct_fields__
    if "code" not in names:
        example = ", ".join(f'"{name}": …' for name in names)
        raise RuleViolation("COMMAND_UNREADABLE", reason=f"{text[:60]}: write {{{example}}}")
    qty, star, code = text.rpartition("*")
    return {"code": code, "qty": qty} if star and "qty" in names else {"code": text}


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text.encode())
    except msgspec.DecodeError as error:
        raise RuleViolation("COMMAND_UNREADABLE", reason=f"{text[:60]}: {error}"[:200]) from error
