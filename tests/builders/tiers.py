"""Prices in tiers of the demo brand's goods (C09)."""

from tests.builders.demo_brand import APPROVER, EDITOR
from tests.builders.one_house import House


def publish_tiers(house: House, product_id: str, dimension: str) -> None:
    """1-9 at 10.00, from 10 on at 9.00."""
    rows = [
        {"product": product_id, "dimension": dimension, "price": "10"},
        {"product": product_id, "dimension": dimension, "price": "9", "from_qty": "10"},
    ]
    house.do(
        "HQ.01",
        EDITOR,
        "price-publish",
        sales_org="FX",
        approver=APPROVER,
        reason="分级",
        rows=rows,
    )
