"""Buying from others (外采): suppliers as they are found and taken up, what goods cost last, and
the receipts of a site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.access.usecases import require
from desktop.catalog.usecases import state_supplier
from desktop.stock.usecases.reading import GoodsName, goods_of
from desktop.store.session import Session
from shared.catalog.pinyin import initials_of
from shared.catalog.queries import by_barcode, suppliers
from shared.catalog.search import search
from shared.channel.queries import currency_of
from shared.core.errors import QutongError, RuleViolation
from shared.core.text import code_text, fold, normal
from shared.stock.queries import Purchase, costs_known, purchased_lines, purchases
from shared.stock.rules import lot_expiry

_HITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierName:
    """One of the shop's own suppliers as a person finds it: by name, its pinyin, code, phone."""

    supplier_id: str
    code: str
    name: str
    initials: str
    phone: str
    note: str = ""
    is_active: bool = True

    def fits(self, typed: str) -> bool:
        """Whether this is one of those meant by what was typed, folded."""
        return (
            typed in fold(self.name)
            or typed in self.initials
            or fold(self.code).startswith(typed)
            or (len(typed) > 3 and self.phone.endswith(typed))
        )


def supplier_names(connection: Connection, site_id: str) -> list[SupplierName]:
    """The shop's own suppliers, those still bought from first, by name."""
    found = [
        SupplierName(
            supplier_id=one.supplier_id,
            code=one.code,
            name=one.name,
            initials=initials_of(one.name).lower(),
            phone=one.phone,
            note=one.note,
            is_active=one.is_active,
        )
        for one in suppliers(connection, site_id)
    ]
    return sorted(found, key=lambda one: (not one.is_active, one.name))


def take_up_supplier(session: Session, name: str, phone: str = "") -> str:
    """A supplier nobody stated yet, with a code of this device's own; its id. One of the same name
    is the one meant.

    Raises: RuleViolation SUPPLIER_INCOMPLETE; AccessDenied NOT_PERMITTED.
    """
    require(session, "own_goods.write")
    called = normal(name)
    if not called:
        raise RuleViolation("SUPPLIER_INCOMPLETE")
    identity = session.identity
    known = suppliers(session.connection, identity.site_id)
    same = next((one for one in known if one.is_active and fold(one.name) == fold(called)), None)
    if same is not None:
        return same.supplier_id
    # Two tills without a line number their suppliers apart.
    start = f"S{identity.device_id.removeprefix(identity.site_id).strip('.-')}-"
    taken = {one.code for one in known}
    number = next(n for n in range(1, len(taken) + 2) if f"{start}{n:03d}" not in taken)
    return state_supplier(session, f"{start}{number:03d}", called, phone=phone)


def last_cost(connection: Connection, site_id: str, product_id: str) -> int | None:
    """What a base unit cost last, at 10⁻⁶: by a receipt, or as somebody keyed it since."""
    currency = currency_of(connection, site_id)
    return costs_known(connection, site_id, currency, [product_id]).last(product_id)


def goods_meant(connection: Connection, site_id: str, typed: str) -> list[GoodsName]:
    """The goods a person may mean by a few letters; none where it is a whole code already."""
    try:
        is_code = by_barcode(connection, code_text(typed), site_id=site_id) is not None
    except QutongError:
        is_code = False
    if is_code:
        return []
    return [goods_of(connection, one) for one in search(connection, typed, limit=_HITS)]


# The receipts


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchasesPage:
    """The receipts of some days, and who is who."""

    rows: tuple[Purchase, ...]
    suppliers: tuple[SupplierName, ...]
    currency: str

    @property
    def names(self) -> Mapping[str, str]:
        """Suppliers' names by id."""
        return {one.supplier_id: one.name for one in self.suppliers}


def read_purchases(
    connection: Connection, site_id: str, from_day: str, to_day: str
) -> PurchasesPage:
    """What a site bought itself on the days from..to inclusive, newest first (B11)."""
    return PurchasesPage(
        rows=tuple(purchases(connection, site_id, from_day, to_day)),
        suppliers=tuple(supplier_names(connection, site_id)),
        currency=currency_of(connection, site_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoughtGoods:
    """A line of a receipt with its goods; the cost at 10⁻⁶, None = nobody said."""

    goods: GoodsName
    expires_on: str
    qty_micro: int
    unit_cost_micro: int | None
    amount_minor: int


def read_bought(connection: Connection, document: str) -> Sequence[BoughtGoods]:
    """The lines of a receipt, in their order."""
    return [
        BoughtGoods(
            goods=goods_of(connection, line.product_id),
            expires_on=lot_expiry(line.lot),
            qty_micro=line.qty_micro,
            unit_cost_micro=line.unit_cost_micro or None,
            amount_minor=line.amount_minor,
        )
        for line in purchased_lines(connection, document)
    ]
