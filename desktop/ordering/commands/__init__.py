"""The commands of ordering."""

from desktop.ordering.commands import asking, showing, supplying

COMMANDS = (*asking.COMMANDS, *supplying.COMMANDS, *showing.COMMANDS)
