"""Publishing the channel; and the place a use case works at: its site, zone, currency, day."""

from desktop.access.usecases import require
from desktop.store.session import Session
from shared.channel.documents import ChannelPublished
from shared.channel.queries import SiteView, site_of
from shared.channel.rules import ENTRIES_MAX
from shared.core.clock import business_day
from shared.core.errors import RuleViolation
from shared.journal.document import Header


def publish_channel(session: Session, published: ChannelPublished) -> Header:
    """Publish parts of the channel; what is not named stays as it was (A01-A07).

    Raises: RuleViolation NOTHING_TO_PUBLISH, TOO_MANY_ENTRIES; AccessDenied NOT_PERMITTED.
    """
    require(session, "channel.publish")
    entries = sum(len(getattr(published, name)) for name in published.__struct_fields__)
    if not entries:
        raise RuleViolation("NOTHING_TO_PUBLISH")
    if entries > ENTRIES_MAX:
        raise RuleViolation("TOO_MANY_ENTRIES", most=ENTRIES_MAX)
    return session.append(published)


def place_of(session: Session, site_id: str = "") -> SiteView:
    """The site a document is written for; '' is the device's own. Raises RuleViolation
    SITE_UNKNOWN."""
    name = site_id or session.identity.site_id
    found = site_of(session.connection, name)
    if found is None:
        raise RuleViolation("SITE_UNKNOWN", site_id=name or "-")
    return found


def day_at(session: Session, place: SiteView) -> str:
    """The business day that is now at a site, until shifts say otherwise."""
    return business_day(session.now_us, place.zone or "Asia/Shanghai")
