"""Publishing goods and lists, a shop's own goods, and what a person means by a code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from desktop.access.usecases import may, require
from desktop.store.session import Session
from shared.catalog.documents import (
    AssortmentItem,
    AssortmentPublished,
    CataloguePublished,
    OwnGoods,
    OwnProductsStated,
    Product,
    ProductBarcode,
    ProductCost,
    ProductCostsStated,
    ProductPack,
    ProductPicturePublished,
    SupplierStated,
)
from shared.catalog.pinyin import initials_of
from shared.catalog.publishing import with_unsaid
from shared.catalog.queries import (
    by_barcode,
    cost_currency,
    home_of,
    own_goods,
    packs_of,
    product,
    stated_products,
)
from shared.catalog.rules import (
    COSTS_MAX,
    OWN_PRODUCTS_MAX,
    PICTURE_SIZES,
    PRODUCTS_MAX,
    own_product_id,
    own_supplier_id,
)
from shared.core.errors import RuleViolation
from shared.core.money import UNIT_PRICE_MICRO_MAX
from shared.core.quantity import checked_quantity, parse_quantity
from shared.core.rounding import MICRO
from shared.core.text import code_text, normal
from shared.journal.document import Header

_JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A product and how many base units of it a person means, in millionths."""

    product_id: str
    qty_micro: int
    unit: str = ""
    """The unit that was scanned or spoken; '' when nobody knows the code."""
    is_known: bool = True


def scanned(connection: Connection, site_id: str, code: str, quantity: str = "1") -> Scanned:
    """What a scan with a quantity means (B08): ``27``, ``2箱3支``; a case code counts its pieces.

    A number counts what the code names; a quantity with units counts the product's packs. An
    unknown code is itself the product id: the till sells it and head office opens a task.

    Raises: RuleViolation QUANTITY_UNREADABLE, UNKNOWN_UNIT, CODE_LOST_DIGITS…
    """
    clean = code_text(code)
    hit = by_barcode(connection, clean, site_id=site_id)
    if hit is None:
        return Scanned(product_id=clean, qty_micro=parse_quantity(quantity), is_known=False)
    packs = packs_of(connection, hit.product_id)
    if any(letter.isalpha() for letter in quantity):
        qty_micro = parse_quantity(quantity, packs)
    else:
        qty_micro = checked_quantity(parse_quantity(quantity) * hit.factor_micro // MICRO)
    return Scanned(product_id=hit.product_id, qty_micro=qty_micro, unit=hit.unit)


def known(connection: Connection, site_id: str, code: str, quantity: str = "1") -> Scanned:
    """As ``scanned``, where only goods of the catalogue make sense. Raises PRODUCT_UNKNOWN."""
    found = scanned(connection, site_id, code, quantity)
    if not found.is_known:
        raise RuleViolation("PRODUCT_UNKNOWN", code=found.product_id)
    return found


def name_of(connection: Connection, product_id: str) -> str:
    """What a product is called; its id when nobody here knows it."""
    found = product(connection, product_id)
    return found.name if found else product_id


def publish_products(session: Session, products: Sequence[Product]) -> list[Header]:
    """Publish products, in as many documents as their limit asks for (B01, B06, B08).

    Raises: RuleViolation NOTHING_TO_PUBLISH, CODE_TWICE, PRODUCT_INCOMPLETE; AccessDenied
    NOT_PERMITTED.
    """
    require(session, "catalogue.publish")
    if not products:
        raise RuleViolation("NOTHING_TO_PUBLISH")
    _check_products(products)
    full = [_with_initials(one) for one in products]
    chunks = (full[at : at + PRODUCTS_MAX] for at in range(0, len(full), PRODUCTS_MAX))
    return [session.append(CataloguePublished(products=tuple(some))) for some in chunks]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedGoods:
    """What became of a sheet at head office."""

    documents: tuple[Header, ...]
    costs: int
    """Products whose purchase cost was kept."""


def publish_goods(
    session: Session, products: Sequence[Product], costs: Mapping[str, int]
) -> PublishedGoods:
    """Publish a sheet's products, and keep what they cost to buy for head office alone.

    A sheet names no currency: costs, by product, are in the one all sales organisations share, and
    where they share none, or the person may not know costs, none is kept.

    Raises: as ``publish_products`` and ``state_costs``.
    """
    documents = tuple(publish_products(session, products))
    has_currency = bool(cost_currency(session.connection, session.identity.site_id))
    if not costs or not has_currency or not may(session, "cost.keep"):
        return PublishedGoods(documents=documents, costs=0)
    state_costs(session, costs)
    return PublishedGoods(documents=documents, costs=len(costs))


def publish_sheet(
    session: Session,
    products: Sequence[Product],
    costs: Mapping[str, int],
    sales_org_ids: tuple[str, ...],
) -> PublishedGoods:
    """Publish a sheet that may be about goods that stand: what it does not say of them stays, and
    they stay where they are at home; only new ones go to ``sales_org_ids``.

    Raises: as ``publish_goods``.
    """
    known = stated_products(session.connection, [one.code for one in products])
    full = [
        with_unsaid(known[one.code], one)
        if one.code in known
        else msgspec.structs.replace(one, sales_org_ids=one.sales_org_ids or sales_org_ids)
        for one in products
    ]
    return publish_goods(session, full, costs)


def publish_picture(session: Session, product_id: str, pictures: Mapping[str, bytes]) -> None:
    """Publish pictures of a product of head office's by size class, or take them back with b''.

    They go where the product is at home now (B01).

    Raises: RuleViolation PRODUCT_UNKNOWN, PICTURE_SIZE_UNKNOWN, PICTURE_UNREADABLE,
    PICTURE_TOO_LARGE; AccessDenied NOT_PERMITTED.
    """
    require(session, "catalogue.publish")
    home = home_of(session.connection, product_id)
    if home is None:
        raise RuleViolation("PRODUCT_UNKNOWN", code=product_id[:60])
    for size_class, data in pictures.items():
        _check_picture(size_class, data)
    for size_class, data in pictures.items():
        session.append(
            ProductPicturePublished(
                product_id=product_id,
                size_class=size_class,
                data=data,
                sales_org_ids=home[1],
                exclusive_assortment_id=home[0],
            )
        )


def _check_picture(size_class: str, data: bytes) -> None:
    size = PICTURE_SIZES.get(size_class)
    if size is None:
        raise RuleViolation("PICTURE_SIZE_UNKNOWN", size=size_class[:20])
    if data and not data.startswith(_JPEG):
        raise RuleViolation("PICTURE_UNREADABLE")
    if len(data) > size.bytes_max:
        raise RuleViolation("PICTURE_TOO_LARGE", most_kb=size.bytes_max // 1024)


def _check_products(products: Iterable[Product]) -> None:
    seen: set[str] = set()
    for one in products:
        if not one.code or not one.name:
            raise RuleViolation("PRODUCT_INCOMPLETE", code=one.code)
        if one.code in seen:
            raise RuleViolation("CODE_TWICE", code=one.code)
        seen.add(one.code)


def _with_initials(one: Product) -> Product:
    if one.initials:
        return one
    return msgspec.structs.replace(one, initials=initials_of(one.name))


def publish_assortment(
    session: Session,
    assortment_id: str,
    sales_org_id: str,
    name: str,
    items: Sequence[AssortmentItem],
    *,
    is_exclusive: bool = False,
    account_ids: Sequence[str] = (),
    former_account_ids: Sequence[str] = (),
) -> Header:
    """Publish a product list, or an exclusive one with the accounts it names (B02, B03).

    Raises: RuleViolation LIST_INCOMPLETE, ACCOUNTS_MISSING; AccessDenied NOT_PERMITTED.
    """
    require(session, "catalogue.publish")
    if not assortment_id or not sales_org_id:
        raise RuleViolation("LIST_INCOMPLETE")
    if is_exclusive and not account_ids:
        raise RuleViolation("ACCOUNTS_MISSING", assortment_id=assortment_id)
    body = AssortmentPublished(
        assortment_id=assortment_id,
        sales_org_id=sales_org_id,
        name=name,
        is_exclusive=is_exclusive,
        account_ids=tuple(account_ids),
        former_account_ids=tuple(former_account_ids),
        items=tuple(items),
    )
    return session.append(body)


def create_own_product(
    session: Session,
    code: str,
    name: str,
    *,
    barcodes: Sequence[str] = (),
    base_unit: str = "件",
    kind: str = "goods",
    spec: str = "",
    brand: str = "",
    category: str = "",
    packs: Sequence[ProductPack] = (),
    pack_barcodes: Sequence[ProductBarcode] = (),
) -> str:
    """Take up goods of the shop's own (B11, R07); the product's id.

    Without a code the first barcode is the code.

    Raises: RuleViolation CODE_EMPTY, PRODUCT_INCOMPLETE, CODE_TAKEN, UNKNOWN_UNIT (a barcode of a
    pack nobody named); AccessDenied NOT_PERMITTED.
    """
    goods = OwnGoods(
        code=code or next(iter(barcodes), ""),
        name=name,
        spec=spec,
        brand=brand,
        category=category,
        base_unit=base_unit,
        kind=kind,
        packs=tuple(packs),
        barcodes=(*(ProductBarcode(barcode=one) for one in barcodes), *pack_barcodes),
    )
    clean = code_text(goods.code)
    product_id = own_product_id(session.identity.site_id, clean)
    if product(session.connection, product_id) is not None:
        raise RuleViolation("CODE_TAKEN", code=clean)
    state_own_products(session, [goods])
    return product_id


def state_own_products(session: Session, goods: Sequence[OwnGoods]) -> list[str]:
    """State goods of the shop's own as they are from now on, new ones and known ones (B11).

    A barcode or pack that is to go is named once more with ``is_active`` False. Gives the
    products' ids in their order.

    Raises: RuleViolation CODE_EMPTY, PRODUCT_INCOMPLETE, CODE_TWICE, UNKNOWN_UNIT; AccessDenied
    NOT_PERMITTED.
    """
    require(session, "own_goods.write")
    clean = [_clean_goods(one) for one in goods]
    codes = [one.code for one in clean]
    if len(set(codes)) != len(codes):
        raise RuleViolation("CODE_TWICE", code=next(c for c in codes if codes.count(c) > 1))
    for start in range(0, len(clean), OWN_PRODUCTS_MAX):
        chunk = tuple(clean[start : start + OWN_PRODUCTS_MAX])
        session.append(OwnProductsStated(products=chunk))
    return [own_product_id(session.identity.site_id, code) for code in codes]


def _clean_goods(one: OwnGoods) -> OwnGoods:
    code, called = code_text(one.code), normal(one.name)
    if not code:
        raise RuleViolation("CODE_EMPTY")
    if not called:
        raise RuleViolation("PRODUCT_INCOMPLETE", code=code)
    units = {"", one.base_unit, *(pack.unit for pack in one.packs)}
    for barcode in one.barcodes:
        if barcode.unit not in units:
            raise RuleViolation("UNKNOWN_UNIT", unit=barcode.unit)
    initials = one.initials or initials_of(called)
    return msgspec.structs.replace(one, code=code, name=called, initials=initials)


def withdraw_own_barcode(session: Session, product_id: str, barcode: str) -> None:
    """The shop's own product is not meant by this barcode any more: head office's is (B11).

    Raises: RuleViolation PRODUCT_UNKNOWN, BARCODE_UNKNOWN; AccessDenied NOT_PERMITTED.
    """
    own = own_goods(session.connection, session.identity.site_id, product_id)
    if own is None:
        raise RuleViolation("PRODUCT_UNKNOWN", code=product_id)
    if all(one.barcode != barcode for one in own.barcodes):
        raise RuleViolation("BARCODE_UNKNOWN", code=barcode)
    kept = tuple(
        msgspec.structs.replace(one, is_active=one.is_active and one.barcode != barcode)
        for one in own.barcodes
    )
    state_own_products(session, [msgspec.structs.replace(own, barcodes=kept)])


def state_costs(session: Session, costs: Mapping[str, int]) -> None:
    """State what a base unit of each product costs to buy, at 10⁻⁶; 0 takes a cost back.

    A shop states its own, for itself alone; at a desk of head office they are the brand's, which
    no dealer and no store ever holds.

    Raises: RuleViolation COST_CURRENCY_UNCLEAR, PRICE_NEGATIVE, PRICE_TOO_LARGE; AccessDenied
    NOT_PERMITTED.
    """
    require(session, "cost.keep")
    currency = cost_currency(session.connection, session.identity.site_id)
    if not currency:
        raise RuleViolation("COST_CURRENCY_UNCLEAR")
    for cost_micro in costs.values():
        if cost_micro < 0:
            raise RuleViolation("PRICE_NEGATIVE")
        if cost_micro > UNIT_PRICE_MICRO_MAX:
            raise RuleViolation("PRICE_TOO_LARGE")
    stated = [
        ProductCost(product_id=one, unit_cost_micro=cost_micro, is_removed=cost_micro == 0)
        for one, cost_micro in costs.items()
    ]
    for start in range(0, len(stated), COSTS_MAX):
        session.append(
            ProductCostsStated(currency=currency, costs=tuple(stated[start : start + COSTS_MAX]))
        )


def state_supplier(
    session: Session,
    code: str,
    name: str,
    *,
    phone: str = "",
    note: str = "",
    is_active: bool = True,
) -> str:
    """State one of the shop's own suppliers (B11); its id.

    Raises: RuleViolation CODE_EMPTY, SUPPLIER_INCOMPLETE; AccessDenied NOT_PERMITTED.
    """
    require(session, "own_goods.write")
    clean, called = code_text(code), normal(name)
    if not clean or not called:
        raise RuleViolation("SUPPLIER_INCOMPLETE")
    session.append(
        SupplierStated(code=clean, name=called, phone=phone, note=note, is_active=is_active)
    )
    return own_supplier_id(session.identity.site_id, clean)
