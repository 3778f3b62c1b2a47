"""The commands of the catalogue."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop.catalog import usecases
from desktop.store.asking import Params, Written, device, entry
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.catalog.documents import AssortmentItem, Product
from shared.catalog.importing import read_products
from shared.catalog.queries import packs_of, product
from shared.catalog.search import search
from shared.catalog.sheets import read_sheets
from shared.core.errors import RuleViolation
from shared.core.importing import Imported
from shared.core.quantity import format_quantity


class PublishProducts(Params):
    """Products as named fields, or a csv, xlsx or xls file with a header row."""

    products: tuple[dict[str, Any], ...] = ()
    file: str = ""
    sales_orgs: tuple[str, ...] = ()
    """For a file: whose catalogue the products are in."""


def _publish_products(store: Store, asked: PublishProducts) -> dict[str, object]:
    wanted = [entry(Product, one) for one in asked.products]
    doubts: Sequence[str] = ()
    if asked.file:
        taken, found = _products_of_file(asked.file, asked.sales_orgs)
        wanted, doubts = wanted + taken, found
    done = store.write(usecases.publish_products, wanted).value
    documents = [Written.of(one) for one in done]
    return {"products": len(wanted), "documents": documents, "doubts": doubts}


def _products_of_file(name: str, sales_orgs: Sequence[str]) -> tuple[list[Product], list[str]]:
    path = Path(name)
    if not path.is_file():
        raise RuleViolation("FILE_MISSING", file=path.name)
    found = read_products(read_sheets(path.read_bytes(), path.name), sales_org_ids=sales_orgs)
    _refuse_problems(found, path.name)
    doubts = [f"{one.row_number} {one.column}: {one.code} {one.text}" for one in found.warnings]
    return [row.product for row in found.items], doubts


def _refuse_problems(found: Imported[Any], name: str) -> None:
    """Half a price list or catalogue is worse than none: the person mends the file first."""
    if found.problems:
        first = found.problems[0]
        raise RuleViolation(
            "ROWS_REFUSED",
            file=name,
            rows=found.rows_refused,
            row=first.row_number,
            column=first.column,
            code=first.code,
            text=first.text,
        )


class PublishAssortment(Params, kw_only=True):
    """A product list; items are codes in their order, or named fields."""

    assortment: str
    sales_org: str
    name: str = ""
    items: list[str | dict[str, Any]]
    is_exclusive: bool = False
    accounts: tuple[str, ...] = ()
    former_accounts: tuple[str, ...] = ()


def _publish_assortment(store: Store, asked: PublishAssortment) -> Written:
    items = [
        AssortmentItem(product_id=one) if isinstance(one, str) else entry(AssortmentItem, one)
        for one in asked.items
    ]
    done = store.write(
        usecases.publish_assortment,
        asked.assortment,
        asked.sales_org,
        asked.name or asked.assortment,
        items,
        is_exclusive=asked.is_exclusive,
        account_ids=asked.accounts,
        former_account_ids=asked.former_accounts,
    )
    return Written.of(done.value)


class OwnProduct(Params):
    """Goods of the shop's own; without a code the first barcode is the code."""

    name: str
    code: str = ""
    barcodes: tuple[str, ...] = ()
    unit: str = "件"


def _own_product(store: Store, asked: OwnProduct) -> dict[str, str]:
    code = asked.code or next(iter(asked.barcodes), "")
    done = store.write(
        usecases.create_own_product,
        code,
        asked.name,
        barcodes=asked.barcodes,
        base_unit=asked.unit,
    )
    return {"product": done.value}


class Find(Params):
    """Words, initials, a code or the beginning of a barcode."""

    text: str
    limit: int = 20


def _find(store: Store, asked: Find) -> list[dict[str, str]]:
    ids = store.read(lambda connection: search(connection, asked.text, limit=asked.limit))
    return [_told(store, one) for one in ids]


def _told(store: Store, product_id: str) -> dict[str, str]:
    found = store.read(lambda connection: product(connection, product_id))
    if found is None:
        return {"product": product_id}
    return {
        "product": product_id,
        "code": found.code,
        "name": found.name,
        "spec": found.spec,
        "brand": found.brand,
        "unit": found.base_unit,
        "kind": found.kind,
    }


class Barcode(Params):
    """A scanned or typed code, with a quantity as it is spoken."""

    code: str
    qty: str = "1"


def _barcode(store: Store, asked: Barcode) -> dict[str, object]:
    site_id = device(store).site_id
    found = store.read(lambda one: usecases.known(one, site_id, asked.code, asked.qty))
    packs = store.read(lambda one: packs_of(one, found.product_id))
    return {
        **_told(store, found.product_id),
        "scanned_unit": found.unit,
        "qty_micro": found.qty_micro,
        "spoken": format_quantity(found.qty_micro, packs),
        "packs": {pack.unit: pack.factor_micro for pack in packs},
    }


COMMANDS = (
    Command(
        name="publish-products",
        summary="Publish products from named fields or from a file (head office).",
        params=PublishProducts,
        run=_publish_products,
    ),
    Command(
        name="publish-assortment",
        summary="Publish a product list, general or exclusive (head office).",
        params=PublishAssortment,
        run=_publish_assortment,
    ),
    Command(
        name="own-product",
        summary="Take up goods of the shop's own.",
        params=OwnProduct,
        run=_own_product,
    ),
    Command(
        name="find",
        summary="Find goods by name, pinyin initials, code or barcode.",
        params=Find,
        run=_find,
    ),
    Command(
        name="barcode",
        summary="What a scanned code and a quantity stand for.",
        params=Barcode,
        run=_barcode,
    ),
)
