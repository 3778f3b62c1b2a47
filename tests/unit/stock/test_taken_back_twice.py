"""Two devices without a line take the same movement back: both are facts, and somebody's task."""

from collections.abc import Iterator, Sequence

import pytest

from shared.areas import REGISTRY, SCHEMA
from shared.journal.document import Body
from shared.stock.documents import MoveLine, Movement, TransferReceived
from shared.stock.rules import MARK, SCRAP, location
from shared.tasks.documents import TaskOpened
from tests.builders.office import Office

HERE = location("SH01")


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office.of(REGISTRY, SCHEMA)
    yield opened
    opened.close()


def moved(start: str, end: str, reason: str = "") -> Movement:
    lines = [MoveLine(product_id="P1", qty_micro=1_000_000)]
    return Movement(
        movement_type="scrap", from_location=start, to_location=end, lines=lines, reason=reason
    )


def codes(answers: Sequence[Body]) -> list[str]:
    return [one.code for one in answers if isinstance(one, TaskOpened)]


def test_the_second_one_is_told_and_another_number_is_not(office: Office) -> None:
    back = moved(SCRAP, HERE, f"{MARK} CK-SH01-1 broken")
    assert codes(office.write(1, moved(HERE, SCRAP), site_id="SH01")) == []
    assert codes(office.write(2, back, site_id="SH01")) == []
    other = moved(SCRAP, HERE, f"{MARK} CK-SH01-11")
    assert codes(office.write(3, other, site_id="SH01")) == []
    assert codes(office.write(4, back, site_id="SH02")) == [], "another site's has that number"
    assert codes(office.write(5, back, site_id="SH01")) == ["TAKEN_BACK_TWICE"]


def test_so_is_a_transfer_that_was_received_wrongly(office: Office) -> None:
    back = TransferReceived(from_site="SH02", lines=[], note=f"{MARK} DR-SH01-1")
    assert codes(office.write(1, back, site_id="SH01")) == []
    assert codes(office.write(2, back, site_id="SH01")) == ["TAKEN_BACK_TWICE"]
