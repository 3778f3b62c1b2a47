"""A region's office of the dealers' replay as a process: orders for its dealers, receives goods."""

import argparse
import hashlib
import sys
from pathlib import Path

from sqlalchemy import select

from desktop.app.client import Client
from desktop.store.session import Session
from shared.core.clock import instant_of_local_iso
from shared.core.ids import uid_bytes, uid_text, uuid7
from shared.core.rounding import MICRO
from shared.journal.document import Header
from shared.journal.tables import journal
from shared.ordering.documents import ArrivedLine, OrderLine, OrderSubmitted, ReceiptPosted
from shared.ordering.queries import ShipmentView, awaited, shipped_lines
from tests.replay.cosmetics_orders import DealerOrder, read_orders
from tests.replay.office_desk import open_client, try_sync
from tests.replay.till import deliver

ZONE = "Asia/Shanghai"
SALES_ORG = "FX"
SYNC_EVERY = 200


class _OfOrder:
    """Randomness that is the same for the same order of the same dealer."""

    def __init__(self, order: DealerOrder) -> None:
        self._seed = f"{order.code}/{order.dealer}".encode()

    def bytes(self, n: int, /) -> bytes:
        return hashlib.blake2b(self._seed, digest_size=n).digest()


def at_us(order: DealerOrder) -> int:
    """Noon of the order's day where the dealer is."""
    return instant_of_local_iso(f"{order.day}T12:00:00", ZONE)


def uid_of(order: DealerOrder) -> bytes:
    """The document's identity: a region that starts again makes no second one."""
    return uuid7(at_us(order), _OfOrder(order))


def submit(session: Session, order: DealerOrder) -> Header:
    """Use case of the replay: one order as the file has it."""
    lines = [
        OrderLine(
            line_no=number,
            product_id=line.product,
            qty_micro=line.quantity * MICRO,
            unit_price_micro=line.price_yuan * MICRO,
            amount_minor=line.quantity * line.price_yuan * 100,
        )
        for number, line in enumerate(order.lines, start=1)
    ]
    body = OrderSubmitted(
        account_id=order.dealer,
        sales_org=SALES_ORG,
        currency="CNY",
        lines=lines,
        requested_date=order.day,
        note=order.code,
    )
    return session.append(
        body, uid=uid_of(order), happened_at_us=at_us(order), business_day=order.day
    )


def receive(session: Session, shipment: ShipmentView) -> Header:
    """Use case of the replay: everything that was announced has arrived."""
    lines = [
        ArrivedLine(
            line_no=line.line_no,
            order_line_no=line.order_line_no,
            product_id=line.product_id,
            good_micro=line.qty_micro,
            lot=line.lot,
        )
        for line in shipped_lines(session.connection, shipment.id)
    ]
    body = ReceiptPosted(
        shipment_uid=uid_bytes(shipment.id),
        order_uid=uid_bytes(shipment.order_id),
        account_id=shipment.account_id,
        from_site=shipment.from_site,
        supplier=shipment.supplier,
        lines=lines,
    )
    return session.append(body, predecessor=uid_bytes(shipment.id))


def main() -> int:
    """Submit the region's orders, or receive what was shipped to it; deliver everything."""
    chosen = _parser().parse_args()
    client = open_client(chosen.home, "desk")
    try:
        if client.store.identity is None:
            client.enrol(chosen.server, chosen.code)
            try_sync(client)
        if chosen.receive:
            _receive_all(client)
        else:
            _submit_all(client, chosen)
        return deliver(client)
    finally:
        client.close()


def _submit_all(client: Client, chosen: argparse.Namespace) -> None:
    dealers = set(chosen.dealers.read_text(encoding="utf-8").split())
    query = select(journal.c.uid)
    known = set(client.store.read(lambda connection: connection.execute(query).scalars().all()))
    orders = read_orders(chosen.file).orders[: chosen.limit or None]
    written = 0
    for order in orders:
        if order.dealer not in dealers:
            continue
        if uid_text(uid_of(order)) not in known:
            client.store.write(submit, order)
        written += 1
        if written % 20 == 0:
            print(f"written {written}", flush=True)
        if written % SYNC_EVERY == 0:
            try_sync(client)
    print(f"finished {written}", flush=True)


def _receive_all(client: Client) -> None:
    identity = client.store.identity
    assert identity is not None
    try_sync(client)
    written = 0
    for shipment in client.store.read(lambda c: awaited(c, identity.site_id)):
        client.store.write(receive, shipment)
        written += 1
    print(f"finished {written}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.replay.region", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--server", required=True)
    parser.add_argument("--code", required=True)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--dealers", type=Path, required=True, help="the region's dealer codes")
    parser.add_argument("--receive", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
