"""Screens of the shop put together from more than one area."""

from desktop.members.view.members import MembersScreen
from desktop.sales.view.history import history_of
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen


def members(frame: Frame) -> Screen:
    """The members with what they bought."""
    return MembersScreen(frame, history_of)
