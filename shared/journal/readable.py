"""A stored document as text a person can read, whatever of it can be made out."""

from collections.abc import Mapping
from typing import Any

import msgspec

from shared.journal.kind import Registry, UndecodableDocument

_ITEMS_MAX = 200
_DEEPEST = 8


def readable(registry: Registry, stored: bytes, *, most: int) -> str:
    """Header and body as JSON with the fields' names, at most ``most`` letters.

    What no kind can read is shown as plain lists; what is not even that, by its first bytes.
    """
    text = _json(_content(registry, stored))
    if len(text) <= most:
        return text
    return _json({"beginning": text[: most // 2], "letters": len(text)})[:most]


def _content(registry: Registry, stored: bytes) -> Any:
    try:
        document = registry.decode(stored)
    except UndecodableDocument:
        return _raw(stored)
    return {"header": _plain(document.header, 0), "body": _plain(document.body, 0)}


def _raw(stored: bytes) -> Any:
    try:
        return {"fields": _plain(msgspec.msgpack.decode(stored), 0)}
    except (msgspec.DecodeError, TypeError, ValueError, RecursionError):
        return {"bytes": len(stored), "beginning": stored[:200].hex()}


def _plain(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, bytes):
        return value[:_ITEMS_MAX].hex()
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        return {name: _plain(one, depth + 1) for name, one in fields.items()}
    if isinstance(value, Mapping):
        return {str(name): _plain(one, depth + 1) for name, one in list(value.items())[:_ITEMS_MAX]}
    if isinstance(value, list | tuple):
        return [_plain(one, depth + 1) for one in value[:_ITEMS_MAX]]
    return value if isinstance(value, str | int | bool | None) else str(value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
