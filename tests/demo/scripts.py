"""What each person does at the window in the evening of the demo, key by key."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.builders.hands import Hands


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A person at a seat, and what they do there."""

    seat: str
    user: str
    play: Callable[[Hands, Path], Awaitable[None]]


async def open_screen(hands: Hands, name: str) -> None:
    """Bring a screen to the front and let it read what it shows."""
    hands.window.open(name)
    await hands.settle()
    await asyncio.sleep(0.3)
    await hands.settle()


async def sell(hands: Hands, folder: Path) -> None:
    """Two goods for exact cash, one paid with a note, three of a kind, and the day's Excel."""
    await open_screen(hands, "till")
    await hands.scan("2000101010005")
    await hands.scan("2000102010004")
    await hands.keys("F9", "Return")
    await hands.scan("2000102010004")
    await hands.keys("F9", "2", "0", "0", "Return")
    hands.shot(folder / "pictures" / "till-change.png")
    await hands.keys("3*")
    await hands.scan("2000101010005")
    hands.shot(folder / "pictures" / "till-three-pieces.png")
    await hands.keys("F9")
    hands.shot(folder / "pictures" / "till-payment.png")
    await hands.keys("Return")
    await open_screen(hands, "sales")
    await hands.keys("Ctrl+E")
    await asyncio.sleep(0.5)


async def order(hands: Hands, folder: Path) -> None:
    """Two lines by code, checked and submitted."""
    await open_screen(hands, "reorder")
    await hands.keys("F2", "010203", "Return", "2箱", "Return")
    await hands.keys("F2", "010204", "Return", "12", "Return")
    hands.shot(folder / "pictures" / "order-editor.png")
    await hands.keys("F9")
    await hands.settle()
    hands.shot(folder / "pictures" / "order-check.png")
    await hands.keys("Return")
    await hands.settle()


async def decide(hands: Hands, folder: Path) -> None:
    """Cut to what is there, accept, ship."""
    await open_screen(hands, "order-desk")
    await hands.keys("Return", "F6")
    hands.shot(folder / "pictures" / "order-desk.png")
    await hands.keys("F10", "Return")
    await asyncio.sleep(0.5)


async def offers(hands: Hands, folder: Path) -> None:
    """The promotions with one read whole, and the books of coupons and points."""
    await look(hands, folder)
    await open_screen(hands, "promotions")
    hands.shot(folder / "pictures" / "promotions.png")
    await open_screen(hands, "offers")
    hands.shot(folder / "pictures" / "offers.png")


async def look(hands: Hands, folder: Path) -> None:
    """Only look."""
    await open_screen(hands, "home")
    hands.shot(folder / "pictures" / f"home-{hands.program.settings.get('language')}.png")


SCRIPTS: tuple[Script, ...] = (
    Script(seat="SH01.1", user="clerk-guanqian", play=sell),
    Script(seat="DL01", user="dealer-east", play=order),
    Script(seat="HQ.01", user="hq-sales-east", play=decide),
    Script(seat="HQ.02", user="hq-editor", play=offers),
    Script(seat="HQ01", user="hq-warehouse", play=look),
)
