"""A till without a line, head office with its real key, and a stick between them."""

from pathlib import Path

from desktop.sync.packets import Exported, Imported, export_packet, import_packet
from shared.sync.packets import UpLetter, open_packet, read_letter
from sync_server.operations.home import Office
from sync_server.operations.packets import take_packet
from tests.integration.forks.copies import Copies
from tests.simulation.device import SimDevice


class Stick(Copies):
    """The house of copies, whose till is spoken to by packets."""

    def export(self, device: SimDevice) -> Exported:
        """What this machine writes onto the stick."""
        self.world.now_us += 1_000_000
        return export_packet(device.running, device.clock, device.randomness)

    def office_takes(self, data: bytes) -> bytes:
        """Head office takes it up and writes its answer."""
        office = Office(Path(), self.office.database, self.office.hq)
        return take_packet(office, self.office.clock, self.office.randomness, data)[2]

    def brings(self, device: SimDevice, answer: bytes) -> Imported:
        """The answer comes home."""
        return import_packet(device.running, device.clock, answer)

    def round(self, device: SimDevice) -> Imported:
        """There and back."""
        return self.brings(device, self.office_takes(self.export(device).data))

    def letter(self, data: bytes) -> UpLetter:
        """What head office reads in a packet."""
        opened = open_packet(data, b"up", self.office.hq.author.key)
        return read_letter(opened.letter, UpLetter)
