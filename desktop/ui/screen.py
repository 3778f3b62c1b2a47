"""A place of the main window: what the shell asks of it, and how it is listed."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.actions import Action
from desktop.ui.frame import Frame, Person


class Screen(QWidget):
    """Base of every screen. Made anew when the language or the look changes: what must survive
    stands in its model, which the area keeps in the store."""

    takes_window = False
    """Whether rail and header give way to the work (the till)."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.setObjectName("page")
        self.frame = frame
        self.words = frame.words
        self._stops: list[Callable[[], None]] = []
        self._missed: dict[Callable[[], None], None] = {}

    def key_actions(self) -> tuple[Action, ...]:
        """What can be done here, in the order of the key line."""
        return ()

    def shown(self, subject: str = "") -> None:
        """It came to the front, perhaps for a certain document or product."""

    def may_leave(self) -> bool:
        """Whether Esc may leave a screen that takes the window; it says itself why not."""
        return True

    def scanned(self, code: str) -> bool:
        """A scan arrived; False when the screen has no use for it (low beep)."""
        return False

    def watch(self, heard: Callable[[], None], *tables: str) -> None:
        """Refresh when rows of these tables change, until the screen goes.

        Behind another screen it waits until it is seen again: nobody waits for it meanwhile.
        """

        def hear(_touched: object) -> None:
            if self.isVisible():
                heard()
            else:
                self._missed[heard] = None

        self._stops.append(self.frame.desk.watch(hear, *tables))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        missed, self._missed = self._missed, {}
        for heard in missed:
            heard()

    def keys_changed(self) -> None:
        """What can be done here changed without a key: draw the key line anew."""
        redraw = getattr(self.window(), "show_keys", None)
        if redraw is not None and self.isVisible():
            redraw()

    def until_gone(self, stop: Callable[[], None]) -> None:
        """Call ``stop`` when the screen goes."""
        self._stops.append(stop)

    def leave(self) -> None:
        """The screen goes: stop its watches and tasks."""
        for stop in self._stops:
            stop()
        self._stops.clear()
        self.frame.tasks.cancel()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSpec:
    """How the program lists a screen; who may see it is data."""

    id: str
    """Also the key of its title: ``screen.<id>``."""
    icon: str
    group: str
    """``home sell order stock channel report settings``: the rail keeps groups together."""
    make: Callable[[Frame], Screen]
    permissions: frozenset[str] = frozenset()
    """Any one of them is enough; none = everybody."""
    device_types: frozenset[str] = frozenset()
    """Kinds of device it is for; none = all."""
    sales_modes: frozenset[str] = frozenset()
    """Ways of selling it is for, ``full simple``; none = both."""
    needs_supplier: bool = False
    """Only where goods are ordered from somebody: a shop on its own has no channel account."""
    in_rail: bool = True
    is_on_demand: bool = False
    """A shop that founded itself sees it in the rail and at home once it was opened from the
    palette, or switched on in the settings; all others always."""
    is_at_till: bool = False
    """Whether who only sells has it, too; all else of the shop is not for them."""
    takes: frozenset[str] = frozenset()
    """Kinds of thing it shows when opened for one: ``product order sale member customer task``.
    The palette offers such things to who has a screen that takes them."""

    def is_for(self, person: Person) -> bool:
        """Whether this person, at this device, has the screen."""
        if person.is_at_till_only and not self.is_at_till:
            return False
        if self.device_types and person.device_type not in self.device_types:
            return False
        if self.sales_modes and person.sales_mode not in self.sales_modes:
            return False
        if self.needs_supplier and not person.has_supplier:
            return False
        return not self.permissions or bool(self.permissions & person.permissions)
