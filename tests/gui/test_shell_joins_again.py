"""Head office is restored to before a shop joined; its owner reads that and joins again (R07)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from desktop.app.founding import join
from desktop.app.program import Program
from desktop.shell.news import summary
from desktop.ui.theme import Tone
from shared.journal.tables import journal
from sync_server.http.serve import service_of
from sync_server.operations.backup import make_backup
from sync_server.operations.edges import SystemClock, SystemRandomness
from sync_server.operations.home import open_home
from sync_server.operations.restoring import restore
from tests.builders.founded_shop import new_client, open_for_business
from tests.builders.hands import Hands, until
from tests.fakes.keys import MemoryKeyStore
from tests.gui.shop_hands import live
from tests.gui.test_shell_first_run import page_of, standing, type_into
from tests.integration.desktop.served_brand import HeadOffice, served
from tests.integration.server.wire import running


def test_an_owner_joins_a_head_office_that_forgot_the_shop(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    client = new_client(tmp_path / "shop", keys)
    owner = open_for_business(client).user_id
    with served(tmp_path) as office:
        backup = make_backup(office.office, tmp_path / "backups", SystemClock()).path
        join(client, office.url, office.invite())
        client.sync()
    written = client.store.read(lambda one: one.execute(select(func.count(journal.c.n))).scalar())
    with _restored(tmp_path, backup) as again:
        client.store.on_writer(lambda local: local.change_identity(server_url=again.url))
        before = client.store.identity
        client.close()
        code = again.invite()

        async def script(program: Program) -> None:
            program.sign_in(owner)
            await until(lambda: program.window)
            await until(lambda: standing(program).is_forgotten)
            assert standing(program).tone is Tone.BAD, "somebody has to do something"
            told = " ".join(summary(program.words, standing(program)))
            assert program.words.sentence("DEVICE_NOT_KNOWN") in told
            hands = Hands(program)
            await hands.keys("F12")
            await hands.keys("J")
            await until(lambda: program.gate)
            type_into(program, address=again.url, code=code)
            page = page_of(program)
            page._hand_in()  # type: ignore[attr-defined]
            await until(lambda: page.model.step == "joined")  # type: ignore[attr-defined]
            assert program.client.store.identity is not None
            assert before is not None
            assert program.client.store.identity.device_id == before.device_id
            await until(lambda: standing(program).unsent == 0 and not standing(program).trouble)

        live(tmp_path / "shop", script, keys)
        with again.office.database.read() as connection:
            assert before is not None
            mine = journal.c.device_id == before.device_id
            query = select(func.count(journal.c.n)).where(mine, journal.c.verdict == "stored")
            assert connection.execute(query).scalar() == written


@contextmanager
def _restored(tmp_path: Path, backup: Path) -> Iterator[HeadOffice]:
    """Another machine made from the backup and the key in the safe."""
    clock, randomness = SystemClock(), SystemRandomness()
    home = tmp_path / "again"
    safe = tmp_path / "server" / "hq.key"
    restore(backup, home, key_file=safe, address="", clock=clock, randomness=randomness)
    office = open_home(home, "", randomness)
    with running(service_of(office, clock, randomness)) as url:
        yield HeadOffice(office, url)
    office.database.close()
