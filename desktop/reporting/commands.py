"""The commands of head office: devices, deliveries, kept documents, consolidated figures."""

import msgspec

from desktop.reporting.usecases.deliveries import Told, recall_version, report_price_versions
from desktop.reporting.usecases.devices import (
    Invitation,
    invite_device,
    revoke_device,
    withdraw_invitation,
)
from desktop.reporting.usecases.kept import close_kept, retry_kept
from desktop.store.asking import Nothing, Params, Written, device, instant_us, now_us
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.core.errors import RuleViolation
from shared.reporting.queries.debts import DebtLine, debts
from shared.reporting.queries.delivery import Board, delivery_board
from shared.reporting.queries.devices import DeviceLine, devices
from shared.reporting.queries.people import PersonLine, people
from shared.reporting.queries.sums import By, SalesReport, sales_report
from shared.tasks.queries import KeptLine, kept_documents, own_kept
from shared.tasks.rules import KeptState


class AskDetail(Params):
    """A report by name, and what it is about, such as ``{"site_id": "SH01"}``."""

    report: str
    where: dict[str, str] = msgspec.field(default_factory=dict)


class DeviceInvite(Params):
    """A new device: its type, its site (none for hq) and its short name in printed numbers."""

    type: str
    tag: str
    site: str = ""


class OfDevice(Params):
    """A device by id."""

    device: str
    reason: str = ""


def _invite(store: Store, asked: DeviceInvite) -> Invitation:
    return store.write(invite_device, asked.type, asked.site, asked.tag).value


def _withdraw(store: Store, asked: OfDevice) -> Written:
    return Written.of(store.write(withdraw_invitation, asked.device).value)


def _revoke(store: Store, asked: OfDevice) -> Written:
    return Written.of(store.write(revoke_device, asked.device, reason=asked.reason).value)


def _devices(store: Store, _asked: Nothing) -> list[DeviceLine]:
    at_us = now_us(store)
    return store.read(lambda connection: devices(connection, at_us))


def _people(store: Store, _asked: Nothing) -> list[PersonLine]:
    return store.read(people)


def _told(store: Store, _asked: Nothing) -> Told:
    return store.write(report_price_versions).value


class OfVersion(Params):
    """A price version of a sales organisation."""

    org: str
    number: int


def _board(store: Store, asked: OfVersion) -> Board:
    at_us = now_us(store)
    found = store.read(lambda one: delivery_board(one, asked.org, asked.number, at_us))
    if found is None:
        raise RuleViolation("VERSION_UNKNOWN", number=asked.number)
    return found


class Recall(OfVersion):
    """The prices of this version come back as the next one."""

    approver: str
    reason: str
    effective: str = ""


def _recall(store: Store, asked: Recall) -> dict[str, str]:
    at_us = instant_us(asked.effective) if asked.effective else 0
    version_id = store.write(
        recall_version,
        asked.org,
        asked.number,
        approver_id=asked.approver,
        reason=asked.reason,
        effective_at_us=at_us,
    ).value
    return {"version_id": version_id}


class Kept(Params):
    """Kept documents: open ones, or those ``stored`` or ``closed`` since, or this device's own."""

    state: str = KeptState.OPEN.value
    own: bool = False


def _kept(store: Store, asked: Kept) -> list[KeptLine]:
    if asked.own:
        mine = device(store)
        return store.read(lambda one: own_kept(one, mine.device_id, mine.incarnation))
    if asked.state not in set(KeptState):
        raise RuleViolation("STATE_UNKNOWN", state=asked.state[:20])
    return store.read(lambda one: kept_documents(one, state=KeptState(asked.state)))


class OfKept(Params):
    """A kept document by its id; closing takes a reason and what replaces it."""

    kept: str
    reason: str = ""
    replaced_by: str = ""


def _retry(store: Store, asked: OfKept) -> Written:
    return Written.of(store.write(retry_kept, asked.kept).value)


def _close(store: Store, asked: OfKept) -> Written:
    done = store.write(close_kept, asked.kept, reason=asked.reason, replaced_by=asked.replaced_by)
    return Written.of(done.value)


class SalesBy(Params):
    """Sales of some days by region, account, site, day, mode, brand, product or tender."""

    from_day: str
    to_day: str
    by: str = By.SITE.value
    org: str = ""
    region: str = ""
    sites: tuple[str, ...] = ()


def _sales(store: Store, asked: SalesBy) -> SalesReport:
    if asked.by not in set(By):
        raise RuleViolation("GROUP_UNKNOWN", by=asked.by[:20])
    at_us = now_us(store)
    return store.read(
        lambda connection: sales_report(
            connection,
            by=By(asked.by),
            from_day=asked.from_day,
            to_day=asked.to_day,
            at_us=at_us,
            sales_org_id=asked.org,
            site_ids=asked.sites or None,
            region_id=asked.region,
        )
    )


def _debts(store: Store, _asked: Nothing) -> list[DebtLine]:
    return store.read(debts)


COMMANDS = (
    Command(
        name="device-invite",
        summary="Make a one-time code for a new device.",
        params=DeviceInvite,
        run=_invite,
    ),
    Command(
        name="device-withdraw",
        summary="Make an unused code worth nothing.",
        params=OfDevice,
        run=_withdraw,
    ),
    Command(
        name="device-revoke",
        summary="Take a device's trust back.",
        params=OfDevice,
        run=_revoke,
    ),
    Command(name="devices", summary="All devices and codes.", params=Nothing, run=_devices),
    Command(name="people", summary="All users with their grants.", params=Nothing, run=_people),
    Command(
        name="price-progress",
        summary="Tell head office which price versions arrived and hold here.",
        params=Nothing,
        run=_told,
    ),
    Command(
        name="price-board",
        summary="Which devices have a price version.",
        params=OfVersion,
        run=_board,
    ),
    Command(
        name="price-recall",
        summary="The prices of an earlier version as the next one.",
        params=Recall,
        run=_recall,
    ),
    Command(name="kept", summary="Documents kept aside.", params=Kept, run=_kept),
    Command(name="kept-retry", summary="Try a kept document again.", params=OfKept, run=_retry),
    Command(name="kept-close", summary="Lay a kept document down.", params=OfKept, run=_close),
    Command(
        name="sales-by",
        summary="Consolidated sales beside the period before.",
        params=SalesBy,
        run=_sales,
    ),
    Command(name="debts", summary="What accounts owe and may owe.", params=Nothing, run=_debts),
)

ASK = Command(
    name="ask",
    summary="Ask head office for detail this device does not hold.",
    params=AskDetail,
    run=lambda _store, said: said,
)
"""Read here, carried by the client: a command alone has no line to head office."""
