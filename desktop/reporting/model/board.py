"""Which devices have a price version: grouped by region, dealer and site (C02, C03)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from desktop.access.usecases.policies import policies, publish_policies
from desktop.reporting.model.consolidated import Asker
from desktop.reporting.usecases.deliveries import nudge_devices
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.access.documents import Policy
from shared.access.rules import PRICE_GRACE_HOURS, PRICE_PIN_DAYS
from shared.channel.queries import sales_orgs
from shared.core.errors import QutongError, Unavailable
from shared.journal.document import Value
from shared.pricing.queries import VersionView, versions
from shared.reporting.queries.delivery import Board, BoardLine, BoardState, delivery_board


class Late(NamedTuple):
    """A device that prices late by a version, and what it sold by an older one meanwhile."""

    line: BoardLine
    sales: int
    """-1 = head office was not asked."""
    unknown: int
    """Lines whose price by this version cannot be told."""
    difference_minor: int
    currency: str


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
        self.late_error: QutongError | None = None
        """Why head office could not say what was sold meanwhile."""

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

    def lacking_of(self, row: BoardRow) -> dict[str, str]:
        """The devices of a row that have not received the version whole, with their sites."""
        return {one.device_id: one.site_id for one in row.lines if one.state in LACKING}

    async def nudge(self, devices: Mapping[str, str], text: str) -> int:
        """Ask these devices for the version; how many. Raises as ``nudge_devices``."""
        asked = await self._desk.do(
            nudge_devices, self.org_id, self.number, devices, text=text.strip()
        )
        await self.load()
        return asked

    async def grace(self) -> tuple[str, str]:
        """Hours until tills say that their prices are old, and days until they ask; 0 = never."""
        rules = await self._desk.fetch(policies, "")
        return rules[PRICE_GRACE_HOURS], rules[PRICE_PIN_DAYS]

    async def set_grace(self, hours: str, days: str) -> None:
        """State both for every site. Raises: RuleViolation POLICY_BAD; AccessDenied."""
        wanted = (
            Policy(name=PRICE_GRACE_HOURS, value=hours.strip()),
            Policy(name=PRICE_PIN_DAYS, value=days.strip()),
        )
        await self._desk.do(publish_policies, wanted)

    async def late(self, asker: Asker) -> list[Late]:
        """The devices that are late, with what they sold by an older version, site by site; where
        head office cannot be asked, without. Stops when the asker is cancelled."""
        board = self.board
        if board is None or board.effective_at_us > self._desk.now_us:
            return []
        sold: dict[str, Mapping[str, Value]] = {}
        asked: set[str] = set()
        sites = sorted({one.site_id for one in board.late})
        asker.begin(len(sites))
        try:
            for place, site_id in enumerate(sites, 1):
                wish: dict[str, Value] = {
                    "site_id": site_id,
                    "sales_org_id": self.org_id,
                    "number": self.number,
                }
                report = await asker.ask("sales_behind", wish)
                sold |= {str(row["device_id"]): row for row in report.by_name()}
                asked.add(site_id)
                asker.step(place, len(sites))
                if asker.was_cancelled:
                    break
        except Unavailable as error:
            self.late_error = error
        else:
            self.late_error = None
        finally:
            asker.end()
        return [_late(one, sold.get(one.device_id), one.site_id in asked) for one in board.late]

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


def _late(line: BoardLine, sold: Mapping[str, Value] | None, was_asked: bool) -> Late:
    if sold is None:
        return Late(line, 0 if was_asked else -1, 0, 0, "CNY")
    return Late(
        line,
        int(sold["sales"]),
        int(sold["unknown"]),
        int(sold["difference_minor"]),
        str(sold["currency"]),
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
