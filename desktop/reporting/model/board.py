"""Which devices have a price version: grouped by region, dealer and site (C02, C03)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.channel.queries import sales_orgs
from shared.pricing.queries import VersionView, versions
from shared.reporting.queries.delivery import Board, BoardLine, BoardState, delivery_board

LACKING = (BoardState.SENT, BoardState.RECEIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """A region, dealer or site with the devices below it; or one device."""

    key: str
    name: str
    lines: tuple[BoardLine, ...]
    line: BoardLine | None = None
    """The device itself; None for what stands above devices."""
    below: tuple["BoardRow", ...] = ()

    def count(self, *states: BoardState) -> int:
        """How many of its devices stand in one of these states."""
        return sum(1 for one in self.lines if one.state in states)

    @property
    def received(self) -> int:
        """Devices that received anything of it."""
        return sum(1 for one in self.lines if one.received_at_us)

    @property
    def verified(self) -> int:
        """Devices that proved it complete."""
        return sum(1 for one in self.lines if one.verified_at_us)

    @property
    def seen_at_us(self) -> int:
        """The oldest last contact among its devices; 0 = one was never heard of."""
        return min((one.seen_at_us for one in self.lines), default=0)


class DeliveryBoard(Watched):
    """The board of one sealed version of one sales organisation."""

    def __init__(self, desk: Desk, org_id: str = "") -> None:
        super().__init__()
        self._desk = desk
        self.orgs: Sequence[tuple[str, str]] = desk.read(sales_orgs)
        self.org_id = org_id or (self.orgs[0][0] if self.orgs else "")
        self.versions: Sequence[VersionView] = ()
        self.number = 0
        self.board: Board | None = None
        self.only_lacking = False

    async def choose_org(self, org_id: str) -> None:
        """Look at another sales organisation; its newest version first."""
        self.org_id, self.number = org_id, 0
        await self.load()

    async def choose_version(self, number: int) -> None:
        """Look at another version of the same organisation."""
        self.number = number
        await self.load()

    async def load(self) -> None:
        """Read the board again."""
        found = await self._desk.fetch(versions, self.org_id)
        self.versions = sorted((one for one in found if one.number), key=lambda one: -one.number)
        if self.number not in {one.number for one in self.versions}:
            self.number = self.versions[0].number if self.versions else 0
        self.board = await self._desk.fetch(
            delivery_board, self.org_id, self.number, self._desk.now_us
        )
        self.changed()

    def toggle_lacking(self) -> None:
        """All devices, or only those that have not received it whole (``U``)."""
        self.only_lacking = not self.only_lacking
        self.changed()

    @property
    def lines(self) -> Sequence[BoardLine]:
        """The devices shown."""
        if self.board is None:
            return ()
        return self.board.not_received if self.only_lacking else self.board.lines

    @property
    def rows(self) -> tuple[BoardRow, ...]:
        """Regions with dealers, sites and devices below them."""
        return _grouped(
            self.lines,
            "",
            (
                lambda one: (one.region_id, one.region_name),
                lambda one: (one.account_id, one.account_name),
                lambda one: (one.site_id, one.site_name),
            ),
        )


_Name = Callable[[BoardLine], tuple[str, str]]


def _grouped(
    lines: Sequence[BoardLine], above: str, names: Sequence[_Name]
) -> tuple[BoardRow, ...]:
    if not names:
        return tuple(
            BoardRow(key=f"{above}/{one.device_id}", name=one.tag, lines=(one,), line=one)
            for one in lines
        )
    groups: dict[tuple[str, str], list[BoardLine]] = {}
    for one in lines:
        groups.setdefault(names[0](one), []).append(one)
    return tuple(
        BoardRow(
            key=f"{above}/{key}",
            name=name,
            lines=tuple(some),
            below=_grouped(some, f"{above}/{key}", names[1:]),
        )
        for (key, name), some in groups.items()
    )
