"""A tiny business for the server's tests: one ledger, one record table, four kinds."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from shared.core.errors import RuleViolation
from shared.core.ids import derived_id, uid_text
from shared.journal.document import Body, DocumentClass, Header, Value, Write
from shared.journal.kind import Answer, Authority, Kind, Registry
from shared.sync import scopes
from shared.sync.tables import (
    Balance,
    Replicated,
    Schema,
    TableRole,
    balance_table,
    integer_column,
    replicated_table,
    text_column,
)

DEVICES = frozenset({"till", "warehouse"})

move = replicated_table(
    "tiny_move",
    text_column("site_id"),
    text_column("product"),
    text_column("from_end"),
    text_column("to_end"),
    integer_column("qty_micro"),
)
balance = balance_table("tiny_balance", "product")
note = replicated_table(
    "tiny_note", text_column("site_id"), text_column("title"), text_column("state")
)


class Sold(Body, kw_only=True):
    """A till sold something; ``to_end`` is where a forger would send it."""

    product: str
    qty_micro: int
    to_end: str = "customer"


class NoteWritten(Body, kw_only=True):
    """A record row as a person wrote it."""

    note_id: str
    title: str
    site_id: str = ""


class Asked(Body, kw_only=True):
    """A request that head office decides."""

    wanted: int


class Decided(Body, kw_only=True):
    """Head office's decision; '' = it decides about nothing."""

    note_id: str
    state: str


class Troubled(Body, kw_only=True):
    """Head office's task about a kept document."""

    code: str
    subject: str
    site_id: str


class Published(Body, kw_only=True):
    """Head office's list of goods, in a scope many devices share."""

    org_id: str
    titles: tuple[str, ...]


def _post_sold(header: Header, body: Sold) -> Iterable[Write]:
    if body.product == "POISON":
        raise RuleViolation("POISON")
    row_id = "same" if body.product == "CLASH" else derived_id(header.uid, 1)
    yield Write(
        "tiny_move",
        row_id,
        {
            "site_id": header.site_id,
            "product": body.product,
            "from_end": f"site/{header.site_id}/-/sellable",
            "to_end": body.to_end,
            "qty_micro": body.qty_micro,
        },
    )


def _post_note(header: Header, body: NoteWritten) -> Iterable[Write]:
    site_id = body.site_id or header.site_id
    yield Write("tiny_note", body.note_id, {"site_id": site_id, "title": body.title})


def _post_asked(header: Header, body: Asked) -> Iterable[Write]:
    values: Mapping[str, Value] = {"site_id": header.site_id, "state": "submitted"}
    yield Write("tiny_note", uid_text(header.uid), values)


def _decide(connection: Connection, header: Header, body: Asked, _now_us: int) -> Iterable[Answer]:
    standing = connection.execute(
        select(note.c.state).where(note.c.id == uid_text(header.uid))
    ).scalar_one()
    assert standing == "submitted"
    state = "accepted" if body.wanted <= 10 else "rejected"
    yield Answer(body=Decided(note_id=uid_text(header.uid), state=state), site_id=header.site_id)


def _post_decided(_header: Header, body: Decided) -> Iterable[Write]:
    yield Write("tiny_note", body.note_id, {"state": body.state})


def _post_troubled(_header: Header, body: Troubled) -> Iterable[Write]:
    values = {"site_id": body.site_id, "title": body.code, "state": "open"}
    yield Write("tiny_note", f"task:{body.subject}", values)


def _post_published(header: Header, body: Published) -> Iterable[Write]:
    for number, title in enumerate(body.titles):
        values = {"site_id": f"@{body.org_id}", "title": title}
        yield Write("tiny_note", derived_id(header.uid, number), values)


def _kind(body: type[Body], post: object, *, permission: str, devices: frozenset[str]) -> Kind:
    return Kind(
        name=f"tiny_{body.__name__.lower()}",
        body=body,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission=permission, device_types=devices, outer_ends=("customer", "supplier")
        ),
        post=post,  # type: ignore[arg-type]
        respond=_decide if body is Asked else None,
    )


_SERVER = frozenset({"server"})
KINDS = (
    _kind(Sold, _post_sold, permission="sale.make", devices=DEVICES),
    _kind(NoteWritten, _post_note, permission="", devices=DEVICES),
    _kind(Asked, _post_asked, permission="", devices=DEVICES),
    _kind(Decided, _post_decided, permission="", devices=_SERVER),
    _kind(Troubled, _post_troubled, permission="", devices=_SERVER),
    _kind(Published, _post_published, permission="", devices=_SERVER),
)


def _scopes(row: Mapping[str, Value]) -> tuple[str, ...]:
    owner = str(row["site_id"])
    if owner.startswith("@"):
        return (scopes.org(owner[1:]),)
    return (scopes.HQ, scopes.site(owner)) if owner else (scopes.HQ,)


def _site(row: Mapping[str, Value]) -> tuple[str, ...]:
    return (scopes.site(str(row["site_id"])),)


TABLES = (
    Replicated(
        table=move,
        role=TableRole.LEDGER,
        scopes=_site,
        balances=(
            Balance(
                table=balance,
                from_column="from_end",
                to_column="to_end",
                keys=("product",),
                amount="qty_micro",
            ),
        ),
    ),
    Replicated(table=note, role=TableRole.RECORD, scopes=_scopes),
)
REGISTRY = Registry(KINDS)
SCHEMA = Schema(TABLES)
