"""What each person does at the window in the evening of the demo, key by key."""

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


async def sell(hands: Hands, folder: Path) -> None:
    """Two goods for exact cash, one paid with a note, one of three pieces."""
    hands.window.open("till")
    await hands.settle()
    for scans, keys in (
        (("2000101010005", "2000102010004"), ("F9", "Return")),
        (("2000102010004",), ("F9", "2", "0", "0", "Return")),
    ):
        for code in scans:
            await hands.scan(code)
        await hands.keys(*keys)
    await hands.keys("3*")
    await hands.scan("2000101010005")
    hands.shot(folder / "pictures" / "till-three-pieces.png")
    await hands.keys("F9", "Return")


async def look(hands: Hands, folder: Path) -> None:
    """Only look."""


SCRIPTS: tuple[Script, ...] = (
    Script(seat="SH01.1", user="clerk-guanqian", play=sell),
    Script(seat="DL01", user="dealer-east", play=look),
    Script(seat="HQ.01", user="hq-sales-east", play=look),
    Script(seat="HQ.02", user="hq-editor", play=look),
)
