"""What head office holds, counted by queries on its database."""

from typing import TypedDict

from sqlalchemy import ColumnElement, Connection, func, select

from shared.journal.tables import journal
from shared.reporting.queries import total_activity
from shared.sales.queries import sums_by_device, unrounded_micro
from shared.sync.tables import Schema
from shared.tasks.tables import task
from sync_server.operations.backup import MADE_AT, VERIFIED
from sync_server.store.devices import all_devices
from sync_server.store.durable import VERIFIED_AT, VERIFIED_MADE_AT, all_marks
from sync_server.store.migrations import known, schema_version
from sync_server.store.recovery import is_recovering
from sync_server.sync.feed import all_heads
from sync_server.sync.recovering import awaited


class DeviceStatus(TypedDict):
    """One journal and how far it is here."""

    device_id: str
    incarnation: int
    high_water: int
    head_hash: str
    kept: int
    revoked: bool
    durable: int
    """Up to this slot it stands in a backup that was restored and proved."""


class ScopeStatus(TypedDict):
    """One scope's head; equal count and digest on a device mean equal rows."""

    scope: str
    generation: int
    head: int
    count: int
    digest: int


class SalesStatus(TypedDict):
    """Sales added up; ``units_micro`` in millionths, money in minor units."""

    invoices: int
    lines: int
    units_micro: int
    amount_minor: int
    amount_unrounded_micro: int
    devices: list[dict[str, str | int]]


class TotalsStatus(TypedDict):
    """Sales and movements together, with what is kept and open to look at."""

    invoices: int
    lines: int
    units_micro: int
    amount_minor: int
    kept: int
    tasks: int


class BackupStatus(TypedDict):
    """When the last backup was made, and when the newest proved one; microseconds, 0 = never."""

    made_at_us: int
    proved_at_us: int
    proved_made_at_us: int
    proved: str
    """Its name."""


class Status(TypedDict):
    """Everything ``status --json`` prints."""

    schema_version: int
    epoch: str
    is_recovering: bool
    """Restored from a backup, and not all devices have given back what they hold."""
    awaited: list[str]
    """The devices that have not."""
    backup: BackupStatus
    documents: int
    kept: int
    tasks_open: int
    tasks: int
    devices: list[DeviceStatus]
    scopes: list[ScopeStatus]
    rows: dict[str, int]
    sales: SalesStatus
    totals: TotalsStatus


def status(connection: Connection, schema: Schema) -> Status:
    """Count everything; a document is one slot of any journal, head office's own included."""
    verdicts = _counts(connection, journal.c.verdict)
    tasks = _counts(connection, task.c.state)
    return Status(
        schema_version=schema_version(connection),
        epoch=known(connection, "epoch"),
        is_recovering=is_recovering(connection),
        awaited=awaited(connection) if is_recovering(connection) else [],
        backup=BackupStatus(
            made_at_us=int(known(connection, MADE_AT) or "0"),
            proved_at_us=int(known(connection, VERIFIED_AT) or "0"),
            proved_made_at_us=int(known(connection, VERIFIED_MADE_AT) or "0"),
            proved=known(connection, VERIFIED),
        ),
        documents=sum(verdicts.values()),
        kept=verdicts.get("kept", 0),
        tasks_open=tasks.get("open", 0),
        tasks=sum(tasks.values()),
        devices=_devices(connection),
        scopes=_scopes(connection),
        rows=_rows(connection, schema),
        sales=_sales(connection),
        totals=_totals(connection, kept=verdicts.get("kept", 0), tasks=sum(tasks.values())),
    )


def _counts(connection: Connection, column: ColumnElement[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for value, count in connection.execute(select(column, func.count()).group_by(column)):
        found[value] = count
    return found


def _devices(connection: Connection) -> list[DeviceStatus]:
    revoked = {one.device_id: one.is_revoked for one in all_devices(connection)}
    durable = {(one.device_id, one.incarnation): one.n for one in all_marks(connection)}
    kept = {
        (row.device_id, row.incarnation): row.kept
        for row in connection.execute(
            select(journal.c.device_id, journal.c.incarnation, func.count().label("kept"))
            .where(journal.c.verdict == "kept")
            .group_by(journal.c.device_id, journal.c.incarnation)
        )
    }
    top = (
        select(journal.c.device_id, journal.c.incarnation, func.max(journal.c.n).label("n"))
        .group_by(journal.c.device_id, journal.c.incarnation)
        .subquery()
    )
    heads = connection.execute(
        select(journal.c.device_id, journal.c.incarnation, journal.c.n, journal.c.link_hash)
        .join(
            top,
            (top.c.device_id == journal.c.device_id)
            & (top.c.incarnation == journal.c.incarnation)
            & (top.c.n == journal.c.n),
        )
        .order_by(journal.c.device_id, journal.c.incarnation)
    ).all()
    found = [
        DeviceStatus(
            device_id=row.device_id,
            incarnation=row.incarnation,
            high_water=row.n,
            head_hash=row.link_hash.hex(),
            kept=kept.get((row.device_id, row.incarnation), 0),
            revoked=revoked.get(row.device_id, False),
            durable=durable.get((row.device_id, row.incarnation), 0),
        )
        for row in heads
    ]
    silent = revoked.keys() - {row.device_id for row in heads}
    return found + [
        DeviceStatus(
            device_id=device_id,
            incarnation=1,
            high_water=0,
            head_hash="",
            kept=0,
            revoked=revoked[device_id],
            durable=0,
        )
        for device_id in sorted(silent)
    ]


def _scopes(connection: Connection) -> list[ScopeStatus]:
    return [
        ScopeStatus(
            scope=head.scope,
            generation=head.generation,
            head=head.head,
            count=head.count,
            digest=head.digest,
        )
        for head in all_heads(connection)
    ]


def _rows(connection: Connection, schema: Schema) -> dict[str, int]:
    return {
        name: connection.execute(select(func.count()).select_from(table.table)).scalar_one()
        for name, table in sorted(schema.tables.items())
    }


def _sales(connection: Connection) -> SalesStatus:
    by_device = sums_by_device(connection)
    return SalesStatus(
        invoices=sum(one.invoices for one in by_device),
        lines=sum(one.lines for one in by_device),
        units_micro=sum(one.units_micro for one in by_device),
        amount_minor=sum(one.amount_minor for one in by_device),
        amount_unrounded_micro=unrounded_micro(connection),
        devices=[dict(one._asdict()) for one in by_device],
    )


def _totals(connection: Connection, *, kept: int, tasks: int) -> TotalsStatus:
    total = total_activity(connection)
    return TotalsStatus(
        invoices=total.invoices,
        lines=total.lines,
        units_micro=total.units_micro,
        amount_minor=total.amount_minor,
        kept=kept,
        tasks=tasks,
    )
