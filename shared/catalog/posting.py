"""How documents of the catalogue become rows."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from shared.catalog.documents import (
    AssortmentPublished,
    CataloguePublished,
    OwnGoods,
    OwnProductCreated,
    OwnProductsStated,
    Product,
    ProductBarcode,
    ProductCostsStated,
    ProductPack,
    ProductPicturePublished,
    SupplierStated,
)
from shared.catalog.rules import own_product_id, own_supplier_id
from shared.channel.posting import assortment_accounts
from shared.channel.rules import HEAD_OFFICE
from shared.core.ids import derived_id, uid_text
from shared.core.text import gtin14
from shared.journal.document import Header, Value, Write
from shared.sync import scopes


def post_catalogue(_header: Header, body: CataloguePublished) -> Iterator[Write]:
    """Each product with its packs and barcodes, in the scopes it is at home in."""
    for product in body.products:
        names = home_scopes(product)
        yield Write("product", product.code, _product_values(product, names))
        yield from _packs(product.code, names, product.packs)
        yield from _barcodes(product.code, names, product.barcodes)


def home_scopes(product: Product) -> str:
    """The scopes of a product's rows: one exclusive assortment alone, or sales organisations."""
    return _home(product.exclusive_assortment_id, product.sales_org_ids)


def _home(exclusive_assortment_id: str, sales_org_ids: Iterable[str]) -> str:
    if exclusive_assortment_id:
        return scopes.assortment(exclusive_assortment_id)
    return " ".join(scopes.org(one) for one in sorted(set(sales_org_ids)))


def _product_values(product: Product, names: str) -> dict[str, Value]:
    return {
        "scopes": names,
        "code": product.code,
        "name": product.name,
        "spec": product.spec,
        "brand": product.brand,
        "category": product.category,
        "base_unit": product.base_unit,
        "kind": product.kind,
        "tax_rate_micro": product.tax_rate_micro,
        "initials": product.initials,
        "listed_from_us": product.listed_from_us,
        "listed_to_us": product.listed_to_us,
        "is_lot_tracked": int(product.is_lot_tracked),
        "shelf_life_months": product.shelf_life_months,
        "registration": product.registration,
        "producer": product.producer,
        "origin": product.origin,
        "description": product.description,
        "picture": product.picture,
    }


def _packs(product_id: str, names: str, packs: Sequence[ProductPack]) -> Iterator[Write]:
    for pack in packs:
        values: dict[str, Value] = {
            "scopes": names,
            "product_id": product_id,
            "unit": pack.unit,
            "factor_micro": pack.factor_micro,
            "is_active": int(pack.is_active),
        }
        yield Write("product_pack", derived_id(product_id, pack.unit), values)


def _barcodes(product_id: str, names: str, barcodes: Sequence[ProductBarcode]) -> Iterator[Write]:
    for one in barcodes:
        values: dict[str, Value] = {
            "scopes": names,
            "barcode": one.barcode,
            "gtin": gtin14(one.barcode) or "",
            "product_id": product_id,
            "unit": one.unit,
            "is_active": int(one.is_active),
        }
        yield Write("product_barcode", derived_id(product_id, one.barcode), values)


def post_assortment(_header: Header, body: AssortmentPublished) -> Iterator[Write]:
    """The list, its items, and for an exclusive one the accounts it names (B02, B03)."""
    values: dict[str, Value] = {
        "assortment_id": body.assortment_id,
        "sales_org_id": body.sales_org_id,
        "name": body.name,
        "is_exclusive": int(body.is_exclusive),
    }
    yield Write("assortment", body.assortment_id, values)
    if body.is_exclusive:
        named = (HEAD_OFFICE, *body.account_ids)
        yield from assortment_accounts(body.assortment_id, body.sales_org_id, named)
        yield from assortment_accounts(
            body.assortment_id, body.sales_org_id, body.former_account_ids, is_active=False
        )
    for item in body.items:
        yield Write(
            "assortment_item",
            derived_id(body.assortment_id, item.product_id),
            {
                "assortment_id": body.assortment_id,
                "product_id": item.product_id,
                "sales_org_id": body.sales_org_id,
                "is_exclusive": int(body.is_exclusive),
                "from_at_us": item.from_at_us,
                "to_at_us": item.to_at_us,
                "rank": item.rank,
            },
        )


def post_picture(header: Header, body: ProductPicturePublished) -> Iterator[Write]:
    """That there is a picture, and what it is called: never the picture itself.

    The digest is made here of the bytes, so that no document can name another's picture.
    """
    values: dict[str, Value] = {
        "scopes": _home(body.exclusive_assortment_id, body.sales_org_ids),
        "product_id": body.product_id,
        "size_class": body.size_class,
        "digest": sha256(body.data).hexdigest() if body.data else "",
        "size_bytes": len(body.data),
        "media_type": body.media_type,
        "document": uid_text(header.uid),
    }
    yield Write("product_picture", derived_id(body.product_id, body.size_class), values)


def post_own_product(header: Header, body: OwnProductCreated) -> Iterator[Write]:
    """A shop's own goods, in the shop's scope alone (B11)."""
    yield from _own_goods(header, body)


def post_own_products(header: Header, body: OwnProductsStated) -> Iterator[Write]:
    """The same rows for each of many."""
    for one in body.products:
        yield from _own_goods(header, one)


def post_costs(header: Header, body: ProductCostsStated) -> Iterator[Write]:
    """The newest cost of each product, where it was stated and nowhere else."""
    for one in body.costs:
        values: dict[str, Value] = {
            "site_id": header.site_id,
            "product_id": one.product_id,
            "currency": body.currency,
            "unit_cost_micro": one.unit_cost_micro,
            "is_removed": int(one.is_removed),
            "stated_at_us": header.happened_at_us,
        }
        yield Write(
            "product_cost",
            derived_id("cost", header.site_id, body.currency, one.product_id),
            values,
        )


def post_supplier(header: Header, body: SupplierStated) -> Iterator[Write]:
    """A shop's own supplier, in the shop's scope alone (B11)."""
    values: dict[str, Value] = {
        "site_id": header.site_id,
        "code": body.code,
        "name": body.name,
        "phone": body.phone,
        "note": body.note,
        "is_active": int(body.is_active),
    }
    yield Write("own_supplier", own_supplier_id(header.site_id, body.code), values)


def _own_goods(header: Header, body: OwnProductCreated | OwnGoods) -> Iterator[Write]:
    product_id = own_product_id(header.site_id, body.code)
    names = scopes.site(header.site_id)
    values: dict[str, Value] = {
        "scopes": names,
        "code": body.code,
        "name": body.name,
        "spec": body.spec,
        "brand": body.brand,
        "category": body.category,
        "base_unit": body.base_unit,
        "kind": body.kind,
        "tax_rate_micro": body.tax_rate_micro,
        "initials": body.initials,
        "site_id": header.site_id,
        "listed_to_us": 0 if body.is_active else header.happened_at_us,
    }
    yield Write("product", product_id, values)
    yield from _packs(product_id, names, body.packs)
    yield from _barcodes(product_id, names, body.barcodes)
