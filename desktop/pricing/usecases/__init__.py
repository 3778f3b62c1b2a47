"""Publishing price versions, a shop's own prices, prices for a buyer, and what screens look at."""

from desktop.pricing.usecases.publishing import (
    Buyer,
    Prices,
    newest_number,
    prices_for,
    publish_prices,
    retail_values,
    set_own_price,
    set_own_prices,
)

__all__ = [
    "Buyer",
    "Prices",
    "newest_number",
    "prices_for",
    "publish_prices",
    "retail_values",
    "set_own_price",
    "set_own_prices",
]
