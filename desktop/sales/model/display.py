"""What the customer sees while goods are scanned: the total, then the change."""

from collections.abc import Callable

from desktop.devices.transports import transport_of
from desktop.printing.display import ADDRESS, DIGITS, KIND, Lamp, shown
from desktop.sales.usecases.basket import Basket
from desktop.store.desk import Desk
from shared.core.errors import QutongError


class CustomerDisplay:
    """Shows the latest figure only: a slow display never holds the till up, nor falls behind."""

    def __init__(self, desk: Desk, setting: Callable[[str, str], str]) -> None:
        self._desk = desk
        self._setting = setting
        self._wanted = b""
        self._shown = b""
        self._is_sending = False

    def wants(self, name: str, minor: int, currency: str, *, is_change: bool) -> bool:
        """Note what is to be shown; True when ``send`` has to be started for it."""
        if not self._setting(ADDRESS, ""):
            return False
        lamp = Lamp.CHANGE if is_change else Lamp.TOTAL
        self._wanted = shown(self._setting(KIND, DIGITS), name, minor, currency, lamp)
        return self._wanted != self._shown and not self._is_sending

    def wants_of(self, basket: Basket, total_minor: int, currency: str) -> bool:
        """As ``wants`` for an open basket, or for the change of the sale just made."""
        last = basket.last
        name = basket.line.name if basket.line is not None else ""
        minor = last.change_minor if last is not None else total_minor
        return self.wants(name, minor, currency, is_change=last is not None)

    async def send(self) -> None:
        """Show what is wanted. A display that is off is nothing a sale waits for."""
        self._is_sending = True
        try:
            while self._wanted != self._shown:
                data = self._wanted
                try:
                    transport = transport_of(self._setting(ADDRESS, ""))
                    await self._desk.work(transport.send, data)
                except QutongError:
                    # It is told at the settings, where the test line is; not to every customer.
                    pass
                self._shown = data
        finally:
            self._is_sending = False
