"""``python -m sync_server``: set up head office, serve it, look into it, check it."""

import argparse
import errno
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from shared.access.rules import Role
from shared.closing.rules import KEPT_MONTHS
from shared.core.errors import QutongError, Unavailable
from sync_server.enrolment.codes import DEVICE_TYPES
from sync_server.operations import aftermath, commands, packets, safekeeping, spools
from sync_server.operations.closing import close_month
from sync_server.operations.edges import SystemClock, SystemRandomness
from sync_server.operations.home import open_home
from sync_server.operations.importing import add_options, run_import, wanted
from sync_server.store.engine import refusal_of

_PORT_MAX = 65_535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it is done, 1 when it could not be, with a code and next step."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except QutongError as error:
        told: QutongError = error
    except (OSError, DBAPIError) as error:
        told = _refused(error)
    print(f"ERROR {told}", file=sys.stderr)
    return 1


def _refused(error: OSError | DBAPIError) -> QutongError:
    """What the disk, the system or the database said: by a code of its own, or in its words."""
    if isinstance(error, DBAPIError):
        if told := refusal_of(error):
            return told
        why, at = str(error.orig), ""
    elif error.errno == errno.ENOSPC:
        return Unavailable("DISK_FULL", next_step="make room, then run it again")
    else:
        why, at = error.strerror or type(error).__name__, str(error.filename or "")
    next_step = "mend what is named, then run it again"
    return Unavailable("SYSTEM_REFUSED", why=why, file=at, next_step=next_step)


def _run(options: argparse.Namespace) -> int:
    clock, randomness = SystemClock(), SystemRandomness()
    if options.command == "init":
        return commands.init(options.home, options.database, clock, randomness, options.admin)
    if options.command in safekeeping.COMMANDS:
        return safekeeping.run(options, clock, randomness)
    worker = getattr(options, "worker", 1)
    office = open_home(options.home, options.database, randomness, worker=worker)
    try:
        match options.command:
            case "serve":
                # uvicorn and Starlette are loaded for this command alone.
                from sync_server.http.serve import serve

                serve(
                    office,
                    clock,
                    randomness,
                    host=options.host,
                    port=options.port,
                    certificate=options.certificate,
                    certificate_key=options.certificate_key,
                    behind_proxy=options.behind_proxy,
                    metrics=(options.metrics_host, options.metrics_port)
                    if options.metrics_port is not None
                    else None,
                )
                return 0
            case "enrol":
                return commands.enrol(
                    office, clock, randomness, options.type, options.site, options.tag
                )
            case "invite":
                return commands.invite(office, clock, randomness, options.account, options.site)
            case "user":
                return commands.user(
                    office,
                    clock,
                    options.id,
                    options.name,
                    options.role,
                    options.site,
                    pin=options.pin,
                    randomness=randomness,
                )
            case "org":
                return commands.org(office, clock, options.code, options.name, options.currency)
            case "revoke":
                return commands.revoke(office, clock, options.device, options.reason)
            case "import":
                return run_import(office, wanted(options), clock)
            case "close-month":
                return close_month(
                    office,
                    clock,
                    month=options.month,
                    sites=tuple(options.site),
                    keep=options.keep,
                    signed_off_by=options.signed_off_by,
                )
            case "forks":
                return aftermath.show_forks(office, as_json=options.json)
            case "recovery":
                return aftermath.recovery(office, clock, sign_off=options.sign_off)
            case "packet-in":
                return packets.packet_in(office, clock, randomness, options.packet, options.answer)
            case "packet-for":
                return packets.packet_for(
                    office, clock, randomness, options.device, options.org, options.answer
                )
            case "spool-in":
                return spools.spool_in(office, clock, options.device, options.spool, options.by)
            case "status":
                return commands.show_status(office, as_json=options.json)
            case _:
                return commands.verify(office)
    finally:
        office.database.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sync_server", description=__doc__)
    commands_of = parser.add_subparsers(dest="command", required=True)
    added = {
        name: commands_of.add_parser(name, help=text)
        for name, text in (
            ("init", "set up a new head office"),
            ("serve", "serve devices until stopped"),
            ("enrol", "print a one-time code for a new device"),
            ("invite", "print a one-time code for a shop that runs by itself and joins"),
            ("user", "state a user: role and sites"),
            ("org", "publish a sales organisation, before accounts and prices"),
            ("revoke", "take a device's trust back"),
            ("import", "publish products, prices or partners from a csv, xlsx or xls file"),
            ("packet-in", "take a packet of a device without a line up, and write the answer"),
            ("packet-for", "write the prices a device lacks into a file for a stick"),
            ("spool-in", "take up what a lost or revoked device had written, from its spool"),
            ("status", "what head office holds"),
            ("close-month", "add old months up, so that devices hold openings and not their rows"),
            ("forks", "which disks were copied or restored, and numbers that stand twice"),
            ("recovery", "whom head office waits for after a restore, or sign it off"),
            ("verify", "prove journals, scopes and balances"),
            *safekeeping.COMMANDS.items(),
        )
    }
    for one in added.values():
        one.add_argument("--home", type=Path, required=True, help="head office's folder")
        one.add_argument(
            "--database", default="", help="postgresql+psycopg://… (default: SQLite in the folder)"
        )
    carried = added["packet-in"]
    carried.add_argument("packet", type=Path, metavar="FILE", help="what the device wrote")
    carried.add_argument("--answer", type=Path, required=True, help="what it is to be brought")
    cutting = added["packet-for"]
    cutting.add_argument("device", help="id of the device it is for")
    cutting.add_argument("--org", required=True, help="sales organisation whose prices")
    cutting.add_argument("--answer", type=Path, required=True, help="what it is to be brought")
    found = added["spool-in"]
    found.add_argument("device")
    found.add_argument("spool", type=Path, metavar="FILE", help="the device's second file")
    found.add_argument("--by", required=True, metavar="NAME", help="who answers for the file")
    serving = added["serve"]
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=_port, default=8123, help="0 = any free one")
    serving.add_argument("--worker", type=int, default=1, help="number of this worker process")
    serving.add_argument("--certificate", type=Path, help="TLS certificate chain (PEM)")
    serving.add_argument("--certificate-key", type=Path, help="TLS key (PEM)")
    serving.add_argument("--behind-proxy", action="store_true", help="TLS ends at a proxy in front")
    serving.add_argument(
        "--metrics-port", type=_port, help="serve /metrics on this port too; 0 = any free one"
    )
    serving.add_argument(
        "--metrics-host", default="127.0.0.1", help="an address only the operator reaches"
    )
    enrolling = added["enrol"]
    enrolling.add_argument("--type", choices=DEVICE_TYPES, required=True)
    enrolling.add_argument("--site", default="", help="the device's site; none for type hq")
    enrolling.add_argument("--tag", required=True, help="short name in printed numbers, such as 02")
    closing = added["close-month"]
    closing.add_argument("--month", default="", help="the last one, such as 2025-03")
    closing.add_argument("--site", action="append", default=[], help="one site; may be repeated")
    closing.add_argument(
        "--keep", type=int, default=KEPT_MONTHS, help="whole months devices keep row by row"
    )
    closing.add_argument(
        "--signed-off-by", default="", help="who answers for devices that were not heard of"
    )
    inviting = added["invite"].add_mutually_exclusive_group(required=True)
    inviting.add_argument("--account", default="", help="channel account it will work for")
    inviting.add_argument("--site", default="", help="a planned site, whose place it takes")
    added["init"].add_argument(
        "--admin", action="append", default=[], help="id of a first person of head office"
    )
    stating = added["user"]
    stating.add_argument("id")
    stating.add_argument("--name", default="")
    stating.add_argument("--role", choices=[role.value for role in Role], required=True)
    stating.add_argument("--site", action="append", default=[], help="where; not for head_office")
    stating.add_argument("--pin", help="a new PIN at every site; '' takes it away")
    added["org"].add_argument("code", help="what accounts and prices call it, such as FX")
    added["org"].add_argument("--name", required=True, help="what people call it")
    added["org"].add_argument("--currency", default="CNY", help="ISO 4217, three letters")
    revoking = added["revoke"]
    revoking.add_argument("device")
    revoking.add_argument("--reason", default="")
    add_options(added["import"])
    added["status"].add_argument("--json", action="store_true")
    added["forks"].add_argument("--json", action="store_true")
    added["recovery"].add_argument(
        "--sign-off", default="", metavar="NAME", help="who says that nobody else will report"
    )
    safekeeping.add_options(added)
    return parser


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _PORT_MAX:
        raise argparse.ArgumentTypeError(f"{number} is no port")
    return number


if __name__ == "__main__":
    sys.exit(main())
