"""``backup``: a consistent copy of head office while it serves, and which copies are kept."""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from shared.core.clock import Clock
from shared.core.version import VERSION
from sync_server.operations.backup_manifest import (
    FORMAT,
    Manifest,
    instant_of,
    name_of,
    names_until,
    write_manifest,
)
from sync_server.operations.backup_parts import write_parts
from sync_server.operations.home import Office
from sync_server.store.engine import refusal_of
from sync_server.store.migrations import known, tell

MADE_AT = "backup_made_at_us"
VERIFIED = "backup_verified"
"""Facts of the database: when the last backup was made; the name of the newest proved one."""
_MAKING = "making-"
_STALE_S = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that stands."""

    path: Path
    manifest: Manifest
    size: int
    unnoted: str = ""
    """Code of why head office could not write down that it was made; '' = it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """The newest backup of each of so many days and so many weeks stays; 0 and 0 = all stay."""

    daily: int = 0
    weekly: int = 0


def make_backup(office: Office, folder: Path, clock: Clock) -> Made:
    """Copy head office into a new folder under ``folder``; it has its name once it is whole.

    It stands although head office's own disk has no room any more, which is when it is needed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear_halves(folder, clock.now_us())
    now_us = clock.now_us()
    name = name_of(now_us)
    making = folder / f"{_MAKING}{name}"
    making.mkdir(mode=0o700)
    try:
        figures, parts = write_parts(office.database, making)
        manifest = Manifest(
            format=FORMAT,
            name=name,
            made_at_us=now_us,
            program=VERSION,
            engine=office.database.engine_name,
            figures=figures,
            parts=parts,
        )
        write_manifest(making, manifest, office.hq.author.key)
        making.replace(folder / name)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    _flush_folder(folder)
    return Made(
        path=folder / name,
        manifest=manifest,
        size=sum(one.size for one in parts),
        unnoted=_note(office, now_us),
    )


def _note(office: Office, now_us: int) -> str:
    try:
        with office.database.write() as connection:
            tell(connection, MADE_AT, str(now_us))
    except DBAPIError as error:
        told = refusal_of(error)
        if told is None:
            raise
        return told.code
    return ""


def _clear_halves(folder: Path, now_us: int) -> None:
    """What a backup that was killed left; not that of one that still runs."""
    for half in folder.glob(f"{_MAKING}*"):
        with suppress(FileNotFoundError):
            if now_us // 1_000_000 - half.stat().st_mtime > _STALE_S:
                shutil.rmtree(half, ignore_errors=True)


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_old(office: Office, folder: Path, keep: Keep, now_us: int) -> list[str]:
    """Remove backups nobody wants any more; the newest and the newest proved one always stay, and
    so does what is named by a time to come."""
    if not keep.daily and not keep.weekly:
        return []
    names = names_until(folder, now_us)
    stay = kept_names(names, keep)
    return [name for name in names if name not in stay and _removed(office, folder, name)]


def _removed(office: Office, folder: Path, name: str) -> bool:
    """Remove a backup; False when it is the proved one, or another ``backup`` was faster."""
    # Asked of each: large ones take long to go, and a drill may end meanwhile.
    with office.database.read() as connection:
        if name == known(connection, VERIFIED):
            return False
    # Renamed first: a half removed backup must not look like a whole one.
    going = folder / f"{_MAKING}{name}"
    try:
        (folder / name).rename(going)
    except FileNotFoundError:
        return False
    shutil.rmtree(going)
    return True


def kept_names(names: Sequence[str], keep: Keep) -> set[str]:
    """The newest of all, of each of the last days, and of each of the last weeks that have one."""
    days: dict[str, str] = {}
    weeks: dict[tuple[int, int], str] = {}
    for name in sorted(names):
        at = instant_of(name)
        if at is not None:
            days[f"{at:%Y%m%d}"] = name
            weeks[at.isocalendar()[:2]] = name
    newest_days = sorted(days.values())[-keep.daily :] if keep.daily else []
    newest_weeks = sorted(weeks.values())[-keep.weekly :] if keep.weekly else []
    return {*sorted(names)[-1:], *newest_days, *newest_weeks}
