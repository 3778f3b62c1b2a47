"""The commands of ordering."""

from desktop.ordering.commands import asking, revising, showing, supplying

COMMANDS = (*asking.COMMANDS, *supplying.COMMANDS, *revising.COMMANDS, *showing.COMMANDS)
