"""Asking head office to close a month (P4): its server does it and says what came of it."""

from collections.abc import Sequence

from desktop.access.usecases import require
from desktop.store.session import Session
from shared.closing.documents import MonthCloseAsked
from shared.closing.queries import open_request
from shared.closing.rules import checked_month, newest_closable
from shared.core.clock import business_day
from shared.core.errors import Conflict, RuleViolation
from shared.core.ids import uid_text


def ask_close_month(
    session: Session, month: str, sites: Sequence[str] = (), *, is_signed_off: bool = False
) -> str:
    """Ask for all months up to this one to be closed at these sites (() = all); the request.

    Raises: RuleViolation MONTH_UNREADABLE, MONTH_TOO_YOUNG; Conflict MONTH_ASKED_ALREADY;
    AccessDenied NOT_PERMITTED.
    """
    require(session, "month.close")
    newest = newest_closable(business_day(session.now_us, "UTC"))
    if checked_month(month) > newest:
        raise RuleViolation("MONTH_TOO_YOUNG", month=month, newest=newest)
    if open_request(session.connection) is not None:
        raise Conflict("MONTH_ASKED_ALREADY")
    body = MonthCloseAsked(month=month, sites=tuple(sites), is_signed_off=is_signed_off)
    return uid_text(session.append(body, site_id="").uid)
