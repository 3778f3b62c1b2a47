"""Engines for tests: what the program compiles and the tables it makes are made once a process.

A test begins with a database of its own. Making a hundred tables, and compiling the same
statements again for a dialect of its own, would be most of its time.
"""

from typing import Any

from sqlalchemy import Engine, create_engine

from desktop.store.engine import open_writer
from desktop.store.layout import Layout
from desktop.store.migrations import migrate

_STATEMENTS_MAX = 6_000
_FIRST: dict[str, Engine] = {}
_BLANK: dict[int, tuple[Layout, Engine]] = {}


def create_sharing(*arguments: Any, **options: Any) -> Engine:
    """As ``create_engine``, with the dialect and the compiled statements of the first of its kind.

    Both belong to the program, and not to a database.
    """
    engine = create_engine(*arguments, **options)
    first = _FIRST.setdefault(engine.dialect.name, engine)
    cached: Any = first._compiled_cache
    cached.capacity = _STATEMENTS_MAX
    engine.dialect, engine._compiled_cache = first.dialect, cached
    return engine


def a_writer(layout: Layout) -> Engine:
    """As ``open_writer(None)``: a database in memory, with all tables of the layout already."""
    engine = open_writer(None)
    driver_of(_blank(layout)).backup(driver_of(engine))
    return engine


def _blank(layout: Layout) -> Engine:
    if id(layout) not in _BLANK:
        engine = open_writer(None)
        with engine.begin() as connection:
            migrate(connection, layout)
        _BLANK[id(layout)] = layout, engine
    return _BLANK[id(layout)][1]


def driver_of(engine: Engine) -> Any:
    """The driver's connection of an engine that has one."""
    with engine.connect() as connection:
        return connection.connection.dbapi_connection
