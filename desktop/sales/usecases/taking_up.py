"""An unknown barcode at the till becomes goods of the shop's own, with a price, at once (B11)."""

from desktop.catalog.usecases import create_own_product
from desktop.pricing.usecases import set_own_price
from desktop.sales.usecases.selling import BasketLine
from desktop.store.session import Session
from shared.core.errors import RuleViolation
from shared.core.rounding import MICRO


def take_up_goods(
    session: Session,
    barcode: str,
    name: str,
    unit_price_micro: int,
    *,
    qty_micro: int = MICRO,
    base_unit: str = "件",
) -> BasketLine:
    """Goods nobody knew get a name and a price; the line that goes into the basket.

    Raises: RuleViolation CODE_EMPTY, PRODUCT_INCOMPLETE, CODE_TAKEN, PRICE_NEGATIVE,
    PRICE_TOO_LARGE, PRICE_MISSING; AccessDenied NOT_PERMITTED.
    """
    if not unit_price_micro:
        raise RuleViolation("PRICE_MISSING", product_id=barcode)
    product_id = create_own_product(session, barcode, name, barcodes=[barcode], base_unit=base_unit)
    set_own_price(session, product_id, unit_price_micro)
    return BasketLine(product_id=product_id, qty_micro=qty_micro, unit=base_unit)
