"""Documents head office keeps aside: what each says in words, and what is done about it (Q03)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from desktop.reporting.usecases.kept import close_kept, retry_kept
from desktop.store.desk import Desk
from desktop.watched import Watched
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.errors import RuleViolation
from shared.reporting.queries.finding import find_documents
from shared.reporting.queries.naming import names_of
from shared.reporting.queries.stock_sums import open_sites
from shared.tasks.queries import KeptLine, kept_documents
from shared.tasks.rules import KeptState, kept_subject

STATES: Final = (KeptState.OPEN, KeptState.STORED, KeptState.CLOSED)
CORRECTED_AT: Final = {
    "sale": "sales",
    "movement": "movements",
    "transfer_dispatched": "movements",
    "transfer_received": "movements",
    "order_submitted": "order-desk",
    "order_decision_requested": "order-desk",
    "shipment_requested": "order-desk",
    "price_version": "prices",
    "price_rows": "prices",
    "policy_published": "promotions",
    "catalogue": "goods",
    "channel": "channel",
    "user": "people",
}
"""The screen on which a document of a kind is made once more, right this time."""
_HIDDEN: Final = frozenset({"uid", "predecessor", "signature", "link", "program", "version"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One line of a document as a person reads it; ``depth`` is how far it is set in."""

    depth: int
    name: str
    value: str


class Kept(Watched):
    """The repair list."""

    def __init__(self, desk: Desk, screens: frozenset[str]) -> None:
        super().__init__()
        self._desk = desk
        self._screens = screens
        self.state = KeptState.OPEN
        self.lines: Sequence[KeptLine] = ()
        self.site_names = dict(desk.read(open_sites))
        self.names: dict[str, str] = {}
        """What products, sites, people and accounts in the documents are called, by id."""

    async def load(self) -> None:
        """Read the list again."""
        self.lines = await self._desk.fetch(kept_documents, state=self.state)
        mentioned = {one.settled_by for one in self.lines}
        mentioned.update(*(ids_in(one.content) for one in self.lines))
        self.names = await self._desk.fetch(names_of, sorted(mentioned))
        self.changed()

    async def look_at(self, state: KeptState) -> None:
        """Those that wait, those that were posted since, or those laid down."""
        self.state = state
        await self.load()

    async def retry(self, line: KeptLine) -> None:
        """Have it tried again. Raises what ``retry_kept`` raises."""
        await self._desk.do(retry_kept, line.id)
        await self.load()

    async def close(self, line: KeptLine, reason: str, number: str = "") -> None:
        """Lay it down; ``number`` is the printed number of the document that says it right.

        Raises: RuleViolation DOCUMENT_NOT_FOUND and as ``close_kept``.
        """
        replaced_by = ""
        if number:
            found = self._desk.read(find_documents, number)
            exact = [one for one in found if one.text.upper() == number.strip().upper()]
            if len(exact) != 1:
                raise RuleViolation("DOCUMENT_NOT_FOUND", number=number[:40])
            replaced_by = exact[0].id
        await self._desk.do(close_kept, line.id, reason=reason, replaced_by=replaced_by)
        await self.load()

    def correcting_screen(self, line: KeptLine) -> str:
        """Where this person would make it once more; '' = at its own site."""
        screen = CORRECTED_AT.get(line.kind, "")
        return screen if screen in self._screens else ""

    def is_about(self, line: KeptLine, subject: str) -> bool:
        """Whether a task's subject names this document."""
        return subject in (kept_subject(line.device_id, line.n), line.device_id, line.id)


def ids_in(content: str) -> set[str]:
    """The texts of a document that may be ids."""
    try:
        return set(_texts(json.loads(content)))
    except ValueError:
        return set()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    inner = value.values() if isinstance(value, Mapping) else value
    if isinstance(value, Mapping | list):
        for one in inner:
            yield from _texts(one)


def why(words: Words, code: str) -> str:
    """Why it is kept, as a sentence without the places for what is not known."""
    return words.sentence(code).replace("（）", "").replace(" ()", "")


def said_of(
    words: Words,
    content: str,
    names: Mapping[str, str] | None = None,
    *,
    zone: str = formats.DEFAULT_ZONE,
) -> list[Said]:
    """A document's content in lines: the fields' names in words, amounts and instants readable,
    ``names`` beside the ids they belong to."""
    try:
        read = json.loads(content)
    except ValueError:
        return [Said(depth=0, name=words("kept.content"), value=content[:2_000])] if content else []
    lines = [_named(one, names or {}) for one in _lines(words, read, 0, zone)]
    return lines if lines else [Said(depth=0, name=words("kept.content"), value=content[:2_000])]


def _named(said: Said, names: Mapping[str, str]) -> Said:
    name = names.get(said.value, "")
    return replace(said, value=f"{said.value} {name}") if name else said


def _lines(words: Words, value: Any, depth: int, zone: str) -> Iterator[Said]:
    if not isinstance(value, Mapping):
        return
    for key, inner in value.items():
        if key in _HIDDEN or inner in ("", [], None):
            continue
        name = _name(words, key)
        if isinstance(inner, Mapping):
            yield Said(depth=depth, name=name, value="")
            yield from _lines(words, inner, depth + 1, zone)
        elif isinstance(inner, list):
            yield from _list(words, name, inner, depth, zone)
        else:
            yield Said(depth=depth, name=name, value=_value(words, key, inner, zone))


def _list(words: Words, name: str, items: list[Any], depth: int, zone: str) -> Iterator[Said]:
    if not any(isinstance(one, Mapping | list) for one in items):
        told = words("names.comma").join(str(one) for one in items)
        yield Said(depth=depth, name=name, value=told)
        return
    for number, one in enumerate(items, 1):
        yield Said(depth=depth, name=f"{name} {number}", value="")
        inner = one if isinstance(one, Mapping) else {str(at): part for at, part in enumerate(one)}
        yield from _lines(words, inner, depth + 1, zone)


def _name(words: Words, key: str) -> str:
    if words.has(f"field.{key}"):
        return words(f"field.{key}")
    plain = key
    for ending in ("_minor", "_micro", "_at_us", "_us", "_id"):
        plain = plain.removesuffix(ending)
    return words.of("field", plain) if words.has(f"field.{plain}") else plain.replace("_", " ")


def _value(words: Words, key: str, value: Any, zone: str) -> str:
    if isinstance(value, bool):
        return words("kept.yes" if value else "kept.no")
    if isinstance(value, int):
        if key.endswith("_minor"):
            return formats.money(value)
        if key.endswith("price_micro"):
            return formats.price(value)
        if key.endswith("_micro"):
            return formats.qty(value)
        if key.endswith("_us"):
            return formats.instant(value, zone)
        return f"{value:,}" if key not in ("incarnation", "n", "slot") else str(value)
    prefix = {"kind": "kind", "tender": "tender", "mode": "site.mode"}.get(key, "")
    if prefix:
        return words.of(prefix, str(value))
    if key in ("code", "reason") and words.has(str(value)):
        return words.sentence(str(value))
    return str(value)
