"""Head office's side of taking in a shop that founded itself."""

from sqlalchemy import Connection

from shared.journal.document import Body
from shared.sync.messages import Push
from sync_server.enrolment.joining import Door
from sync_server.store.devices import find_device
from sync_server.sync import push
from sync_server.sync.head_office import HeadOffice, draft_of, publish


def door_of(connection: Connection, hq: HeadOffice, now_us: int) -> Door:
    """Head office's side of taking a founded shop in, within one transaction."""

    def write_down(body: Body, site_id: str) -> None:
        publish(connection, hq, [draft_of(hq, body, now_us, site_id=site_id)], now_us)

    def ingest(device_id: str, first: Push) -> str:
        device = find_device(connection, device_id)
        assert device is not None, "was written down just before"
        verdicts = push.ingest(connection, hq, device, first, now_us).verdicts
        return next((one.code for one in verdicts), "")

    return Door(registry=hq.replica.registry, publish=write_down, ingest=ingest)
