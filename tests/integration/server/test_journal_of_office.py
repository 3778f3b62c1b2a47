"""The separate verifier reads head office's own database without being told a key."""

from pathlib import Path

import pytest

from shared.channel.documents import ChannelPublished, SalesOrg
from shared.journal import verify
from sync_server.operations.home import create
from sync_server.sync.head_office import draft_of, publish
from tests.builders.documents import NOON_US
from tests.integration.server.world import CountingRandomness, SetClock


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A head office that published two documents."""
    office = create(tmp_path / "hq", "", SetClock(), CountingRandomness())
    bodies = [ChannelPublished(sales_orgs=(SalesOrg(sales_org_id=one, name=one),)) for one in "AB"]
    with office.database.write() as connection:
        publish(
            connection, office.hq, [draft_of(office.hq, body, NOON_US) for body in bodies], NOON_US
        )
    office.database.close()
    return tmp_path / "hq" / "head_office.db"


def test_head_offices_own_journal_is_proved_by_its_database_alone(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify.main([str(database)]) == 0
    assert "HQ incarnation 1: slots 1 to 2 are as written" in capsys.readouterr().out


def test_another_key_than_head_offices_is_seen(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify.main([str(database), "--key", "00" * 32]) == 1
    assert "slot 1" in capsys.readouterr().err
