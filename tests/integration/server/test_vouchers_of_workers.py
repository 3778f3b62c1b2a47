"""Two workers of head office that count the same coupon or the same member's points at once."""

import threading
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from shared.accounts.rules import Tender
from shared.areas import SCHEMA
from shared.journal.document import Value, Write
from shared.journal.kind import Answer
from shared.sales.documents import Sale, SaleLine, TenderLine
from shared.sales.posting import post_sale, review_sales
from shared.sales.rules import LineKind
from shared.sync.replica import apply_writes, everything
from shared.sync.tables import METADATA
from shared.tasks.documents import TaskOpened
from shared.vouchers.documents import CouponUse, VouchersSettled
from shared.vouchers.rules import OfferState, OnReturn, Policy
from tests.builders.documents import NOON_US, a_header
from tests.integration.postgres import new_database

pytestmark = pytest.mark.postgres

MEMBER = "MB" + 32 * "1"
BATCH: dict[str, Value] = {
    "value_minor": 1_000,
    "policy": Policy.LENIENT.value,
    "on_return": OnReturn.LOST.value,
    "state": OfferState.IN_FORCE.value,
}


@pytest.fixture
def engine(postgres_server: str) -> Iterator[Engine]:
    with new_database(postgres_server, "vouchers") as address:
        opened = create_engine(address)
        METADATA.create_all(opened, tables=SCHEMA.all_tables())
        with opened.begin() as connection:
            post(
                connection,
                [
                    Write("coupon_batch", "B1", BATCH),
                    Write("coupon", "CP1", {"batch_id": "B1"}),
                    Write("member", "m1", {"member_id": MEMBER, "site_id": "SH01"}),
                ],
            )
        yield opened
        opened.dispose()


def post(connection: Connection, writes: Sequence[Write]) -> None:
    apply_writes(connection, SCHEMA, list(writes), slot=0, owns=everything)


def a_sale(*, coupon: bool = False, customer_id: str = "", points: int = 0) -> Sale:
    """A sale of 30 yuan, 10 of them by a coupon where one is named.

    It moves no goods: two sales of one product wait for each other's balance anyhow.
    """
    tenders = [TenderLine(tender=Tender.CASH, amount_minor=2_000 if coupon else 3_000)]
    uses = []
    if coupon:
        tenders.append(TenderLine(tender=Tender.COUPON, amount_minor=1_000, reference="CP1"))
        uses.append(CouponUse(coupon_id="CP1", batch_id="B1", amount_minor=1_000, count=1))
    line = SaleLine(
        product_id="P1",
        qty_micro=1_000_000,
        unit_price_micro=30_000_000,
        amount_minor=3_000,
        kind=LineKind.SERVICE,
    )
    return Sale(
        mode="till",
        currency="CNY",
        lines=[line],
        tenders=tenders,
        total_minor=3_000,
        customer_id=customer_id,
        points_spent=points,
        coupons=tuple(uses),
    )


def ingest(connection: Connection, number: int, site_id: str, sold: Sale) -> list[Answer]:
    """What a worker does of a sale: its rows, then head office's word on them."""
    header = a_header(number, kind="sale", site_id=site_id)
    post(connection, list(post_sale(header, sold)))
    return list(review_sales(connection, [(header, sold)], NOON_US))


def two_at_once(engine: Engine, sold: Sale) -> tuple[VouchersSettled, list[Answer]]:
    """What the first worker settles, and all the second one says, which came a moment later."""
    late: list[Answer] = []

    def second() -> None:
        with engine.begin() as connection:
            late.extend(ingest(connection, 2, "SH02", sold))

    beside = threading.Thread(target=second)
    with engine.begin() as connection:
        first = ingest(connection, 1, "SH01", sold)
        beside.start()
        until_it_waits(engine, beside)
    beside.join()
    return settled(first), late


def settled(answers: Sequence[Answer]) -> VouchersSettled:
    (found,) = (one.body for one in answers if isinstance(one.body, VouchersSettled))
    return found


def test_a_coupon_two_workers_take_at_once_is_found_used_twice(engine: Engine) -> None:
    first, late = two_at_once(engine, a_sale(coupon=True))
    assert [one.uses for one in first.coupons] == [1]
    assert [one.uses for one in settled(late).coupons] == [2]
    codes = [one.body.code for one in late if isinstance(one.body, TaskOpened)]
    assert "COUPON_USED_TWICE" in codes


def test_what_a_member_spends_at_two_sites_at_once_both_of_them_hear(engine: Engine) -> None:
    _, late = two_at_once(engine, a_sale(customer_id=MEMBER, points=5))
    told = {one.site_id: one.points for one in settled(late).elsewhere}
    assert told["SH02"] == -5


def until_it_waits(engine: Engine, beside: threading.Thread) -> None:
    """Until the other worker stands before what this one holds, or went by."""
    with engine.connect() as connection:
        while beside.is_alive():
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if connection.execute(waiting).scalar_one():
                return
