"""The explicit list of what the areas bring to the client: tables, preparations, commands."""

from desktop.access.commands import COMMANDS as ACCESS
from desktop.accounts.commands import COMMANDS as ACCOUNTS
from desktop.app.layout import LAYOUT
from desktop.catalog.commands import COMMANDS as CATALOG
from desktop.channel.commands import COMMANDS as CHANNEL
from desktop.leases.commands import COMMANDS as LEASES
from desktop.members.commands import COMMANDS as MEMBERS
from desktop.ordering.commands import COMMANDS as ORDERING
from desktop.pricing.commands import COMMANDS as PRICING
from desktop.promotions.commands import COMMANDS as PROMOTIONS
from desktop.reporting.commands import COMMANDS as REPORTING
from desktop.sales.commands import COMMANDS as SALES
from desktop.stock.commands import BOOK_COMMANDS as BOOK
from desktop.stock.commands import COMMANDS as STOCK
from desktop.stocktake.commands import COMMANDS as STOCKTAKE
from desktop.stocktake.commands import not_while_blind
from desktop.store.command import Command
from desktop.tasks.commands import COMMANDS as TASKS
from desktop.vouchers.commands import COMMANDS as VOUCHERS

__all__ = ["COMMANDS", "LAYOUT"]

COMMANDS: tuple[Command, ...] = (
    *ACCESS,
    *CHANNEL,
    *CATALOG,
    *TASKS,
    *STOCK,
    *map(not_while_blind, BOOK),
    *ACCOUNTS,
    *LEASES,
    *PRICING,
    *PROMOTIONS,
    *VOUCHERS,
    *MEMBERS,
    *ORDERING,
    *SALES,
    *STOCKTAKE,
    *REPORTING,
)
