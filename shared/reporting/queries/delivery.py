"""Which devices have a price version: head office's board, from region to device (C02, C03)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, func, select

from shared.channel.rules import NextContact, next_contact
from shared.pricing.queries import version_by_number
from shared.pricing.rules import Stage
from shared.pricing.tables import price_delivery, price_nudge
from shared.reporting.queries.devices import DeviceLine, devices
from shared.reporting.queries.places import SitePlace, places

PROMPT_US: Final = 10 * 60 * 1_000_000
"""A device that prices by a version so soon after its instant is not late."""


class BoardState(StrEnum):
    """Where a device stands with a version."""

    SENT = "sent"
    """已发: head office offers it, the device said nothing yet."""
    RECEIVED = "received"
    """已收: rows are still missing."""
    WAITING = "waiting"
    """待生效: received and proved complete, its instant is to come."""
    VERIFIED = "verified"
    """已校验: its instant has passed, and the device did not say that it prices by it."""
    ACTIVE = "active"
    """已生效."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    """A device on the board of one version."""

    region_id: str
    region_name: str
    account_id: str
    account_name: str
    site_id: str
    site_name: str
    device_id: str
    device_type: str
    tag: str
    state: BoardState
    received_at_us: int
    verified_at_us: int
    activated_at_us: int
    priced_by: int
    """仍用: the newest version the device said it prices by; 0 = none yet."""
    seen_at_us: int
    """Last contact as head office knows it; 0 = never."""
    unsent: int
    """Documents it had not sent at that contact."""
    phone: str = ""
    """The site's."""
    nudged_at_us: int = 0
    """When it was asked for this version last; 0 = never."""
    enrolled_at_us: int = 0
    next: NextContact | None = None
    """When it is likely to be heard of again; None = unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Which devices have a version, from region to device (C02, C03)."""

    sales_org_id: str
    number: int
    effective_at_us: int
    lines: tuple[BoardLine, ...]

    def count(self, *states: BoardState) -> int:
        """How many devices stand in one of these states."""
        return sum(1 for line in self.lines if line.state in states)

    @property
    def late(self) -> tuple[BoardLine, ...]:
        """The devices that price by it since later than it holds, or do not yet though it does.

        A device that joined since is late from then on; one that went on to a newer version
        without this one never priced by it.
        """
        return tuple(one for one in self.lines if self._is_late(one))

    def _is_late(self, one: BoardLine) -> bool:
        if not one.activated_at_us:
            return one.priced_by <= self.number
        due_us = max(self.effective_at_us, one.enrolled_at_us)
        return one.activated_at_us > due_us + PROMPT_US

    @property
    def not_received(self) -> tuple[BoardLine, ...]:
        """The devices that have not received it whole (filter ``U``)."""
        lacking = (BoardState.SENT, BoardState.RECEIVED)
        return tuple(line for line in self.lines if line.state in lacking)


def delivery_board(
    connection: Connection, sales_org_id: str, number: int, at_us: int
) -> Board | None:
    """The board of a sealed version; None when there is none of this number. Head office only."""
    version = version_by_number(connection, sales_org_id, number)
    if version is None:
        return None
    d = price_delivery.c
    said = {
        row.device_id: tuple(getattr(row, f"{stage.value}_at_us") for stage in Stage)
        for row in connection.execute(
            select(price_delivery).where(d.version_id == version.version_id)
        )
    }
    priced_by = _priced_by(connection, sales_org_id)
    n = price_nudge.c
    nudged = {
        row.device_id: int(row.nudged_at_us)
        for row in connection.execute(
            select(n.device_id, n.nudged_at_us).where(n.version_id == version.version_id)
        )
    }
    here = {one.site_id: one for one in places(connection, sales_org_id, at_us)}
    is_due = version.effective_at_us <= at_us
    lines = [
        replace(
            _line(one, here[one.site_id], said.get(one.device_id, (0, 0, 0)), is_due, priced_by),
            nudged_at_us=nudged.get(one.device_id, 0),
            next=next_contact(one.heard, at_us),
        )
        for one in devices(connection, at_us)
        if one.site_id in here and one.is_trusted
    ]
    lines.sort(key=lambda line: (line.region_name, line.account_name, line.site_id, line.device_id))
    return Board(
        sales_org_id=sales_org_id,
        number=number,
        effective_at_us=version.effective_at_us,
        lines=tuple(lines),
    )


def _priced_by(connection: Connection, sales_org_id: str) -> dict[str, int]:
    """The newest version each device said it prices by."""
    d = price_delivery.c
    statement = (
        select(d.device_id, func.max(d.number))
        .where(d.sales_org_id == sales_org_id, d.activated_at_us > 0)
        .group_by(d.device_id)
    )
    return {device_id: int(number) for device_id, number in connection.execute(statement)}


def _line(
    one: DeviceLine,
    place: SitePlace,
    times: tuple[int, ...],
    is_due: bool,
    priced_by: Mapping[str, int],
) -> BoardLine:
    return BoardLine(
        region_id=place.region_id,
        region_name=place.region_name,
        account_id=place.account_id,
        account_name=place.account_name,
        site_id=place.site_id,
        site_name=place.site_name,
        device_id=one.device_id,
        device_type=one.device_type,
        tag=one.tag,
        state=_state(times, is_due=is_due),
        received_at_us=times[0],
        verified_at_us=times[1],
        activated_at_us=times[2],
        priced_by=priced_by.get(one.device_id, 0),
        seen_at_us=one.seen_at_us,
        unsent=one.unsent,
        phone=place.phone,
        enrolled_at_us=one.enrolled_at_us,
    )


def _state(times: tuple[int, ...], *, is_due: bool) -> BoardState:
    received, verified, activated = times
    if activated:
        return BoardState.ACTIVE
    if verified:
        return BoardState.VERIFIED if is_due else BoardState.WAITING
    return BoardState.RECEIVED if received else BoardState.SENT
