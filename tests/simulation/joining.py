"""A shop that founded itself asks head office to take it in, and either end may break off."""

from sqlalchemy.exc import DBAPIError

from desktop.sync.founding import join
from shared.core.errors import QutongError, Unavailable
from shared.sync.messages import EnrolAnswer, Join, pack, unpack
from tests.simulation.device import SimDevice, seed_of
from tests.simulation.edges import Crash
from tests.simulation.stage import Broken, Stage

_LOST = 0.25


class KeyOf:
    """The one key of a simulated device, as a key store."""

    def __init__(self, device_id: str) -> None:
        self._seed = seed_of(device_id)

    def load(self, _name: str) -> bytes | None:
        """Its seed."""
        return self._seed

    def save(self, _name: str, _seed: bytes) -> None:
        """It is there already."""

    def forget(self, _name: str) -> None:
        """A simulated machine that was revoked is not started again."""


def try_to_join(stage: Stage, device: SimDevice, *, is_calm: bool = False) -> None:
    """One try; the request, the answer or either process may be lost in it.

    Raises Broken when head office refuses.
    """

    def send(message: Join) -> EnrolAnswer:
        if not is_calm and (device.is_cut_off or stage.chance.random() < _LOST):
            raise Unavailable("NETWORK")
        try:
            data = stage.office.handle(device.name, "/join", pack(message))
        except Crash as crash:
            place = stage.office.disk.fuse.blown[-1]
            stage.fire(f"server crash {place}")
            raise Unavailable("NETWORK") from crash
        except DBAPIError as why:
            if not stage.office.disk.fuse.failed:
                raise
            raise Unavailable("NETWORK") from why
        if not is_calm and stage.chance.random() < _LOST:
            stage.fire("answer to joining lost")
            raise Unavailable("NETWORK")
        return unpack(data, EnrolAnswer)

    def act() -> None:
        code = stage.house.join_code
        try:
            join(device.running, KeyOf(device.name), send, code=code, server_url="sim")
        except QutongError as why:
            stage.say(device.name, "joining over", why)
            if why.code != "NETWORK" and not device.has_failed(why.code):
                raise Broken("join", f"{device.name}: {why}") from why
            return
        stage.fire("joined again" if device.is_forgotten else "joined")
        device.has_joined_again |= device.is_forgotten
        device.is_forgotten = False
        stage.say(device.name, "joined")

    stage.guarded(device, act)
