"""What screens, prices and orders ask about goods."""

from shared.catalog.queries.assortments import (
    exclusive_products,
    listing,
    visible,
    visible_products,
)
from shared.catalog.queries.costs import StatedCost, cost_currency, costs_of, stated_costs
from shared.catalog.queries.goods import (
    GoodsLine,
    ProductView,
    brands_of,
    goods_lines,
    home_of,
    picture_digests,
    product,
    products,
    unknown_products,
)
from shared.catalog.queries.own import (
    BarcodeConflict,
    SupplierView,
    barcode_conflicts,
    own_goods,
    own_products,
    suppliers,
)
from shared.catalog.queries.scanning import Hit, by_barcode, packs_of
from shared.catalog.queries.stated import stated_products

__all__ = [
    "BarcodeConflict",
    "GoodsLine",
    "Hit",
    "ProductView",
    "StatedCost",
    "SupplierView",
    "barcode_conflicts",
    "brands_of",
    "by_barcode",
    "cost_currency",
    "costs_of",
    "exclusive_products",
    "goods_lines",
    "home_of",
    "listing",
    "own_goods",
    "own_products",
    "packs_of",
    "picture_digests",
    "product",
    "products",
    "stated_costs",
    "stated_products",
    "suppliers",
    "unknown_products",
    "visible",
    "visible_products",
]
