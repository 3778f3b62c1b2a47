"""State of the home screen: tiles by what the person may do, and the day's sales."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

from desktop.store.desk import Desk
from desktop.watched import Watched

if TYPE_CHECKING:
    from desktop.reporting.usecases.today import Today

FIGURES: Final = "desktop.reporting.usecases.today"
"""Reads from all areas: loaded beside the window once it stands, not before it (P11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks: what they may do, which screens they have, and in what figures are told."""

    user_id: str
    site_id: str
    permissions: frozenset[str]
    screens: frozenset[str]
    zone: str
    currency: str

    def may(self, permission: str) -> bool:
        """Whether this person may do it here."""
        return permission in self.permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One thing that waits; ``name`` is the key of its words below ``home.``."""

    name: str
    figure: int
    kind: str = "count"
    """``count``, ``money``, ``since`` (an instant) or ``coming`` (not read yet)."""
    screen: str = ""
    subject: str = ""
    is_urgent: bool = False
    as_of_us: int = 0
    """Since when it may have changed; 0 = it is as of now."""
    since_us: int = 0
    """Since when the first of them waits; 0 = none does, or it is not told."""


class Home(Watched):
    """What the home screen shows to one person at one device."""

    def __init__(self, desk: Desk, person: Viewer) -> None:
        super().__init__()
        self._desk = desk
        self._person = person
        self._screens = person.screens
        self.today: Today | None = None
        self.suggested: int | None = None
        self._is_suggesting = "reorder" in person.screens and bool(person.site_id)
        """The suggestions take longer: their tile keeps its place, so that none moves away under
        a finger."""
        self.shows_table = False
        self.shows_days = False

    async def load(self) -> None:
        """Read everything again."""
        identity = self._desk.store.identity
        if identity is None:
            return
        await self._desk.work(import_module, FIGURES)
        from desktop.reporting.usecases.today import read_suggested, read_today

        person = self._person
        now_us = self._desk.now_us
        self.today = await self._desk.fetch(
            read_today,
            identity,
            person.permissions,
            person.user_id,
            now_us,
            person.zone,
            person.currency,
        )
        self.changed()
        if "reorder" in self._screens and identity.site_id:
            self.suggested = await self._desk.fetch(
                read_suggested, identity, person.user_id, now_us, person.zone
            )
        self._is_suggesting = False
        self.changed()

    @property
    def is_head_office(self) -> bool:
        """Whether this is a desktop of head office, which sees days and not hours."""
        return not self._person.site_id

    def toggle_table(self) -> None:
        """The chart as a table, or back."""
        self.shows_table = not self.shows_table
        self.changed()

    def toggle_days(self) -> None:
        """Hours of today, or the last days."""
        self.shows_days = not self.shows_days
        self.changed()

    @property
    def sums(self) -> Sequence[tuple[str, int, int]]:
        """Key, sales and amount of each bar."""
        if self.today is None:
            return ()
        if self.shows_days or self.is_head_office:
            return [(one.key[5:], one.sales, one.amount_minor) for one in self.today.days]
        known = {one.key: one for one in self.today.hours}
        hours = [int(one) for one in known] or [9, 21]
        first, last = min(9, *hours, 21), max(21, *hours)
        return [
            (f"{hour:02}", known[f"{hour:02}"].sales, known[f"{hour:02}"].amount_minor)
            if f"{hour:02}" in known
            else (f"{hour:02}", 0, 0)
            for hour in range(first, last + 1)
        ]

    @property
    def tiles(self) -> list[Tile]:
        """What this person sees, the most pressing kinds first."""
        today = self.today
        if today is None:
            return []
        made = [
            *self._selling(today),
            *self._ordering(today),
            *self._stocking(today),
            *self._deciding(today),
            Tile(name="tasks", figure=today.tasks, screen="tasks", is_urgent=today.tasks > 0),
        ]
        return [one for one in made if not one.screen or one.screen in self._screens]

    def _with(self, screen: str) -> str:
        """The screen, for a figure that is told even to who cannot open it."""
        return screen if screen in self._screens else ""

    def _selling(self, today: "Today") -> list[Tile]:
        amount = sum(one.amount_minor for one in today.hours)
        sales = sum(one.sales for one in today.hours)
        may = self._person.may
        if self.is_head_office:
            last = today.days[-1].amount_minor if today.days else 0
            return [
                Tile(
                    name="channel_today",
                    figure=last,
                    kind="money",
                    screen=self._with("consolidated"),
                    as_of_us=today.sums_as_of_us,
                )
            ]
        if not may("sale.make"):
            return []
        tiles = [
            Tile(name="amount_today", figure=amount, kind="money", screen="sales"),
            Tile(name="sales_today", figure=sales, screen="till"),
        ]
        if may("shift.run"):
            tiles.append(
                Tile(
                    name="shift",
                    figure=today.shift_since_us,
                    kind="since",
                    screen="shift",
                    is_urgent=today.is_shift_old,
                )
            )
        if today.held:
            tiles.append(Tile(name="held", figure=today.held, screen="till", is_urgent=True))
        return tiles

    def _ordering(self, today: "Today") -> list[Tile]:
        if not self._person.may("order.submit") or not today.orders_here:
            return []
        as_of_us = today.synced_at_us
        tiles = [
            _awaited(today),
            Tile(
                name="rejected",
                figure=today.rejected,
                screen="orders",
                subject="rejected",
                is_urgent=today.rejected > 0,
            ),
        ]
        if self.suggested is not None or self._is_suggesting:
            kind = "count" if self.suggested is not None else "coming"
            figure = self.suggested or 0
            tiles.append(Tile(name="suggested", figure=figure, kind=kind, screen="reorder"))
        if today.credit_left_minor is not None:
            tiles.append(
                Tile(name="credit", figure=today.credit_left_minor, kind="money", as_of_us=as_of_us)
            )
        # Also at nothing: a tile that goes away moves the digit of every one after it.
        tiles += [
            Tile(name=name, figure=minor, kind="money", screen="statement", as_of_us=as_of_us)
            for name, minor in (("rebate", today.rebate_minor), ("deposit", today.deposit_minor))
        ]
        return tiles

    def _stocking(self, today: "Today") -> list[Tile]:
        may = self._person.may
        if self.is_head_office or not may("stock.transfer"):
            return []
        ending = Tile(
            name="ending", figure=today.ending, screen="stock", subject="ending", is_urgent=True
        )
        # Who orders has this tile among the orders.
        receives = today.orders_here and may("order.receive") and not may("order.submit")
        return [
            *((_awaited(today),) if receives else ()),
            Tile(name="transfers", figure=today.transfers, screen="transfers"),
            Tile(name="counts", figure=today.counts, screen="stocktake"),
            Tile(
                name="below_zero",
                figure=today.below_zero,
                screen="stock",
                is_urgent=today.below_zero > 0,
            ),
            *((ending,) if today.ending else ()),
        ]

    def _deciding(self, today: "Today") -> list[Tile]:
        if not self.is_head_office:
            return []
        return [
            Tile(
                name="to_decide",
                figure=today.to_decide,
                screen="order-desk",
                is_urgent=today.to_decide > 0,
                since_us=today.deciding_since_us,
            ),
            Tile(
                name="quiet",
                figure=today.quiet_devices,
                screen=self._with("people"),
                is_urgent=today.quiet_devices > 0,
            ),
            Tile(name="missing", figure=today.missing_sources, screen=self._with("consolidated")),
        ]

    @property
    def first_steps(self) -> tuple[tuple[str, bool], ...]:
        """What a new shop does first; nothing for any other."""
        return self.today.first_steps if self.today is not None else ()


def _awaited(today: "Today") -> Tile:
    """Shipments that are on their way to this site."""
    return Tile(
        name="receive", figure=today.awaited, screen="receiving", is_urgent=today.awaited > 0
    )
