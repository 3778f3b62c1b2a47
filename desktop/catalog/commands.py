"""The commands of the catalogue."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from desktop.catalog import usecases
from desktop.store.asking import Nothing, Params, Written, device, entry
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.catalog.documents import AssortmentItem, Product, ProductBarcode, ProductPack
from shared.catalog.importing import ProductRow, read_products
from shared.catalog.queries import (
    BarcodeConflict,
    SupplierView,
    barcode_conflicts,
    own_products,
    packs_of,
    product,
    suppliers,
)
from shared.catalog.search import search
from shared.catalog.sheets import read_sheets
from shared.core.errors import RuleViolation
from shared.core.importing import Imported
from shared.core.money import parse_unit_price_micro
from shared.core.quantity import format_quantity, parse_quantity


class PublishProducts(Params):
    """Products as named fields, or a csv, xlsx or xls file with a header row."""

    products: tuple[dict[str, Any], ...] = ()
    file: str = ""
    sales_orgs: tuple[str, ...] = ()
    """For a file: whose catalogue the products are in."""


def _publish_products(store: Store, asked: PublishProducts) -> dict[str, object]:
    wanted = [entry(Product, one) for one in asked.products]
    rows: Sequence[ProductRow] = ()
    doubts: Sequence[str] = ()
    if asked.file:
        rows, doubts = _products_of_file(asked.file, asked.sales_orgs)
    wanted += [row.product for row in rows]
    costs = {row.product.code: row.cost_micro for row in rows if row.cost_micro}
    if rows and not asked.products:
        # A sheet leaves out what it does not know; named fields are a product as a whole.
        done = store.write(usecases.publish_sheet, wanted, costs, asked.sales_orgs).value
    else:
        done = store.write(usecases.publish_goods, wanted, costs).value
    documents = [Written.of(one) for one in done.documents]
    return {
        "products": len(wanted),
        "documents": documents,
        "doubts": doubts,
        "costs": done.costs,
    }


def _products_of_file(name: str, sales_orgs: Sequence[str]) -> tuple[list[ProductRow], list[str]]:
    path = Path(name)
    if not path.is_file():
        raise RuleViolation("FILE_MISSING", file=path.name)
    found = read_products(read_sheets(path.read_bytes(), path.name), sales_org_ids=sales_orgs)
    _refuse_problems(found, path.name)
    doubts = [f"{one.row_number} {one.column}: {one.code} {one.text}" for one in found.warnings]
    return list(found.items), doubts


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


class OwnPack(Params, kw_only=True):
    """A larger unit: how many base units it holds, and its own barcode."""

    unit: str
    factor: str
    barcode: str = ""


class OwnProduct(Params):
    """Goods of the shop's own; without a code the first barcode is the code."""

    name: str
    code: str = ""
    barcodes: tuple[str, ...] = ()
    unit: str = "件"
    spec: str = ""
    brand: str = ""
    category: str = ""
    packs: tuple[OwnPack, ...] = ()


def _own_product(store: Store, asked: OwnProduct) -> dict[str, str]:
    done = store.write(
        usecases.create_own_product,
        asked.code,
        asked.name,
        barcodes=asked.barcodes,
        base_unit=asked.unit,
        spec=asked.spec,
        brand=asked.brand,
        category=asked.category,
        packs=[
            ProductPack(unit=one.unit, factor_micro=parse_quantity(one.factor))
            for one in asked.packs
        ],
        pack_barcodes=[
            ProductBarcode(barcode=one.barcode, unit=one.unit) for one in asked.packs if one.barcode
        ],
    )
    return {"product": done.value}


class WithdrawBarcode(Params, kw_only=True):
    """A product's id and one of its barcodes."""

    product: str
    barcode: str


def _withdraw(store: Store, asked: WithdrawBarcode) -> dict[str, str]:
    store.write(usecases.withdraw_own_barcode, asked.product, asked.barcode)
    return {"product": asked.product}


def _own_goods(store: Store, _asked: Nothing) -> list[dict[str, str]]:
    site_id = device(store).site_id
    ids = store.read(lambda connection: own_products(connection, site_id))
    return [_told(store, one) for one in ids]


def _conflicts(store: Store, _asked: Nothing) -> list[BarcodeConflict]:
    site_id = device(store).site_id
    return store.read(lambda connection: barcode_conflicts(connection, site_id))


class Supplier(Params, kw_only=True):
    """One of the shop's own suppliers."""

    code: str
    name: str
    phone: str = ""
    note: str = ""
    is_gone: bool = False


def _supplier(store: Store, asked: Supplier) -> dict[str, str]:
    done = store.write(
        usecases.state_supplier,
        asked.code,
        asked.name,
        phone=asked.phone,
        note=asked.note,
        is_active=not asked.is_gone,
    )
    return {"supplier": done.value}


def _suppliers(store: Store, _asked: Nothing) -> list[SupplierView]:
    site_id = device(store).site_id
    return store.read(lambda connection: suppliers(connection, site_id))


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


class PublishPicture(Params, kw_only=True):
    """JPEGs of a product as base64, by size class (``small large``); '' takes one back."""

    code: str
    pictures: Mapping[str, str]


def _publish_picture(store: Store, asked: PublishPicture) -> dict[str, int]:
    try:
        made = {size: b64decode(data, validate=True) for size, data in asked.pictures.items()}
    except ValueError as error:
        raise RuleViolation("PICTURE_UNREADABLE") from error
    store.write(usecases.publish_picture, asked.code, made)
    return {size: len(data) for size, data in made.items()}


class StateCosts(Params):
    """What base units cost to buy, by code: ``{"010101": "31.5"}``; 0 takes one back."""

    costs: Mapping[str, str]


def _state_costs(store: Store, asked: StateCosts) -> dict[str, int]:
    site_id = device(store).site_id

    def ids(connection: Connection) -> dict[str, str]:
        found = (usecases.known(connection, site_id, code) for code in asked.costs)
        return {one.product_id: text for one, text in zip(found, asked.costs.values(), strict=True)}

    named = store.read(ids)
    costs = {key: parse_unit_price_micro(text) for key, text in named.items()}
    store.write(usecases.state_costs, costs)
    return costs


COMMANDS = (
    Command(
        name="publish-picture",
        summary="Publish pictures of a product (head office).",
        params=PublishPicture,
        run=_publish_picture,
    ),
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
        name="state-costs",
        summary="State what goods cost to buy: a shop for itself, head office for its desks.",
        params=StateCosts,
        run=_state_costs,
    ),
    Command(name="own-goods", summary="The shop's own goods.", params=Nothing, run=_own_goods),
    Command(
        name="barcode-conflicts",
        summary="Barcodes of the shop's own goods that head office's goods have, too.",
        params=Nothing,
        run=_conflicts,
    ),
    Command(
        name="withdraw-barcode",
        summary="Let a barcode mean head office's goods and not the shop's own.",
        params=WithdrawBarcode,
        run=_withdraw,
    ),
    Command(
        name="own-supplier",
        summary="State one of the shop's own suppliers.",
        params=Supplier,
        run=_supplier,
    ),
    Command(
        name="own-suppliers",
        summary="The shop's own suppliers.",
        params=Nothing,
        run=_suppliers,
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
