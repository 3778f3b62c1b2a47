"""Screens of the shop put together from more than one area, or from what a device was given."""

from collections.abc import Callable
from typing import Final

from desktop.members.view.members import MembersScreen
from desktop.sales.usecases.payments import PaymentProvider
from desktop.sales.view.history import history_of
from desktop.sales.view.till import TillScreen
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen

PROVIDERS: Final[dict[str, Callable[[Frame], PaymentProvider]]] = {}
"""Adapters to payment providers by name; none is shipped yet, so 付款码 stays hidden."""
PROVIDER: Final = "pay.provider"
"""The setting that names the one this device uses."""


def till(frame: Frame) -> Screen:
    """The till, with the payment provider this device was set up for."""
    make = PROVIDERS.get(frame.settings.get(PROVIDER))
    return TillScreen(frame, make(frame) if make is not None else None)


def members(frame: Frame) -> Screen:
    """The members with what they bought."""
    return MembersScreen(frame, history_of)
