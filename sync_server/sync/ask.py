"""Detail that devices do not hold, read for them: whose sites they may look at, and what lacks."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from shared.access.queries import sales_orgs_of
from shared.channel.queries import sites_of_account
from shared.core.errors import AccessDenied, RuleViolation
from shared.reporting.queries.detail import Wish, place_in, report_page
from shared.reporting.queries.devices import DeviceState, devices
from shared.reporting.queries.places import places
from shared.sync import scopes as scope_names
from shared.sync.limits import REPORT_ROWS_MAX
from shared.sync.messages import AskReport, ReportPage
from sync_server.store.devices import Device
from sync_server.sync.authority import HQ_DEVICE
from sync_server.sync.closing_sites import REPORT, months_report
from sync_server.sync.head_office import SYSTEM_USER, HeadOffice

PERMISSION = "report.read"
CLOSES = "month.close"
_PARAMS_MAX = 20


def answer(
    connection: Connection,
    hq: HeadOffice,
    device: Device,
    scopes: Sequence[str],
    asked: AskReport,
    now_us: int,
) -> ReportPage:
    """One page of a report, of the sites the device and the person may look at.

    Raises: AccessDenied NOT_PERMITTED; RuleViolation REPORT_UNKNOWN, REPORT_PARAMETER,
    SITE_UNKNOWN (not yours, or not there).
    """
    if len(asked.params) > _PARAMS_MAX:
        raise RuleViolation("REPORT_PARAMETER", name="params")
    wish = Wish(
        params=asked.params,
        site_ids=_sites(connection, hq, device, scopes, asked.user_id, now_us),
        after=place_in(asked.after),
        limit=min(max(asked.limit, 0) or REPORT_ROWS_MAX, REPORT_ROWS_MAX),
    )
    if asked.report == REPORT:
        # Of head office's own tables: what is proved to be kept no device knows.
        _check_closes(connection, hq, device, asked.user_id)
        found = months_report(connection, hq.replica.schema, wish, now_us)
    else:
        found = report_page(connection, asked.report, wish)
    return ReportPage(
        columns=list(found.columns),
        rows=[list(row) for row in found.rows],
        next_after=found.next_after,
        as_of_us=now_us,
        total=found.total,
        silent=[] if asked.after or asked.report == REPORT else _silent(connection, wish, now_us),
    )


def _check_closes(connection: Connection, hq: HeadOffice, device: Device, user_id: str) -> None:
    may = user_id != SYSTEM_USER and device.device_type == HQ_DEVICE
    if not may or CLOSES not in hq.directory.permissions_of(connection, user_id, ""):
        raise AccessDenied("NOT_PERMITTED", permission=CLOSES)


def _sites(
    connection: Connection,
    hq: HeadOffice,
    device: Device,
    scopes: Sequence[str],
    user_id: str,
    now_us: int,
) -> Collection[str] | None:
    """None = every site. A person sees what the device may and what they are granted themselves."""
    if user_id == SYSTEM_USER:
        raise AccessDenied("NOT_PERMITTED", permission=PERMISSION)
    if device.device_type == HQ_DEVICE:
        if PERMISSION not in hq.directory.permissions_of(connection, user_id, ""):
            raise AccessDenied("NOT_PERMITTED", permission=PERMISSION)
        orgs = sales_orgs_of(connection, user_id, "", PERMISSION)
        if "" in orgs:
            return None
        every = places(connection, "", now_us)
        return {one.site_id for one in every if not orgs.isdisjoint(one.sales_org_ids)}
    prefix = scope_names.account("")
    accounts = [one.removeprefix(prefix) for one in scopes if one.startswith(prefix)]
    near = {device.site_id, *(s for one in accounts for s in sites_of_account(connection, one))}
    may = {
        one for one in near if PERMISSION in hq.directory.permissions_of(connection, user_id, one)
    }
    if not may:
        raise AccessDenied("NOT_PERMITTED", permission=PERMISSION)
    return may


def _silent(connection: Connection, wish: Wish, now_us: int) -> list[list[str | int]]:
    """The devices whose documents may be missing from these figures (G04)."""
    named = wish.params.get("site_id")
    sites = [str(named)] if named else wish.site_ids
    return [
        [one.device_id, one.seen_at_us, one.unsent]
        for one in devices(connection, now_us, site_ids=sites)
        if one.is_trusted and one.site_id and (one.state is DeviceState.QUIET or one.unsent)
    ]
