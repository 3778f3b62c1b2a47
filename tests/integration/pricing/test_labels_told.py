"""Labels printed by one device of a shop are known to the other and to head office (B07)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app.client import Client
from desktop.pricing.usecases import publish_prices
from desktop.pricing.usecases.labels import note_labels
from shared.pricing.queries.labels import LabelsDue, labels_due
from shared.pricing.rules import RETAIL, PriceRow, retail_ratio
from tests.integration.desktop.served_brand import HeadOffice, served
from tests.integration.pricing.test_costs_stay import CREAM, PEOPLE, enrolled


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HeadOffice]:
    with served(tmp_path) as made:
        made.publish(*PEOPLE)
        yield made


def _due(client: Client) -> LabelsDue:
    now_us = client.clock.now_us()
    (due,) = client.store.read(lambda one: labels_due(one, "SH01", now_us))
    return due


def test_a_job_that_one_till_has_printed_is_done_on_the_other(
    tmp_path: Path, office: HeadOffice
) -> None:
    desk = enrolled(tmp_path / "desk01", office, "hq", "", "boss")
    first = enrolled(tmp_path / "till01", office, "till", "SH01", "wang")
    second = enrolled(tmp_path / "till02", office, "till", "SH01", "wang")
    every = (desk, first, second)
    try:
        rows = [PriceRow(CREAM, "", RETAIL, unit_price_micro=99_000_000)]
        desk.store.write(
            publish_prices, "FX", rows, retail_ratio(), approver_id="second", prints_labels=True
        )
        for client in every:
            client.sync()
        due = _due(first)
        assert due.is_open
        assert _due(second) == due
        first.store.write(note_labels, due, 1, 3)
        for client in (first, second, desk):
            client.sync()
        told = _due(second)
        assert not told.is_open
        assert [(one.device_id, one.labels) for one in told.prints] == [("SH01.01", 3)]
        assert _due(desk).prints == told.prints
    finally:
        for client in every:
            client.close()
