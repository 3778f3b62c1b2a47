"""The tree of errors a person or the other end is told about, each with a stable code."""

from collections.abc import Mapping
from types import MappingProxyType


class QutongError(Exception):
    """Something the person or the other end must know, as a stable code and plain parameters.

    `code` is UPPER_CASE and stable: it selects the translated text, travels on the wire and
    stands in logs. `params` are plain texts and integers for that text and never personal.
    """

    # Positional-only, so that a parameter may itself be called `code` or `self`.
    def __init__(self, code: str, /, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self._params = params

    @property
    def params(self) -> Mapping[str, str | int]:
        """The values the translated text names, in the order they were given; read-only."""
        return MappingProxyType(self._params)

    def __str__(self) -> str:
        return " ".join((self.code, *(f"{k}={_shown(v)}" for k, v in self._params.items())))


class RuleViolation(QutongError):
    """The request or the typed text breaks a business rule; the person can mend it."""


class Conflict(QutongError):
    """Somebody changed it first; reload, then try again."""


class Unavailable(QutongError):
    """Disk, network or printer is not there; try later, nothing is lost."""


class AccessDenied(QutongError):
    """This person or device may not do that."""


def _shown(value: str | int) -> str:
    """A text with blanks or control characters is quoted, so one error stays one log line."""
    plain = str(value)
    if plain and plain.isprintable() and " " not in plain:
        return plain
    return repr(plain)
