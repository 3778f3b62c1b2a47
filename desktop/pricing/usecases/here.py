"""How prices stand on this device: what head office said of them, and whether they may be old."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection, func, select

from desktop.access.usecases import policy_number, require_approver
from desktop.store.identity import Identity, load_state
from desktop.store.session import Session
from desktop.store.settings import heard_of, put_setting, setting_of
from desktop.store.tables import setting
from shared.access.rules import PRICE_GRACE_HOURS, PRICE_PIN_DAYS
from shared.channel.queries import zone_of
from shared.core.clock import business_day
from shared.pricing.queries import active_version, sales_orgs_of_site
from shared.pricing.queries.delivery import overdue_version
from shared.pricing.rules import Grace, GraceStage, grace
from shared.pricing.tables import label_print, price_delivery, price_nudge, price_version

SEEN: Final = "price.seen"
ALLOWED: Final = "price.old_allowed"
KEPT_US: Final = 60 * 24 * 3_600_000_000
"""So long an older notice is still listed."""
_SEEN_MAX: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something head office says about prices at this device."""

    key: str
    """Names it among those that were read."""
    kind: str
    """``version`` its message, ``labels`` new labels are due, ``nudge`` it is missed here, ``word``
    what was said with a nudge, once the version is here."""
    number: int
    sales_org_id: str
    text: str
    at_us: int
    """When it was said; of labels, from when the version holds."""
    effective_at_us: int
    is_read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesHere:
    """How prices stand on this device now."""

    grace: Grace
    is_allowed: bool = False
    """A second person said today that it may sell by them."""
    notices: tuple[Notice, ...] = ()
    """The newest first."""

    @property
    def needs_person(self) -> bool:
        """Whether somebody has to stand for the next sale; only where head office set it so."""
        return self.grace.stage is GraceStage.PIN and not self.is_allowed

    @property
    def unread(self) -> tuple[Notice, ...]:
        """Those nobody here took note of yet."""
        return tuple(one for one in self.notices if not one.is_read)


NOTHING: Final = PricesHere(grace=Grace(stage=GraceStage.NONE, since_us=0, number=0))


def prices_here(connection: Connection, identity: Identity | None, now_us: int) -> PricesHere:
    """How prices stand here; a device without a site, and a shop of its own, misses nothing."""
    if identity is None or not identity.site_id:
        return NOTHING
    site_id = identity.site_id
    return PricesHere(
        grace=_grace(connection, identity, now_us),
        is_allowed=setting_of(connection, ALLOWED) == _today(connection, site_id, now_us),
        notices=tuple(notices_of(connection, identity, now_us)),
    )


def _grace(connection: Connection, identity: Identity, now_us: int) -> Grace:
    if not identity.server_url:
        return NOTHING.grace
    site_id = identity.site_id
    overdue = overdue_version(connection, site_id, now_us)
    return grace(
        now_us=now_us,
        heard_at_us=max(load_state(connection).synced_at_us, heard_of(connection)),
        missing_at_us=overdue[1] if overdue else 0,
        number=overdue[0] if overdue else 0,
        hours=policy_number(connection, site_id, PRICE_GRACE_HOURS),
        pin_days=policy_number(connection, site_id, PRICE_PIN_DAYS),
    )


def _today(connection: Connection, site_id: str, now_us: int) -> str:
    return business_day(now_us, zone_of(connection, site_id))


def notices_of(connection: Connection, identity: Identity, now_us: int) -> list[Notice]:
    """What head office says about prices here, the newest first."""
    read = _read(connection)
    found = [*_of_versions(connection, identity, now_us, read)]
    found += _nudges(connection, identity, now_us, read)
    return sorted(found, key=lambda one: (-one.at_us, one.key))


def _of_versions(
    connection: Connection, identity: Identity, now_us: int, read: Collection[str]
) -> Iterator[Notice]:
    v = price_version.c
    for org_id in sales_orgs_of_site(connection, identity.site_id):
        rows = connection.execute(
            select(price_version).where(
                v.sales_org_id == org_id,
                v.number > 0,
                v.effective_at_us > now_us - KEPT_US,
                (v.message != "") | (v.prints_labels == 1),
            )
        ).all()
        if not rows:
            continue
        active = active_version(connection, org_id, now_us)
        number = active.number if active else 0
        printed = _printed(connection, identity.site_id, org_id)
        for row in rows:
            about = {
                "number": row.number,
                "sales_org_id": org_id,
                "text": row.message,
                "effective_at_us": row.effective_at_us,
            }
            if row.message:
                yield _notice(row.id, "version", row.sealed_at_us, read, about)
            # Labels of a version that was passed by another one are not hung up any more, and who
            # printed them need not be told.
            if row.prints_labels and row.number == number and printed < number:
                yield _notice(row.id, "labels", row.effective_at_us, read, about)


def _printed(connection: Connection, site_id: str, sales_org_id: str) -> int:
    """The newest version whose labels a device of this site printed; 0 = none."""
    c = label_print.c
    newest = connection.execute(
        select(func.max(c.number)).where(c.site_id == site_id, c.sales_org_id == sales_org_id)
    ).scalar()
    return int(newest or 0)


def _nudges(
    connection: Connection, identity: Identity, now_us: int, read: Collection[str]
) -> Iterator[Notice]:
    c, d = price_nudge.c, price_delivery.c
    rows = connection.execute(
        select(price_nudge).where(
            c.device_id == identity.device_id, c.nudged_at_us > now_us - KEPT_US
        )
    ).all()
    whole = set(
        connection.execute(
            select(d.version_id).where(
                d.device_id == identity.device_id,
                d.verified_at_us > 0,
                d.version_id.in_([row.version_id for row in rows]),
            )
        ).scalars()
    )
    for row in rows:
        is_here = row.version_id in whole
        if is_here and not row.text:
            continue
        about = {
            "number": row.number,
            "sales_org_id": row.sales_org_id,
            "text": row.text,
            "effective_at_us": 0,
        }
        kind = "word" if is_here else "nudge"
        yield _notice(f"{row.id}/{row.nudged_at_us}", kind, row.nudged_at_us, read, about)


def _notice(
    key: str, kind: str, at_us: int, read: Collection[str], about: Mapping[str, str | int]
) -> Notice:
    named = f"{kind}/{key}"
    return Notice(
        key=named,
        kind=kind,
        number=int(about["number"]),
        sales_org_id=str(about["sales_org_id"]),
        text=str(about["text"]),
        at_us=at_us,
        effective_at_us=int(about["effective_at_us"]),
        is_read=named in read,
    )


def _read(connection: Connection) -> list[str]:
    try:
        return msgspec.json.decode(setting_of(connection, SEEN, "[]"), type=list[str])
    except msgspec.DecodeError:
        # Damaged: what was read is shown once more.
        return []


def mark_read(session: Session, keys: Collection[str]) -> None:
    """Somebody here took note of these notices."""
    known = _read(session.connection)
    kept = [*known, *(one for one in keys if one not in known)][-_SEEN_MAX:]
    put_setting(session.connection, SEEN, msgspec.json.encode(kept).decode())
    session.touch(setting.name, SEEN)


def allow_old_prices(session: Session, approver_id: str) -> None:
    """A second person lets this till sell by the prices it has until the day is over.

    Raises: RuleViolation APPROVAL_MISSING, SECOND_PERSON_NEEDED; AccessDenied APPROVER_MAY_NOT,
    APPROVER_PIN_NEEDED.
    """
    require_approver(session, approver_id, "sale.approve")
    day = _today(session.connection, session.identity.site_id, session.now_us)
    put_setting(session.connection, ALLOWED, day)
    session.touch(setting.name, ALLOWED)
