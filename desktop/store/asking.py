"""What commands have in common: their parameters, the device they run on, what they answer."""

from collections.abc import Mapping
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from desktop.store.identity import Identity
from desktop.store.session import Session
from desktop.store.writer import Store
from shared.core.clock import instant_of_local_iso, parse_instant_iso
from shared.core.errors import RuleViolation, Unavailable
from shared.core.ids import uid_text
from shared.journal.document import Header

T = TypeVar("T", bound=msgspec.Struct)


class Params(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of every command's parameters: an unknown name is an error, not silence."""


class Nothing(Params):
    """A command that needs to be told nothing."""


class Written(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document that now stands in the journal: its uid in hex and its printed number."""

    uid: str
    number: str = ""

    @classmethod
    def of(cls, header: Header) -> "Written":
        """What is told of a document."""
        return cls(uid=uid_text(header.uid), number=header.number)


def device(store: Store) -> Identity:
    """The device the store belongs to. Raises Unavailable NOT_ENROLLED."""
    found = store.identity
    if found is None:
        raise Unavailable("NOT_ENROLLED")
    return found


def now_us(store: Store) -> int:
    """The device's corrected clock; microseconds UTC. Raises Unavailable NOT_ENROLLED."""
    return store.write(_now).value


def _now(session: Session) -> int:
    return session.now_us


def instant_us(text: str, *, zone: str = "Asia/Shanghai") -> int:
    """The instant of an ISO text: with its offset, or as the clock of ``zone`` shows it.

    Raises: RuleViolation INSTANT_UNREADABLE.
    """
    try:
        return parse_instant_iso(text)
    except RuleViolation as why:
        if why.code != "INSTANT_WITHOUT_ZONE":
            raise
    return instant_of_local_iso(text, zone)


def entry(kind: type[T], fields: Mapping[str, Any]) -> T:
    """A part of a document from named fields, as people write it: ``{"code": …, "name": …}``.

    Parts of documents are stored by position; what is left out takes its default.

    Raises: RuleViolation COMMAND_UNREADABLE naming the field.
    """
    hints = get_type_hints(kind)
    known = {field.name: field for field in msgspec.structs.fields(kind)}
    for name in fields.keys() - known.keys():
        raise RuleViolation("COMMAND_UNREADABLE", field=f"{kind.__name__}.{name}")
    values: dict[str, Any] = {}
    for name, value in fields.items():
        inner = _struct_within(hints[name])
        if inner is not None and isinstance(value, list):
            values[name] = tuple(entry(inner, one) for one in value)
        else:
            values[name] = _converted(value, hints[name], f"{kind.__name__}.{name}")
    missing = [name for name, field in known.items() if field.required and name not in values]
    if missing:
        raise RuleViolation("COMMAND_UNREADABLE", field=f"{kind.__name__}.{missing[0]}")
    return kind(**values)


def _struct_within(hint: Any) -> type[msgspec.Struct] | None:
    """The part a list of parts holds, or None for plain values."""
    for inner in get_args(hint):
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            return inner
    return None


def _converted(value: Any, hint: Any, name: str) -> Any:
    try:
        return msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        raise RuleViolation("COMMAND_UNREADABLE", field=name, reason=str(error)[:120]) from error
