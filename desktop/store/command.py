"""A use case offered by name, so that scripts and tests do what screens do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from desktop.store.writer import Store
from shared.core.errors import RuleViolation


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: ``params`` is a msgspec struct, read from JSON and checked before ``run``.

    ``run(store, params)`` calls ``store.write(usecase, …)`` or ``store.read(query)``; what it
    returns is printed as JSON. Areas hand their commands to desktop/app/areas.py.
    """

    name: str
    """A word or two with a hyphen, such as ``sell`` or ``order-submit``; each only once."""
    summary: str
    params: type[msgspec.Struct]
    run: Callable[[Store, Any], object]

    def call(self, store: Store, params: bytes | str) -> object:
        """Read the parameters and do it. Raises RuleViolation COMMAND_UNREADABLE and what
        the use case raises."""
        try:
            read = msgspec.json.decode(params or b"{}", type=self.params)
        except msgspec.DecodeError as error:
            raise RuleViolation(
                "COMMAND_UNREADABLE", command=self.name, reason=str(error)[:200]
            ) from error
        return self.run(store, read)


def find_command(commands: Sequence[Command], name: str) -> Command:
    """The command of this name. Raises RuleViolation COMMAND_UNKNOWN."""
    for command in commands:
        if command.name == name:
            return command
    raise RuleViolation("COMMAND_UNKNOWN", command=name[:60])
