"""A kind of document: its class, who may write it, how it posts; and the list of all kinds."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from shared.core.errors import RuleViolation
from shared.journal.document import Body, Document, DocumentClass, Draft, Header, Write

if TYPE_CHECKING:
    from sqlalchemy import Connection

Post = Callable[[Header, Any], Iterable[Write]]
"""Derives rows from the document alone: no clock, no randomness, no reading of state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A document head office writes because of another one: a decision, a task."""

    body: Body
    site_id: str
    """The site or account whose business it is; '' for head office itself."""
    about: bytes = b""
    """uid of the document it follows; b'' for the one just decided."""


Respond = Callable[["Connection", Header, Any, int], Iterable[Answer]]
"""(connection after posting, header, body, now_us) -> head office's answers; server only."""


Review = Callable[["Connection", Sequence[tuple[Header, Any]], int], Iterable[Answer]]
"""As Respond, for all facts of this kind in one batch: what does not fit opens tasks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who may write a kind, and which ends its ledger rows may have."""

    permission: str
    """The permission the author needs at the document's site, such as ``sale.make``."""
    device_types: frozenset[str]
    """Of ``till dealer warehouse hq server``."""
    outer_ends: tuple[str, ...] = ()
    """Ledger ends that do not belong to the document's own site: as they stand (``customer``), or
    everything below a name that ends with a stroke (``transit/``)."""
    needs_approver: bool = False
    founds: bool = False
    """It makes the site it is written for: only the device whose key the site's name is made of
    may write it, and only once."""
    names_people: bool = False
    """Who it names may write from the next slot of the same device on."""
    keeps: tuple[tuple[str, str], ...] = ()
    """Tables, each with its column that names the document: a row of another document there is
    not made anew."""
    speaks_for: str = ""
    """The field of the body that names the channel account in whose name it is written; '' in that
    field is head office. Nobody writes into another's books (domain rule 14)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of document, as its area declares it."""

    name: str
    body: type[Body]
    document_class: DocumentClass
    authority: Authority
    post: Post
    version: int = 1
    series: str = ""
    """Prefix of the printed number (``XS``); '' when the kind is not numbered."""
    respond: Respond | None = None
    """For requests: decided one by one, in order of arrival."""
    review: Review | None = None
    """For facts: looked at once per batch, after all of it was posted."""
    upcasters: Mapping[int, Callable[[list[Any]], list[Any]]] = field(default_factory=dict)
    """From a version to the next one, on the raw body."""


class UndecodableDocument(RuleViolation):
    """The stored bytes are no document this program knows."""


_UNREADABLE = (
    msgspec.DecodeError, UnicodeDecodeError, RecursionError, LookupError, TypeError, ValueError,
)  # fmt: skip
"""What reading raises: text that is no UTF-8, lists without end, an upcaster met by nonsense."""
_ENVELOPE = msgspec.msgpack.Decoder(tuple[Header, msgspec.Raw])
_RAW_LIST = msgspec.msgpack.Decoder(list[Any])
_ENCODER = msgspec.msgpack.Encoder()


class Registry:
    """The explicit list of kinds, looked up by name and by body type."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._by_name = {kind.name: kind for kind in kinds}
        self._by_body = {kind.body: kind for kind in kinds}
        self._decoders = {kind.name: msgspec.msgpack.Decoder(kind.body) for kind in kinds}
        assert len(self._by_name) == len(self._by_body) == len(kinds), "a kind or body twice"

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._by_name.values())

    def of_body(self, body: Body) -> Kind:
        """The kind whose content ``body`` is."""
        return self._by_body[type(body)]

    def named(self, name: str) -> Kind:
        """The kind called ``name``. Raises UndecodableDocument UNKNOWN_KIND."""
        kind = self._by_name.get(name)
        if kind is None:
            raise UndecodableDocument("UNKNOWN_KIND", kind=name[:40])
        return kind

    def decode(self, stored: bytes) -> Document:
        """Read stored bytes. Raises UndecodableDocument (UNREADABLE_DOCUMENT, UNKNOWN_KIND…)."""
        try:
            header, raw = _ENVELOPE.decode(stored)
            kind = self.named(header.kind)
            if header.version > kind.version:
                raise UndecodableDocument("DOCUMENT_TOO_NEW", kind=kind.name)
            content: bytes | msgspec.Raw = raw
            if header.version < kind.version:
                content = _upcast(kind, header.version, raw)
            return Document(header, self._decoders[kind.name].decode(content))
        except _UNREADABLE as error:
            raise UndecodableDocument("UNREADABLE_DOCUMENT", reason=str(error)[:120]) from error

    def post(self, document: Document) -> list[Write]:
        """The rows a document makes, in the order its area lists them."""
        kind = self.named(document.header.kind)
        return list(kind.post(document.header, document.body))


def _upcast(kind: Kind, version: int, raw: msgspec.Raw) -> bytes:
    fields = _RAW_LIST.decode(raw)
    while version < kind.version:
        fields = kind.upcasters[version](fields)
        version += 1
    return _ENCODER.encode(fields)


def encode(document: Document) -> bytes:
    """The bytes that are signed and stored, once; they are never encoded again."""
    return _ENCODER.encode((document.header, document.body))


def header_for(kind: Kind, draft: Draft, *, device_id: str, number: str) -> Header:
    """The header of a draft that becomes a document of ``kind`` on a device."""
    return Header(
        uid=draft.uid,
        kind=kind.name,
        version=kind.version,
        device_id=device_id,
        site_id=draft.site_id,
        author_id=draft.author_id,
        happened_at_us=draft.happened_at_us,
        business_day=draft.business_day,
        number=number,
        predecessor=draft.predecessor,
        approver_id=draft.approver_id,
        clock_doubt_us=draft.clock_doubt_us,
    )
