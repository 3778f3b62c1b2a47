"""The explicit list of business areas: what kinds of document there are, and what tables."""

import shared.access.kinds
import shared.access.tables
import shared.accounts.kinds
import shared.accounts.tables
import shared.catalog.kinds
import shared.catalog.tables
import shared.channel.kinds
import shared.channel.tables
import shared.ordering.kinds
import shared.ordering.tables
import shared.pricing.kinds
import shared.pricing.tables
import shared.sales.kinds
import shared.sales.tables
import shared.stock.kinds
import shared.stock.tables
import shared.stocktake.kinds
import shared.stocktake.tables
import shared.tasks.kinds
import shared.tasks.tables
from shared.journal.kind import Registry
from shared.sync.tables import Schema

KINDS = (
    *shared.access.kinds.KINDS,
    *shared.channel.kinds.KINDS,
    *shared.catalog.kinds.KINDS,
    *shared.tasks.kinds.KINDS,
    *shared.stock.kinds.KINDS,
    *shared.accounts.kinds.KINDS,
    *shared.pricing.kinds.KINDS,
    *shared.ordering.kinds.KINDS,
    *shared.sales.kinds.KINDS,
    *shared.stocktake.kinds.KINDS,
)

TABLES = (
    *shared.access.tables.TABLES,
    *shared.channel.tables.TABLES,
    *shared.catalog.tables.TABLES,
    *shared.tasks.tables.TABLES,
    *shared.stock.tables.TABLES,
    *shared.accounts.tables.TABLES,
    *shared.pricing.tables.TABLES,
    *shared.ordering.tables.TABLES,
    *shared.sales.tables.TABLES,
    *shared.stocktake.tables.TABLES,
)

REGISTRY = Registry(KINDS)
SCHEMA = Schema(TABLES)
