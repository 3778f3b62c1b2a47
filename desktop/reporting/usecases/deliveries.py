"""A device tells which price versions it has; head office takes one back (C02, C03)."""

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.access.usecases import require
from desktop.pricing.usecases import newest_number, publish_prices
from desktop.store.session import Session
from shared.core.errors import RuleViolation
from shared.pricing.documents import (
    MESSAGE_CHARACTERS_MAX,
    DeviceNudged,
    PriceVersionsMarked,
    VersionMark,
)
from shared.pricing.queries import version_by_number, versions
from shared.pricing.queries.delivery import Reached, rows_back_to, version_progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was written down, and when to look again."""

    reached: tuple[Reached, ...]
    next_at_us: int
    """The instant at which another version takes effect; 0 = none is waiting."""


def report_price_versions(session: Session) -> Told:
    """Write down which versions arrived whole and which one prices here from now on (C03).

    For the scheduler: at start, after each sync, and at ``next_at_us``. Nothing is written when
    there is nothing new; nobody has to be signed in. Head office's desktops tell nothing.
    """
    identity = session.identity
    if not identity.site_id:
        return Told(reached=(), next_at_us=0)
    found = version_progress(
        session.connection, identity.device_id, identity.site_id, session.now_us
    )
    if found.reached:
        marks = tuple(
            VersionMark(
                version_id=one.version_id,
                sales_org_id=one.sales_org_id,
                number=one.number,
                stages=tuple(stage.value for stage in one.stages),
            )
            for one in found.reached
        )
        session.append(PriceVersionsMarked(marks=marks))
    return Told(reached=found.reached, next_at_us=found.next_at_us)


def nudge_devices(
    session: Session,
    sales_org_id: str,
    number: int,
    devices: Mapping[str, str],
    *,
    text: str = "",
) -> int:
    """Ask devices for a version they have not got: each says so when it comes next, and syncs.

    ``devices`` are ids with their sites; how many were asked. Raises: RuleViolation
    VERSION_UNKNOWN, TEXT_TOO_LONG; AccessDenied NOT_PERMITTED.
    """
    require(session, "price.publish")
    version = version_by_number(session.connection, sales_org_id, number)
    if version is None:
        raise RuleViolation("VERSION_UNKNOWN", number=number)
    if len(text) > MESSAGE_CHARACTERS_MAX:
        raise RuleViolation("TEXT_TOO_LONG", limit=MESSAGE_CHARACTERS_MAX)
    for device_id, site_id in devices.items():
        session.append(
            DeviceNudged(
                version_id=version.version_id,
                sales_org_id=sales_org_id,
                number=number,
                device_id=device_id,
                site_id=site_id,
                text=text.strip(),
            )
        )
    return len(devices)


def recall_version(
    session: Session,
    sales_org_id: str,
    back_to: int,
    *,
    approver_id: str,
    reason: str,
    effective_at_us: int = 0,
) -> str:
    """Make the next version with the prices of an earlier one; nothing is deleted.

    Where one of the versions it takes back asked for labels, it asks for them, too.

    Returns the new version's id. Raises: RuleViolation VERSION_UNKNOWN, REASON_MISSING and as
    ``publish_prices``.
    """
    if not reason:
        raise RuleViolation("REASON_MISSING")
    earlier = version_by_number(session.connection, sales_org_id, back_to)
    newest = newest_number(session, sales_org_id)
    if earlier is None or back_to >= newest:
        raise RuleViolation("VERSION_UNKNOWN", number=back_to)
    return publish_prices(
        session,
        sales_org_id,
        rows_back_to(session.connection, sales_org_id, back_to),
        earlier.steps,
        approver_id=approver_id,
        effective_at_us=effective_at_us,
        parent_number=newest,
        reason=reason,
        prints_labels=any(
            one.prints_labels and one.number > back_to
            for one in versions(session.connection, sales_org_id)
        ),
    )
