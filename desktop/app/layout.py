"""What the areas bring to the store, apart from commands, which a window does not need."""

import shared.pricing.tables
from desktop.store.layout import Layout
from shared import areas
from shared.catalog.search_index import make_search

LAYOUT = Layout(
    registry=areas.REGISTRY,
    schema=areas.SCHEMA,
    local=shared.pricing.tables.LOCAL,
    prepare=(make_search,),
)
