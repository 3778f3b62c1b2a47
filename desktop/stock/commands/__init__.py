"""The commands of stock."""

from desktop.stock.commands import buying, moving

COMMANDS = moving.COMMANDS
BOOK_COMMANDS = (*moving.BOOK_COMMANDS, *buying.COMMANDS)
"""What shows the book: kept from who counts blind (H04)."""
