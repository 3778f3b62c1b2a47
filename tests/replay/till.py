"""One offline device of a replay as a process of its own: writes its share, syncs now and then.

It can be killed at any time; started again it goes on behind the last document it kept.
"""

import argparse
import hashlib
import sys
from pathlib import Path

from sqlalchemy import select

from desktop.app.client import Client
from desktop.store.session import Session
from shared.core.clock import business_day
from shared.core.ids import uid_text, uuid7
from shared.journal.document import Header
from shared.journal.tables import journal
from tests.replay.office_desk import is_delivered, open_client, try_sync
from tests.replay.online_retail import ZONE, Invoice, body_of, read_invoices

SYNC_EVERY = 100
PATIENCE = 60


class _OfInvoice:
    """Randomness that is the same for the same invoice, so that its document is, too."""

    def __init__(self, number: str) -> None:
        self._seed = number.encode()

    def bytes(self, n: int, /) -> bytes:
        return hashlib.blake2b(self._seed, digest_size=n).digest()


def uid_of(invoice: Invoice) -> bytes:
    """The document's identity: a device that starts again makes no second one."""
    return uuid7(invoice.at_us, _OfInvoice(invoice.number))


def write_invoice(session: Session, invoice: Invoice) -> Header:
    """Use case of the replay: one invoice becomes one document."""
    site_id = session.identity.site_id
    return session.append(
        body_of(invoice, site_id),
        uid=uid_of(invoice),
        happened_at_us=invoice.at_us,
        business_day=business_day(invoice.at_us, ZONE),
    )


def main() -> int:
    """Enrol if need be, write the share, sync until head office has everything."""
    chosen = _parser().parse_args()
    client = open_client(chosen.home, "clerk")
    try:
        if client.store.identity is None:
            client.enrol(chosen.server, chosen.code)
            try_sync(client)
        _write_share(client, chosen)
        return deliver(client)
    finally:
        client.close()


def _write_share(client: Client, chosen: argparse.Namespace) -> None:
    query = select(journal.c.uid)
    known = set(client.store.read(lambda c: c.execute(query).scalars().all()))
    written = len(known)
    share = read_invoices(
        chosen.file, limit=chosen.limit, place=chosen.place, devices=chosen.devices
    )
    for invoice in share:
        if uid_text(uid_of(invoice)) in known:
            continue
        client.store.write(write_invoice, invoice)
        written += 1
        if written % 50 == 0:
            print(f"written {written}", flush=True)
        if written % SYNC_EVERY == 0:
            try_sync(client)
    print(f"finished {written}", flush=True)


def deliver(client: Client) -> int:
    """Sync until everything is at head office; 1 when patience ends."""
    for _ in range(PATIENCE):
        if try_sync(client) and is_delivered(client):
            print("delivered", flush=True)
            return 0
        # The parent answers when the line is back; until then there is nothing to do.
        print("waiting", flush=True)
        sys.stdin.readline()
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.replay.till", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--server", required=True)
    parser.add_argument("--code", required=True)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--place", type=int, required=True)
    parser.add_argument("--devices", type=int, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
