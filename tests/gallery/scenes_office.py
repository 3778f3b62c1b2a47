"""Head office at its screens."""

from tests.builders.window_house import Stage
from tests.gallery.paste import put_on_clipboard

OFFICE = "HQ.01"


async def _at_desk(stage: Stage, user: str, screen: str) -> None:
    await stage.sign_in(user, OFFICE, device_type="hq")
    stage.window.open(screen)
    await stage.settle()
    await stage.settle()


def some_orders(stage: Stage) -> None:
    """Three orders of two dealers, and some stock to deliver them from."""
    house = stage.house
    house.sit_at("HQ01.01", device_type="warehouse")
    for code, qty in (("010101", "60"), ("010102", "8"), ("010203", "24")):
        house.do(
            "HQ01.01",
            "hq-warehouse",
            "move",
            type="purchase_receipt",
            lines=[{"code": code, "qty": qty}],
            party="supplier",
        )
    for account, site, user, lines in _ORDERS:
        house.do(
            f"{site}.01",
            user,
            "order-submit",
            account=account,
            lines=[{"code": code, "qty": qty} for code, qty in lines],
            requested_date="2025-12-20",
        )


_ORDERS = (
    ("P1001-FX", "DL01", "dealer-east", (("010101", "1箱"), ("010102", "12"), ("010201", "5"))),
    ("P1001-FX", "DL01", "dealer-east", (("010203", "24"),)),
    ("P1002-FX", "DL02", "dealer-south", (("010101", "100"), ("010301", "6"))),
)


async def price_versions(stage: Stage) -> None:
    """The versions of a sales organisation."""
    await _at_desk(stage, "hq-editor", "prices")


async def price_draft(stage: Stage) -> None:
    """A draft with pasted prices, one line of which could not be taken."""
    await _at_desk(stage, "hq-editor", "prices")
    await stage.keys("C")
    put_on_clipboard("010101\t65.00\n010102\t85\nXX\t3\n")
    await stage.keys("Ctrl+V")


async def price_submit(stage: Stage) -> None:
    """What the author says before another person approves."""
    await price_draft(stage)
    await stage.keys("Escape", "F10")


async def order_desk(stage: Stage) -> None:
    """An order cut to what there is."""
    some_orders(stage)
    await _at_desk(stage, "hq-sales-east", "order-desk")
    await stage.keys("Down", "Down", "Return", "F6")


async def order_decision(stage: Stage) -> None:
    """What the decision comes to."""
    await order_desk(stage)
    await stage.keys("F10")


async def goods(stage: Stage) -> None:
    """The catalogue."""
    await _at_desk(stage, "hq-editor", "goods")


SCENES = (
    ("office-prices", price_versions),
    ("office-price-draft", price_draft),
    ("office-price-submit", price_submit),
    ("office-order-desk", order_desk),
    ("office-order-decision", order_decision),
    ("office-goods", goods),
)
