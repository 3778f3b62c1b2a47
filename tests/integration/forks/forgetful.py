"""Head office with a backup of before somebody came: restored to it, it knows them no more."""

from sqlalchemy import select

from desktop.sync.enrolment import enrol
from desktop.sync.founding import join
from shared.journal.document import Body
from shared.journal.tables import journal
from shared.sync.messages import Enrol, EnrolAnswer, Join, pack, unpack
from sync_server.enrolment.codes import consume, make_code
from sync_server.sync.head_office import draft_of, publish
from tests.integration.forks.copies import Copies
from tests.simulation.device import Place, SimDevice
from tests.simulation.edges import new_disk
from tests.simulation.head_office import HQ_KEY
from tests.simulation.house import PLACES
from tests.simulation.joining import KeyOf

DAY_US = 86_400_000_000


class Forgetful(Copies):
    """Head office with a backup of before anybody new came, and one of its desks."""

    def __init__(self) -> None:
        super().__init__()
        place = next(one for one in PLACES if one.device_type == "hq")
        self.desk = SimDevice.make(place, self.house.synced[place.device_id], self.world, "desk")
        self.backup = new_disk(self.office.disk)
        self.made_at_us = self.world.now_us
        self.world.now_us += 1_000_000

    def restore(self) -> None:
        """A day later head office is what it was before."""
        self.world.now_us += DAY_US
        self.office.restore(self.backup, self.made_at_us)

    def new(self, place: Place) -> SimDevice:
        return SimDevice.make(place, self.house.empty, self.world, "new")

    def code(self, tag: str = "03") -> str:
        with self.office.database.write() as connection:
            return make_code(
                connection,
                self.office.randomness,
                device_type="till",
                site_id="SH01",
                tag=tag,
                now_us=self.world.now_us,
            )

    def enrol(self, device: SimDevice, code: str) -> None:
        keys, chance = KeyOf(device.name), device.randomness
        enrol(device.running, keys, chance, self._enrolled, code=code, server_url="sim")

    def _enrolled(self, message: Enrol) -> EnrolAnswer:
        now_us, hq = self.world.now_us, self.office.hq
        with self.office.database.write() as connection:

            def write_down(body: Body, site_id: str) -> None:
                publish(connection, hq, [draft_of(hq, body, now_us, site_id=site_id)], now_us)

            body = consume(connection, message, now_us, write_down)
        return EnrolAnswer(
            device_id=body.device_id,
            device_type=body.device_type,
            site_id=body.site_id,
            tag=body.tag,
            incarnation=1,
            epoch=hq.epoch,
            hq_public_key=HQ_KEY.public,
            server_time_us=now_us,
            nonce="",
        )

    def join(self, device: SimDevice) -> None:
        def send(message: Join) -> EnrolAnswer:
            return unpack(self.office.handle(device.name, "/join", pack(message)), EnrolAnswer)

        code = self.house.join_code
        join(device.running, KeyOf(device.name), send, code=code, server_url="sim")

    def verdicts(self, device: SimDevice) -> dict[str, list[str]]:
        """What became of its documents at head office, by uid."""
        c = journal.c
        query = select(c.uid, c.verdict).where(c.device_id == device.name).order_by(c.n)
        found: dict[str, list[str]] = {}
        with self.office.database.read() as connection:
            for row in connection.execute(query):
                found.setdefault(row.uid, []).append(row.verdict)
        return found

    def release(self) -> None:
        for one in (self.till, self.desk):
            one.release()
        self.office.disk.release()
