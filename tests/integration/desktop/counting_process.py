"""A counter's program in a process of its own, which scans until somebody kills it.

Run as ``python -m tests.integration.desktop.counting_process HOME``: it founds a shop there,
begins a count and scans the same piece again and again; each line it prints is a scan it has
answered.
"""

import asyncio
import sys
from pathlib import Path

from desktop.app.areas import LAYOUT
from desktop.app.client import Client
from desktop.app.system import SystemClock, SystemRandomness
from desktop.stocktake.model.counting import CountingModel
from desktop.stocktake.usecases import Zone, open_count
from desktop.store.desk import Desk
from desktop.sync.credentials import FileKeyStore
from shared.channel.rules import founder_id
from shared.core.rounding import MICRO
from shared.stocktake.rules import CountScope, label_text
from tests.builders.founded_shop import CREAM, open_for_business


def a_client(home: Path) -> Client:
    """A client that finds its key again after it was killed."""
    randomness = SystemRandomness()
    return Client.open(
        home,
        LAYOUT,
        clock=SystemClock(),
        randomness=randomness,
        keys=FileKeyStore(home / "keys", randomness),
        ballast_bytes=4096,
    )


async def main(home: Path) -> None:
    """Scan for ever."""
    client = a_client(home)
    open_for_business(client)
    identity = client.store.identity
    assert identity is not None
    client.store.author_id = founder_id(identity.site_id)
    desk = Desk(client.store)
    header = await desk.do(open_count, CountScope.FULL, [Zone(zone_id="A")])
    model = CountingModel(desk, identity.site_id, client.store.author_id)
    model.scan(label_text(header.number, "A"))
    while True:
        model.scan(CREAM)
        assert model.in_hand is not None
        print(model.in_hand.qty_micro // MICRO, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
