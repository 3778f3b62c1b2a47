"""What the dealer of the East did before: goods received, sold on, one shipment on its way."""

from typing import Any

from tests.builders.one_house import House

CLEANSER, WATER, SPRAY, LOTION, CREAM = "010101", "010102", "010202", "010203", "010204"
CREAM_BARCODE = "2000102040001"
CUSTOMER = "P2001-FX"
"""示例苏州美妆商行, a level-2 dealer supplied by the East."""


def east(house: House, command: str, /, **params: Any) -> Any:
    """What the dealer types at their first device."""
    return house.do("DL01.01", "dealer-east", command, **params)


def office(house: House, command: str, /, **params: Any) -> Any:
    """What head office's sales desk for the East types."""
    return house.do("HQ.01", "hq-sales-east", command, **params)


def stocked(house: House) -> None:
    """Five products were ordered, accepted, shipped and received."""
    wanted = [(CLEANSER, "4箱"), (WATER, "4箱"), (LOTION, "4箱"), (CREAM, "4箱"), (SPRAY, "48")]
    order = east(house, "order-submit", lines=[{"code": c, "qty": q} for c, q in wanted])
    office(house, "order-decide", order=order["number"])
    sent = office(house, "order-ship", order=order["number"], site="HQ01")
    east(house, "order-receive", shipment=sent["number"])


def sold_on(house: House) -> None:
    """A fortnight's invoices on credit to one customer."""
    for code, pieces in ((CREAM, 63), (CLEANSER, 80), (WATER, 31), (LOTION, 12), (SPRAY, 40)):
        east(house, "sell-invoice", customer=CUSTOMER, lines=[f"{pieces}*{code}"])


def on_the_way(house: House) -> str:
    """A case of cream left head office; the shipment's number."""
    order = east(house, "order-submit", lines=[{"code": CREAM, "qty": "1箱"}])
    office(house, "order-decide", order=order["number"])
    return str(office(house, "order-ship", order=order["number"], site="HQ01")["number"])


def a_fortnight(house: House) -> None:
    """All of it."""
    stocked(house)
    sold_on(house)
    on_the_way(house)
