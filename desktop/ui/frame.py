"""What the window offers the screen in it: words, the store, messages, panels, paper."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from desktop.runtime.tasks import TaskScope
from desktop.store.desk import Desk
from desktop.ui.theme import Tone
from desktop.words.texts import Words
from shared.access.rules import Role
from shared.core.errors import QutongError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.ui.panel import Panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is signed in, where, and what they may do there."""

    user_id: str
    name: str
    role: str
    permissions: frozenset[str]
    site_id: str = ""
    site_name: str = ""
    device_type: str = ""
    currency: str = "CNY"
    zone: str = "Asia/Shanghai"
    sales_mode: str = "full"
    """How the site sells: ``full`` at the till, ``simple`` by the register of what went out."""
    is_of_founded_shop: bool = False
    """Whether the shop founded itself, with a head office by now or without."""
    has_supplier: bool = True
    """Whether the site has a channel account goods can be ordered for."""

    @property
    def is_at_till_only(self) -> bool:
        """Whether the person only sells: the till is all they see of the shop."""
        return self.role == Role.CASHIER

    def may(self, permission: str) -> bool:
        """Whether an action of this permission is offered; '' is everybody's."""
        return not permission or permission in self.permissions


class Settings(Protocol):
    """Small choices of this device that survive a restart: widths, printer, first tender."""

    def get(self, key: str, default: str = "") -> str:
        """The value, or the default."""

    def put(self, key: str, value: str) -> None:
        """Remember a value."""


class Paper(Protocol):
    """Where a screen sends what is to be printed; nothing here blocks or raises."""

    def receipt(self, job: bytes, title: str) -> None:
        """Queue bytes for the receipt printer."""

    def document(self, pdf: bytes, title: str) -> None:
        """Open or print a page, as this device is set up."""

    def save(self, content: bytes, file_name: str) -> str:
        """Write a file into the person's documents folder; its path."""

    def stuck(self) -> int:
        """How many receipts a printer did not take when they were sent to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Handed to each screen when it is made. A panel gets the frame of its screen."""

    words: Words
    desk: Desk
    person: Person
    tasks: TaskScope
    settings: Settings
    paper: Paper
    say: Callable[[str, Tone], None]
    """Show a finished sentence at the foot of the window for a while, with its sound."""
    tell: Callable[[QutongError], None]
    """Tell an error in words; it stays until a key is pressed."""
    open: Callable[[str, str], None]
    """Bring a screen to the front: its id, and what it should show there ('' = as it was)."""
    show_sheet: Callable[["QWidget | None", str], None]
    """Show a widget in the sheet at the right under a title; None closes the sheet."""
    ask: Callable[["Panel"], Awaitable[Any]]
    """Lay a panel over the screen; what it was closed with, None when it was left by Esc."""
    approve: Callable[..., Awaitable[Any]]
    """Ask another person for id and PIN by a permission; ``why`` says what they stand for where
    it is not the usual of it. What the use case needs of the approval, or None."""
    sync: Callable[[], None]
    """Sync now, in the background."""
    lock: Callable[[], None] = lambda: None
    """Back to signing in, so that another person may."""
    screens: frozenset[str] = frozenset()
    """The ids of the screens this person has here."""
    offered: frozenset[str] = frozenset()
    """Those of them that are in sight, and not only found by the palette."""
    on_demand: tuple[str, ...] = ()
    """Those a shop that founded itself may bring into sight, in the order of the rail."""
    detail: Callable[..., Any] | None = None
    """Asks head office's server for a report by name and parameters (``Client.ask``), in the
    caller's thread; None where there is no client."""
    cut_packet: Callable[..., Any] | None = None
    """Has the server write the prices a device lacks into a file (``Client.cut_packet``)."""
    kept: dict[str, Any] = field(default_factory=dict)
    """Models that outlive their views, by screen: language or look change while work is open that
    no draft holds. They go with the window."""
    album: Any = None
    """Pictures of goods, here and at head office (``desktop.catalog.model.pictures.Album``); None
    where there is no client."""
