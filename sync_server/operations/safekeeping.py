"""The commands that keep head office safe: backup, restore, restore-drill, doctor."""

import argparse
import json
import sys
from pathlib import Path

from shared.core.clock import Clock, Randomness
from sync_server.operations.backup import Keep, make_backup, remove_old
from sync_server.operations.doctor import Limits, diagnose, troubles_of_opening
from sync_server.operations.doctor_words import sentence
from sync_server.operations.drill import drill
from sync_server.operations.home import Office, open_home
from sync_server.operations.restoring import restore

COMMANDS = {
    "backup": "copy head office while it serves, into a new folder under DIR",
    "restore": "make a head office from a backup; devices give back what it lacks",
    "restore-drill": "restore the newest backup of DIR beside head office and prove it",
    "doctor": "look at everything that may go wrong, and say what to do",
}


def add_options(added: "dict[str, argparse.ArgumentParser]") -> None:
    """The options of these commands."""
    added["backup"].add_argument("folder", type=Path, metavar="DIR")
    added["backup"].add_argument("--keep-daily", type=int, default=0, metavar="N")
    added["backup"].add_argument("--keep-weekly", type=int, default=0, metavar="N")
    added["restore"].add_argument("backup", type=Path, metavar="BACKUP")
    added["restore"].add_argument("--key", type=Path, help="hq.key, from where it is kept safe")
    added["restore"].add_argument(
        "--unproved", action="store_true", help="do not verify every document first"
    )
    added["restore-drill"].add_argument("folder", type=Path, metavar="DIR")
    added["restore-drill"].add_argument(
        "--scratch", default="", help="an empty PostgreSQL database to restore into"
    )
    looking = added["doctor"]
    looking.add_argument("--json", action="store_true")
    looking.add_argument("--language", choices=("zh", "en"), default="en")
    looking.add_argument("--certificate", type=Path, help="TLS certificate (PEM) to look at")
    looking.add_argument("--silent-days", type=int, default=3)
    looking.add_argument("--backup-hours", type=int, default=26)


def run(options: argparse.Namespace, clock: Clock, randomness: Randomness) -> int:
    """Run one of these commands; 1 when something has to be done."""
    if options.command == "restore":
        return _restore(options, clock, randomness)
    if options.command == "doctor":
        return _doctor(options, clock, randomness)
    office = open_home(options.home, options.database, randomness)
    try:
        if options.command == "backup":
            keep = Keep(daily=options.keep_daily, weekly=options.keep_weekly)
            return _backup(office, options.folder, keep, clock)
        return _drill(office, options.folder, clock, options.scratch)
    finally:
        office.database.close()


def _backup(office: Office, folder: Path, keep: Keep, clock: Clock) -> int:
    made = make_backup(office, folder, clock)
    journals = made.manifest.figures.journals
    print(f"backup {made.path}: {made.size} bytes, {sum(one.n for one in journals)} documents")
    if made.unnoted:
        why = f"{made.unnoted}: the backup stands, but doctor does not know of it"
        print(f"WARNING {why}", file=sys.stderr)
    for name in remove_old(office, folder, keep, clock.now_us()):
        print(f"removed {name}")
    print("not proved yet: run restore-drill; hq.key is not in it, keep that apart")
    return 0


def _restore(options: argparse.Namespace, clock: Clock, randomness: Randomness) -> int:
    restored = restore(
        options.backup,
        options.home,
        key_file=options.key,
        address=options.database,
        clock=clock,
        randomness=randomness,
        prove=not options.unproved,
    )
    print(f"head office as of {restored.manifest.name} stands in {options.home}")
    print(f"epoch {restored.epoch}, own journals in incarnation {restored.incarnation}")
    print("serve it: devices give back what it lacks; doctor says which have not come yet")
    return 0


def _drill(office: Office, folder: Path, clock: Clock, scratch: str) -> int:
    done = drill(office, folder, clock, scratch=scratch)
    for name in done.left_aside:
        print(f"{name} is left aside: it was named by a clock that was ahead", file=sys.stderr)
    for problem in done.problems:
        print(f"FAULT {done.name}: {problem}", file=sys.stderr)
    if done.problems:
        return 1
    took = f"{done.took_us / 1_000_000:.1f} s"
    print(f"backup {done.name} is good: restored and proved in {took}")
    print(f"{done.marked} journals are durable further than before")
    return 0


def _doctor(options: argparse.Namespace, clock: Clock, randomness: Randomness) -> int:
    limits = Limits(
        silent_days=options.silent_days,
        backup_hours=options.backup_hours,
        certificate=options.certificate,
    )
    office, troubles = troubles_of_opening(options.home, options.database, randomness)
    if office is not None:
        try:
            troubles += diagnose(office, clock.now_us(), limits)
        finally:
            office.database.close()
    if options.json:
        found = [
            {"code": one.code, "params": dict(one.params), "text": sentence(one, options.language)}
            for one in troubles
        ]
        print(json.dumps({"is_well": not troubles, "troubles": found}, ensure_ascii=False))
    else:
        for one in troubles:
            print(f"{one.code}: {sentence(one, options.language)}")
        if not troubles:
            print({"zh": "一切正常。", "en": "All is well."}[options.language])
    return 1 if troubles else 0
