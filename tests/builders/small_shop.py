"""A tiny business for tests of store and sync: goods are renamed, and moved between places."""

from collections.abc import Iterable

from shared.core.ids import derived_id, uid_text
from shared.journal.document import Body, DocumentClass, Header, Write
from shared.journal.kind import Authority, Kind, Registry
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


class Renamed(Body, kw_only=True, frozen=True):
    """A product gets a name, a colour, or both."""

    product_id: str
    name: str = ""
    colour: str = ""


class Moved(Body, kw_only=True, frozen=True):
    """Goods go from one place to another."""

    product_id: str
    quantities: list[int]
    from_place: str
    to_place: str


small_product = replicated_table(
    "small_product", text_column("name"), text_column("colour"), integer_column("rank")
)
small_move = replicated_table(
    "small_move",
    text_column("site_id"),
    text_column("product_id"),
    text_column("from_place"),
    text_column("to_place"),
    integer_column("qty"),
)
small_stock = balance_table("small_stock", "product_id")

GOLD = "list:gold"
"""Golden goods are for those alone who hold this list."""

PRODUCT = Replicated(
    table=small_product,
    role=TableRole.RECORD,
    scopes=lambda row: (GOLD if row["colour"] == "gold" else scopes.org("brand"),),
)
MOVE = Replicated(
    table=small_move,
    role=TableRole.LEDGER,
    scopes=lambda row: (scopes.site(str(row["site_id"])),),
    balances=(
        Balance(
            table=small_stock,
            from_column="from_place",
            to_column="to_place",
            keys=("product_id",),
            amount="qty",
        ),
    ),
)


def _post_renamed(_header: Header, body: Renamed) -> Iterable[Write]:
    values: dict[str, str | int] = {}
    if body.name:
        values["name"] = body.name
    if body.colour:
        values["colour"] = body.colour
    yield Write("small_product", body.product_id, values)


def _post_moved(header: Header, body: Moved) -> Iterable[Write]:
    for line, qty in enumerate(body.quantities, 1):
        yield Write(
            "small_move",
            derived_id(header.uid, "move", line),
            {
                "site_id": header.site_id,
                "product_id": body.product_id,
                "from_place": body.from_place,
                "to_place": body.to_place,
                "qty": qty,
            },
        )


def _authority(permission: str) -> Authority:
    return Authority(permission=permission, device_types=frozenset({"till", "hq"}))


RENAMED = Kind(
    name="renamed",
    body=Renamed,
    document_class=DocumentClass.FACT,
    authority=_authority("small.rename"),
    post=_post_renamed,
)
MOVED = Kind(
    name="moved",
    body=Moved,
    document_class=DocumentClass.FACT,
    authority=_authority("small.move"),
    post=_post_moved,
    series="XS",
)

KINDS = (RENAMED, MOVED)
REGISTRY = Registry(KINDS)
SCHEMA = Schema((PRODUCT, MOVE))


def a_sale(product_id: str = "A1", *quantities: int, site_id: str = "SH01") -> Moved:
    """Goods leave a site's shelf for a customer."""
    return Moved(
        product_id=product_id,
        quantities=list(quantities or (1,)),
        from_place=f"site/{site_id}/-/sellable",
        to_place="customer",
    )


def move_id(uid: bytes, line: int = 1) -> str:
    """The id of the row that line of a document posts."""
    return f"{uid_text(uid)}:move:{line}"
