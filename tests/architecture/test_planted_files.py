"""Each house rule finds a breach planted for it, and leaves the honest neighbour alone."""

import pytest

from tests.architecture.checker import RULES, findings, unexcused
from tests.architecture.source import parse

# (rule, path, text): the text breaks exactly this rule when it stands at this path.
PLANTED = [
    # Rooms of an area.
    ("core-imports", "shared/core/text.py", "import pypinyin"),
    ("core-imports", "shared/core/money.py", "from shared.journal.document import Document"),
    ("core-imports", "shared/core/money.py", "from ..journal import document"),
    ("unknown-room", "shared/sales/helpers.py", "x = 1"),
    ("unknown-room", "desktop/sales/helpers.py", "x = 1"),
    ("area-init", "shared/sales/__init__.py", "from shared.sales.documents import Sale"),
    ("area-init", "shared/sales/__init__.py", "from . import posting"),
    ("room-imports", "shared/pricing/rules.py", "import msgspec"),
    ("room-imports", "shared/pricing/rules.py", "from shared.pricing.tables import price"),
    ("room-imports", "shared/pricing/rules.py", "from shared.pricing import documents"),
    ("room-imports", "shared/pricing/rules.py", "from . import documents"),
    ("room-imports", "shared/pricing/rules.py", "from .documents import PriceList"),
    ("room-imports", "shared/pricing/rules.py", "from shared.catalog.rules import pack"),
    ("room-imports", "shared/pricing/rules.py", "from shared.journal.kind import Kind"),
    ("room-imports", "shared/pricing/rules/logic.py", "from shared.pricing import tables"),
    ("room-imports", "shared/sales/documents.py", "from shared.sales.tables import sale"),
    ("room-imports", "shared/sales/documents.py", "from shared.stock.posting import move"),
    ("room-imports", "shared/sales/documents.py", "import sqlalchemy as sa"),
    ("room-imports", "shared/sales/tables.py", "from shared.sales.posting import post"),
    ("room-imports", "shared/sales/tables.py", "from shared.sales.queries import by_day"),
    ("room-imports", "shared/sales/documents.py", "from shared.stock import queries"),
    ("room-imports", "shared/sales/posting.py", "import httpx"),
    ("room-imports", "shared/sales/posting.py", "import shared.stock"),
    ("room-imports", "shared/sales/queries.py", "from shared.sales.posting import post"),
    (
        "room-imports",
        "shared/sales/queries.py",
        "def f() -> None:\n    from shared.sales import posting",
    ),
    ("room-imports", "shared/sales/posting.py", "from shared.sales.kinds import KINDS"),
    ("room-imports", "shared/sales/kinds.py", "from shared.stock.kinds import KINDS"),
    ("post-state", "shared/sales/posting.py", "def post_sale(connection, header, sold): ..."),
    (
        "post-state",
        "shared/sales/posting.py",
        "def post(header: Header, body: Sale, *, db: sa.Connection) -> None: ...",
    ),
    # Clock, randomness, threads, input and output.
    ("clock", "shared/core/clock.py", "import time"),
    ("clock", "shared/core/clock.py", "from time import monotonic"),
    ("clock", "shared/sales/rules.py", "import datetime\nt = datetime.datetime.now()"),
    ("clock", "shared/sales/rules.py", "from datetime import datetime\nt = datetime.now(tz=None)"),
    ("clock", "shared/sales/rules.py", "from datetime import date\nt = date.today()"),
    ("clock", "shared/sales/tables.py", "from sqlalchemy import func\nt = func.now()"),
    ("randomness", "shared/core/ids.py", "import random"),
    ("randomness", "shared/core/ids.py", "from secrets import token_bytes"),
    ("randomness", "shared/core/ids.py", "import uuid\nu = uuid.uuid4()"),
    ("randomness", "shared/core/ids.py", "from uuid import uuid4\nu = uuid4()"),
    ("randomness", "shared/journal/signing.py", "k = ed25519.Ed25519PrivateKey.generate()"),
    ("threads", "shared/sync/push.py", "import threading"),
    ("threads", "shared/sync/push.py", "import asyncio"),
    ("threads", "shared/sync/push.py", "from concurrent.futures import Future"),
    ("io", "shared/sync/push.py", "import os"),
    ("io", "shared/sync/push.py", "import os.path"),
    ("io", "shared/sync/push.py", "import socket"),
    ("io", "shared/sync/push.py", "from pathlib import Path"),
    ("io", "shared/sync/push.py", "f = open('x')"),
    ("io", "shared/sync/push.py", "import io\nf = io.open('x')"),
    ("io", "shared/sync/push.py", "print('x')"),
    ("io", "shared/areas.py", "m = __import__('os')"),
    # Floats near amounts.
    ("float", "shared/pricing/rules.py", "def net(rate: float) -> int: ..."),
    ("float", "shared/pricing/rules.py", "x = float('1.5')"),
    ("float", "shared/pricing/rules.py", "x = 0.5"),
    ("float", "shared/pricing/rules.py", "x = 1e6"),
    ("float", "shared/pricing/rules.py", "x = a / b"),
    ("float", "shared/pricing/rules.py", "x = 1\nx /= 2"),
    ("float", "shared/pricing/rules.py", "x = 10 ** -6"),
    ("float", "shared/pricing/rules.py", "import math\nx = math.floor(y)"),
    ("float", "shared/pricing/rules.py", "from math import sqrt"),
    ("float", "shared/pricing/rules.py", "from operator import truediv"),
    ("float", "shared/pricing/rules.py", "import operator\nx = operator.truediv(1, 2)"),
    ("float", "shared/pricing/rules.py", "import statistics"),
    ("float", "shared/pricing/rules.py", "x = moment.timestamp()"),
    ("float", "shared/pricing/rules.py", "x = gap.total_seconds()"),
    ("float", "shared/pricing/rules.py", "x = datetime.fromtimestamp(5, tz=UTC)"),
    ("float", "shared/pricing/tables.py", "from sqlalchemy import Numeric"),
    ("float", "shared/pricing/tables.py", "import sqlalchemy as sa\nc = sa.Float()"),
    ("float", "shared/pricing/queries.py", "from sqlalchemy import func\nx = func.avg(c)"),
    ("float-amount", "desktop/sales/model.py", "x = line.total_minor / 100"),
    ("float-amount", "desktop/sales/model.py", "x = float(qty_micro)"),
    ("float-amount", "sync_server/http/app.py", "x = total_minor * 0.01"),
    # Qt's border.
    ("qt-room", "desktop/sales/model.py", "from PySide6.QtCore import QObject"),
    ("qt-room", "desktop/sales/usecases.py", "import PySide6"),
    ("qt-room", "desktop/store/writer.py", "from PySide6 import QtCore"),
    ("qt-room", "desktop/headless/main.py", "import qasync"),
    ("qt-room", "desktop/devices/scanner.py", "from PySide6.QtCore import QObject"),
    ("qt-room", "sync_server/http/app.py", "import PySide6.QtCore"),
    ("qt-widgets", "desktop/runtime/scan_filter.py", "from PySide6.QtWidgets import QApplication"),
    ("qt-widgets", "desktop/runtime/scan_filter.py", "from PySide6 import QtWidgets"),
    ("event-loop", "desktop/sales/view.py", "dialog.exec()"),
    ("event-loop", "desktop/sales/view.py", "self.menu().exec_(point)"),
    ("event-loop", "desktop/app/main.py", "application.exec()"),
    ("event-loop", "desktop/sales/view.py", "QMessageBox.question(self, '?', '?')"),
    ("event-loop", "desktop/sales/view.py", "QtWidgets.QFileDialog.getOpenFileName(self)"),
    ("event-loop", "desktop/ui/scan.py", "QCoreApplication.processEvents()"),
    ("event-loop", "desktop/sales/view.py", "loop = QEventLoop()"),
    ("event-loop", "desktop/sales/view.py", "from qasync import asyncSlot"),
    ("event-loop", "desktop/sales/view.py", "import asyncio\nasyncio.run(work())"),
    ("event-loop", "desktop/ui/table.py", "loop.run_until_complete(work())"),
    ("event-loop", "desktop/ui/table.py", "import asyncio\nasyncio.create_task(work())"),
    # Errors.
    ("broad-except", "desktop/store/writer.py", "try:\n    f()\nexcept Exception:\n    pass"),
    ("broad-except", "sync_server/sync/push.py", "try:\n    f()\nexcept:\n    g()"),
    (
        "broad-except",
        "shared/sync/push.py",
        "try:\n    f()\nexcept (OSError, BaseException) as e:\n    raise Gone from e",
    ),
]

HONEST = [
    ("shared/core/money.py", "from decimal import Decimal\nfrom shared.core.errors import X"),
    ("shared/core/money.py", "def share(total_minor: int) -> int:\n    return total_minor // 2"),
    ("shared/core/ids.py", "import math\nfrom uuid import UUID\nx = math.isqrt(9)"),
    ("shared/pricing/rules.py", "from . import rules\nfrom shared.core.money import Money"),
    ("shared/pricing/documents.py", "import msgspec\nfrom shared.pricing.rules import resolve"),
    ("shared/sales/documents.py", "from shared.pricing.rules import resolve"),
    ("shared/sales/tables.py", "import sqlalchemy as sa\nfrom shared.stock.tables import move"),
    (
        "shared/sales/posting.py",
        "from shared.stock import posting\nfrom shared.sales import tables",
    ),
    ("shared/sales/posting.py", "from shared.journal.posting import Context"),
    ("shared/sales/posting.py", "from shared.stock.queries import below_zero"),
    ("shared/sales/posting.py", "def review_sales(connection: Connection) -> None: ..."),
    ("shared/reporting/queries.py", "from shared.sales.queries import by_day"),
    ("shared/sales/rules.py", "def open_shift() -> None: ...\nshift.open()\nopen_shift()"),
    ("shared/sales/rules.py", "statement.execute()"),
    ("shared/sales/__init__.py", '"""Selling."""'),
    ("shared/sales/kinds.py", "from shared.sales import documents, posting, queries"),
    ("shared/areas.py", "from shared.sales import documents, posting, tables"),
    ("desktop/sales/view.py", "from PySide6.QtWidgets import QWidget\nself.tasks.start(pay())"),
    ("desktop/runtime/loop.py", "from qasync import QEventLoop\nasyncio.create_task(work())"),
    (
        "desktop/runtime/tasks.py",
        "try:\n    f()\nexcept Exception as problem:\n    report(problem)",
    ),
    ("desktop/store/writer.py", "try:\n    f()\nexcept BaseException:\n    undo()\n    raise"),
    ("desktop/store/engine.py", "connection.execute(statement)"),
    ("desktop/ui/charts.py", "x = width / 2\ny = 0.5 * height"),
    ("sync_server/http/app.py", "import os, time\ntimeout_s = 0.5"),
    ("desktop/store/files.py", "path = folder / 'journal'"),
]


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED)
def test_a_planted_breach_is_found(rule: str, path: str, text: str) -> None:
    assert {finding.rule for finding in findings(path, text)} == {rule}


@pytest.mark.parametrize(("path", "text"), HONEST)
def test_honest_code_passes(path: str, text: str) -> None:
    assert findings(path, text) == []


def test_every_rule_has_a_breach_planted_for_it() -> None:
    silent = set(RULES)
    for _, path, text in PLANTED:
        silent -= {rule for rule in silent if list(rule(parse(path, text)))}
    assert not silent


def test_a_finding_names_the_line() -> None:
    [finding] = findings("shared/sales/rules.py", "x = 1\n\ny = 0.5\n")
    assert finding.line == 3
    assert str(finding).startswith("shared/sales/rules.py:3: [float]")


def test_an_exception_excuses_one_rule_in_one_file_only() -> None:
    text = "f = open('journal')\nx = 0.5"
    excused = unexcused(findings("shared/journal/verify.py", text))
    assert [finding.rule for finding in excused] == ["float"]
    elsewhere = unexcused(findings("shared/journal/chain.py", text))
    assert [finding.rule for finding in elsewhere] == ["io", "float"]
