"""T58: nobody writes into a shop's books but its own people, or by a document the shop sees."""

import random
from pathlib import Path

from sqlalchemy import text

from shared.areas import REGISTRY, SCHEMA
from shared.ordering.documents import OrderLine, OrderSubmitted, ShipmentPosted, ShippedLine
from shared.stock.documents import MoveLine, Movement
from sync_server.operations.verify import faults
from tests.attack.foreign_books import aim, unseen_rows
from tests.attack.house import account_id, house

DEVICES = ("S001.01", "S003.02", "S003.03", "DL01.01", "HQ01.01", "hq.01")


def test_no_kind_of_document_writes_into_anothers_books(tmp_path: Path) -> None:
    with house(tmp_path, shops=3) as made:
        found = aim(made, random.Random(58), DEVICES, each=1)
        with made.office.database.read() as connection:
            unseen = unseen_rows(connection)
            wrong = list(faults(connection, REGISTRY, SCHEMA, made.office.hq.author.key.public))
    assert found.hits == []
    assert unseen == []
    assert wrong == []
    assert found.documents >= 300
    assert found.kept["FOREIGN_SITE"] > 10, "they were really aimed"


def test_a_dealer_writes_no_debt_into_the_books_of_who_is_not_their_customer(
    tmp_path: Path,
) -> None:
    """Goods sent without an order stand, as facts do; in a stranger's account they do not."""

    def shipped(supplier: str, number: int) -> ShipmentPosted:
        line = ShippedLine(
            line_no=1, order_line_no=1, product_id="P1", qty_micro=1_000_000, amount_minor=900
        )
        return ShipmentPosted(
            order_uid=bytes(16),
            account_id=account_id(number),
            to_site="S002",
            currency="CNY",
            lines=[line],
            supplier=supplier,
        )

    with house(tmp_path, shops=3) as made:
        dealer, stranger = made.ends["DL01.01"], made.ends["S003.02"]
        assert stranger.says(shipped(account_id(3), 2), author_id="owner3") == "FOREIGN_END"
        assert dealer.says(shipped("DL", 3), author_id="dealer") == "FOREIGN_END"
        assert dealer.says(shipped("DL", 2), author_id="dealer") == ""


def test_who_orders_of_themselves_stands_once_in_their_own_scope(tmp_path: Path) -> None:
    """Two parties that are one: counted twice, the scope's digest would never be right again."""
    with house(tmp_path, shops=3) as made:
        order = OrderSubmitted(
            account_id=account_id(3),
            supplier=account_id(3),
            sales_org="FX",
            currency="CNY",
            lines=[OrderLine(line_no=1, product_id="P1", qty_micro=1_000_000)],
        )
        made.till(3).says(order, author_id="owner3")
        with made.office.database.read() as connection:
            key = made.office.hq.author.key.public
            assert list(faults(connection, REGISTRY, SCHEMA, key)) == []


def test_a_movement_names_no_way_of_others(tmp_path: Path) -> None:
    with house(tmp_path, shops=3) as made:
        till = made.till(3)
        for way in ("transit/S001/S002", "transit/S003/S002"):
            moved = Movement(
                movement_type="x",
                from_location=way,
                to_location="site/S003/-/sellable",
                lines=[MoveLine(product_id="P1", qty_micro=0)],
            )
            assert till.says(moved, author_id="owner3") == "POSTING_FAILED"


def test_a_row_written_past_all_documents_is_found(tmp_path: Path) -> None:
    """Whoever holds the database's password can write into it; not without being found."""
    with house(tmp_path, shops=1) as made:
        with made.office.database.write() as connection:
            connection.execute(
                text("UPDATE stock_balance SET came_in = came_in + 1 WHERE end LIKE 'site/S001/%'")
            )
        with made.office.database.read() as connection:
            found = list(faults(connection, REGISTRY, SCHEMA, made.office.hq.author.key.public))
    assert found != []
