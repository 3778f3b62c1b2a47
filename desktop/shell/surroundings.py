"""What the program hands the window of a person."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.shell.jobs import Jobs
from desktop.store.desk import Desk
from desktop.ui.frame import Paper, Person, Settings
from desktop.ui.screen import ScreenSpec
from desktop.ui.theme import Tone
from desktop.words.texts import Words

if TYPE_CHECKING:
    from desktop.sync.packets import Exported, Imported


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What the program does for a person beside screens."""

    lock: Callable[[], None]
    """Back to signing in; the work stays open for the same person."""
    join: Callable[[], None]
    """Join a head office, or go on with the first sync."""
    leave_demo: Callable[[], None] | None = None
    """Back to the real shop; None outside the demo shop."""
    jobs: Jobs | None = None
    """What waits for a printer; None on a device without printers."""
    packet_out: "Callable[[Path], Exported] | None" = None
    """Write what head office lacks onto a stick (Q06); blocks. None where nothing can be."""
    packet_in: "Callable[[Path], Imported] | None" = None
    """Take head office's answer in from a stick; blocks."""
    hold: Callable[[], None] | None = None
    """Fetch nothing more from head office for a while; None where nothing is fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the program hands its window; the same for all screens."""

    words: Words
    desk: Desk
    person: Person
    settings: Settings
    paper: Paper
    screens: Sequence[ScreenSpec]
    sync: Callable[[], None]
    approve: Callable[..., Awaitable[Any]]
    sound: Callable[[Tone], None]
    closed: Callable[[], None]
    acts: Acts
    detail: Callable[..., Any] | None = None
    """Asks head office's server for detail this device does not hold."""
    cut_packet: Callable[..., Any] | None = None
    """Has the server write the prices a device lacks into a file for a stick."""
    album: Any = None
    """Pictures of goods, here and at head office."""
