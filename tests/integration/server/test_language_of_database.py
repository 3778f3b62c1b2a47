"""PostgreSQL set up in somebody's language still compares ids by their bytes, as SQLite does."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from sqlalchemy import Connection, text

from shared.areas import SCHEMA
from shared.journal.document import Write
from shared.pricing.tables import LOCAL
from shared.reporting.queries.behind import late_sales
from shared.sales.queries import sale_with_lines
from shared.sales.queries.promoting import stored_applied
from shared.stock.queries import holdings
from shared.sync.replica import apply_writes, everything
from sync_server.store.engine import Database, open_database
from sync_server.store.migrations import STEPS, migrate, schema_version, tell
from tests.builders.documents import NOON_US
from tests.integration.postgres import running_postgres

pytestmark = pytest.mark.postgres

ENGLISH = "en_US.UTF-8"
SALE = "a" * 32
WRITES = (
    Write("site", "SH01", {"name": "SH01", "zone": "Asia/Shanghai"}),
    Write("price_version", "V2", {"sales_org_id": "FX", "number": 2, "effective_at_us": 1,
                                  "steps": "[]"}),
    Write("sale", SALE, {"site_id": "SH01", "device_id": "T", "currency": "CNY",
                         "business_day": "2025-11-03", "happened_at_us": NOON_US}),
    Write("sale_line", f"{SALE}:l:1", {"document": SALE, "product_id": "P1", "price_version": 1,
                                       "qty_micro": 1_000_000}),
    Write("policy_use", f"{SALE}:policy:ten", {"policy_id": "ten", "saving_minor": 5}),
    Write("stock_move", f"{SALE}:m:1", {"product_id": "P1", "qty_micro": 1, "site_id": "SH01",
                                        "from_location": "supplier",
                                        "to_location": "site/SH01/sellable"}),
)  # fmt: skip


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Head office's database on a server that sorts as a dictionary of English does."""
    if shutil.which("localedef") is None or not Path("/usr/share/i18n/locales/en_US").exists():
        pytest.skip("no locale can be made here")
    with TemporaryDirectory(prefix="qutong-locale-") as folder:
        # The server is another user's, who has to come in.
        Path(folder).chmod(0o755)
        made = str(Path(folder) / ENGLISH)
        subprocess.run(["localedef", "-i", "en_US", "-f", "UTF-8", made], check=True)
        monkeypatch.setenv("LOCPATH", folder)
        with running_postgres() as server:
            yield from _opened(server)


def _opened(server: str) -> Iterator[Database]:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE english TEMPLATE template0 ENCODING 'UTF8'"
            f" LOCALE_PROVIDER libc LOCALE '{ENGLISH}'"
        )
    before, _, after = server.partition("/postgres?")
    address = f"{before.replace('postgresql:', 'postgresql+psycopg:')}/english?{after}"
    opened = open_database(address)
    with opened.write() as connection:
        migrate(connection, SCHEMA, LOCAL)
    yield opened
    opened.close()


def found(connection: Connection) -> Sequence[int]:
    """How much each look-up by a range of ids finds."""
    sold = sale_with_lines(connection, SALE)
    assert sold is not None
    return (
        len(sold[1]),
        len(stored_applied(connection, SALE)),
        len(holdings(connection, "SH01")),
        len(late_sales(connection, "SH01", "FX", 2)),
    )


def between(connection: Connection) -> int:
    """The lines of the sale by a range of ids, as the database itself compares."""
    lines = text("SELECT count(*) FROM sale_line WHERE id >= :first AND id < :last")
    said = {"first": f"{SALE}:l:", "last": f"{SALE}:l:\uffff"}
    return int(connection.execute(lines, said).scalar_one())


def test_ranges_of_ids_are_the_same_whatever_language_the_server_speaks(
    database: Database,
) -> None:
    with database.write() as connection:
        apply_writes(connection, SCHEMA, WRITES, slot=0, owns=everything)
        assert found(connection) == (1, 1, 1, 1)
        # As a program before this one made them.
        for table in ("sale", "sale_line", "policy_use", "stock_balance"):
            for column in ("id", "document", "end"):
                if column in SCHEMA[table].table.c if table in SCHEMA else column == "end":
                    connection.execute(text(
                        f'ALTER TABLE {table} ALTER COLUMN "{column}" TYPE text COLLATE "default"'
                    ))  # fmt: skip
        assert between(connection) == 0

    with database.write() as connection:
        tell(connection, "schema_version", str(len(STEPS) - 1))
        migrate(connection, SCHEMA, LOCAL)
        assert schema_version(connection) == len(STEPS)
        assert (between(connection), *found(connection)) == (1, 1, 1, 1, 1)
        left = "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public'"
        asked = text(f"{left} AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'")
        assert connection.execute(asked).scalar_one() == 0
