"""The commands of sales."""

from desktop.sales.commands import collecting, selling, showing

COMMANDS = (*selling.COMMANDS, *collecting.COMMANDS, *showing.COMMANDS)
