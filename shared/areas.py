"""The explicit list of business areas: what kinds of document there are, and what tables."""

from collections.abc import Sequence

import shared.access.kinds
import shared.access.tables
import shared.accounts.kinds
import shared.accounts.tables
import shared.catalog.kinds
import shared.catalog.tables
import shared.channel.kinds
import shared.channel.tables
import shared.closing.kinds
import shared.closing.tables
import shared.leases.kinds
import shared.leases.tables
import shared.members.kinds
import shared.members.tables
import shared.ordering.kinds
import shared.ordering.tables
import shared.pricing.kinds
import shared.pricing.tables
import shared.promotions.kinds
import shared.promotions.tables
import shared.reporting.tables
import shared.sales.kinds
import shared.sales.tables
import shared.stock.kinds
import shared.stock.tables
import shared.stocktake.kinds
import shared.stocktake.tables
import shared.tasks.kinds
import shared.tasks.tables
import shared.vouchers.kinds
import shared.vouchers.tables
from shared.journal.kind import Kind, Registry
from shared.sync.tables import Replicated, Schema

AREAS: tuple[tuple[Sequence[Kind], Sequence[Replicated]], ...] = (
    (shared.access.kinds.KINDS, shared.access.tables.TABLES),
    (shared.channel.kinds.KINDS, shared.channel.tables.TABLES),
    (shared.catalog.kinds.KINDS, shared.catalog.tables.TABLES),
    (shared.tasks.kinds.KINDS, shared.tasks.tables.TABLES),
    (shared.closing.kinds.KINDS, shared.closing.tables.TABLES),
    (shared.stock.kinds.KINDS, shared.stock.tables.TABLES),
    (shared.accounts.kinds.KINDS, shared.accounts.tables.TABLES),
    (shared.leases.kinds.KINDS, shared.leases.tables.TABLES),
    (shared.pricing.kinds.KINDS, shared.pricing.tables.TABLES),
    (shared.promotions.kinds.KINDS, shared.promotions.tables.TABLES),
    (shared.vouchers.kinds.KINDS, shared.vouchers.tables.TABLES),
    (shared.members.kinds.KINDS, shared.members.tables.TABLES),
    (shared.ordering.kinds.KINDS, shared.ordering.tables.TABLES),
    (shared.sales.kinds.KINDS, shared.sales.tables.TABLES),
    (shared.stocktake.kinds.KINDS, shared.stocktake.tables.TABLES),
    ((), shared.reporting.tables.TABLES),
)
"""Kinds of document and tables of each area, from the lowest area to the highest."""

KINDS = tuple(kind for kinds, _ in AREAS for kind in kinds)
TABLES = tuple(table for _, tables in AREAS for table in tables)

REGISTRY = Registry(KINDS)
SCHEMA = Schema(TABLES)
