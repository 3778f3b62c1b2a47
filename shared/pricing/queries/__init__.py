"""What screens, sales and orders ask about prices."""

from shared.pricing.queries.comparing import PriceChange, difference
from shared.pricing.queries.prices import (
    PriceBook,
    RetailPrices,
    context_of,
    first_prices,
    own_prices_of,
    price,
    price_book,
    retail_price,
    retail_prices,
    sales_orgs_of_place,
    sales_orgs_of_site,
    spoken_names,
)
from shared.pricing.queries.story import (
    PricePart,
    PriceStory,
    Said,
    price_story,
    stored_story,
)
from shared.pricing.queries.versions import (
    Version,
    VersionView,
    active_version,
    version_by_number,
    versions,
)

__all__ = [
    "PriceBook",
    "PriceChange",
    "PricePart",
    "PriceStory",
    "RetailPrices",
    "Said",
    "Version",
    "VersionView",
    "active_version",
    "context_of",
    "difference",
    "first_prices",
    "own_prices_of",
    "price",
    "price_book",
    "price_story",
    "retail_price",
    "retail_prices",
    "sales_orgs_of_place",
    "sales_orgs_of_site",
    "spoken_names",
    "stored_story",
    "version_by_number",
    "versions",
]
