"""The commands of sales."""

from desktop.sales.commands import collecting, selling, shifts, showing, sold

COMMANDS = (
    *selling.COMMANDS,
    *collecting.COMMANDS,
    *shifts.COMMANDS,
    *showing.COMMANDS,
    *sold.COMMANDS,
)
