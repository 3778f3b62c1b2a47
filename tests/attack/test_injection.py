"""T53: SQL, patterns and search syntax in every field are text, and find nothing more than text."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, func, inspect, select

from shared.accounts.queries import find_customers
from shared.areas import REGISTRY
from shared.catalog.documents import CataloguePublished, Product, ProductBarcode
from shared.catalog.search import search
from shared.core.text import normal
from shared.journal.kind import Kind
from shared.journal.tables import journal
from shared.members.queries import find_members
from shared.reporting.queries.detail import REPORTS
from shared.reporting.queries.finding import find_documents, find_people
from shared.sync.messages import AskReport, ReportPage, pack, unpack
from tests.attack.aiming import Aim
from tests.attack.house import House, house
from tests.builders.masters import an_office
from tests.integration.server.two_shops import Till

PAYLOADS = (
    "'", '"', "''", "' OR '1'='1", '" OR ""="', "1; DROP TABLE journal; --", "x') OR 1=1 --",
    "' UNION SELECT name, 1 FROM sqlite_master --", "%", "_", "%' ESCAPE '", "\\", "\\'", "*", "a*",
    "NEAR(a b)", "a AND b", "a OR b", "NOT a", "(", ")", '"a" "b', "^a", "col:a", "{a b}:c", "a-b",
    ":p", ":1", "?", "$1", "%s", "%(p)s", "{0}", "\u2019 or 1=1", "0x27", "; PRAGMA user_version=9",
    "\x1f", "a\x1fb\x1fc", "\u0000", "1e999", "-1", "9" * 40, "\uffff", "\U0010ffff",
)  # fmt: skip


_ENCODER = msgspec.msgpack.Encoder()


def _filled(value: Any, text: str) -> Any:
    """The same fields with this text in every place that holds one."""
    if isinstance(value, str):
        return text
    if isinstance(value, list | tuple):
        return [_filled(one, text) for one in value]
    return value


def _tables(made: House) -> list[str]:
    with made.office.database.read() as connection:
        return sorted(inspect(connection).get_table_names())


def test_every_text_of_every_document_is_text(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(53)
    with house(tmp_path, shops=2) as made:
        tables, end = _tables(made), made.till(1)
        aim = Aim(made, end, chance)
        for payload in chance.sample(PAYLOADS, 10):
            first = len(end.slots) + 1
            for kind in REGISTRY:
                header, body = msgspec.msgpack.decode(_one(end, aim, kind))
                end.add_bytes(_ENCODER.encode((header, _filled(body, payload))))
            end.push(first)
        assert _tables(made) == tables
        with made.office.database.read() as connection:
            pushed = select(func.count()).where(journal.c.device_id == "S001.01")
            assert connection.execute(pushed).scalar() == len(end.slots)
            good = pushed.where(journal.c.verdict == "stored")
            assert (connection.execute(good).scalar() or 0) > 100, "the texts reach the tables"
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


def _one(end: Till, aim: Aim, kind: Kind) -> bytes:
    """A document of this kind in the shop's own name; the journal stays as it is."""
    body, _ = aim.document(kind)
    stored = end.add(body, author_id="owner1").stored
    end.slots.pop()
    return stored


def test_every_parameter_of_every_report_is_text(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    names = ("site_id", "business_day", "document", "product_id", "from_day", "to_day")
    with house(tmp_path, shops=1) as made:
        till = made.till(1)
        for report in sorted(REPORTS):
            for payload in PAYLOADS:
                params: dict[str, str | int] = dict.fromkeys(names, payload)
                params["site_id"] = "S001"
                for user_id, after in (("owner1", ""), ("owner1", payload), (payload, "")):
                    asked = AskReport(
                        report=report, params=params, user_id=user_id, after=after, limit=5
                    )
                    answer = till.wire.ask("/ask", pack(asked))
                    if answer.status != 200:
                        assert answer.status in {400, 403}, (report, payload)
                    elif report != "stock_of_site":
                        assert unpack(answer.body, ReportPage).rows == [], (report, payload)
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


def test_every_box_a_person_types_into_takes_text(tmp_path: Path) -> None:
    with house(tmp_path, shops=2) as made, made.office.database.read() as connection:
        assert find_members(connection, "kanarek001z"), "found by a name"
        for payload in PAYLOADS:
            if not normal(payload):
                continue
            for find in (find_members, find_people, find_documents, _customers):
                assert _found(find, connection, payload) == [], (find, payload)


def _customers(connection: Connection, text: str) -> Sequence[Any]:
    return find_customers(connection, "S001", text)


def _found(
    find: Callable[[Connection, str], Sequence[Any]], connection: Connection, text: str
) -> list[Any]:
    return list(find(connection, text))


def test_the_search_for_goods_knows_no_syntax_but_words() -> None:
    office = an_office(derives=True)
    goods = tuple(
        Product(
            code=f"{n:06d}",
            name=f"面霜{n}号",
            sales_org_ids=("FX",),
            barcodes=(ProductBarcode(barcode=f"69012345{n:05d}"),),
        )
        for n in range(40)
    )
    office.post(CataloguePublished(products=goods))
    assert search(office.connection, "面霜")
    for payload in PAYLOADS:
        # Letters that are in no name are in none with signs around them either.
        for text in (payload, f"面霜 {payload}", f"{payload} 面霜"):
            found = search(office.connection, text)
            if any(sign.isalpha() for sign in payload):
                assert found == [], (text, found)
    office.connection.close()
