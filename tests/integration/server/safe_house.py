"""A head office with something in it, its backups' folder, and the safe its key lies in."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from sync_server.operations.backup import Made, make_backup
from sync_server.operations.drill import Drilled, drill
from sync_server.operations.home import Office, open_home
from sync_server.operations.restoring import Restored, restore
from tests.integration.server.two_shops import Place, a_sale
from tests.integration.server.world import CountingRandomness, SetClock

SECOND_US = 1_000_000


@dataclass
class SafeHouse:
    """Head office, a clock to move, a folder of backups and the safe."""

    place: Place
    folder: Path
    safe: Path
    clock: SetClock

    @property
    def office(self) -> Office:
        return self.place.office

    def sell(self, many: int = 1) -> None:
        """Sales of the first shop arrive."""
        for _ in range(many):
            assert self.place.mine.says(a_sale()) == ""

    def backup(self) -> Made:
        self.clock.at_us += SECOND_US
        return make_backup(self.office, self.folder, self.clock)

    def drill(self) -> Drilled:
        return drill(self.office, self.folder, self.clock)

    def restore(self, backup: Path, home: Path, address: str = "") -> Restored:
        self.clock.at_us += SECOND_US
        return restore(
            backup,
            home,
            key_file=self.safe,
            address=address,
            clock=self.clock,
            randomness=CountingRandomness(),
        )

    def edit(self, statement: str) -> None:
        """Somebody changes head office's database behind its back."""
        with self.office.database.write() as connection:
            connection.execute(text(statement))


def safe_house(place: Place, tmp_path: Path) -> SafeHouse:
    """A house whose key was laid into the safe."""
    safe = tmp_path / "safe" / "hq.key"
    safe.parent.mkdir()
    shutil.copyfile(place.office.home / "hq.key", safe)
    return SafeHouse(place, tmp_path / "backups", safe, SetClock())


def opened(home: Path, address: str = "") -> Office:
    return open_home(home, address, CountingRandomness())
