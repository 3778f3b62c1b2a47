"""Counts on real rows: each line meets the book of its own instant, and its figure stands."""

from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.areas import REGISTRY, SCHEMA
from shared.closing import tables as closing_tables
from shared.core.errors import RuleViolation
from shared.journal.document import Body
from shared.journal.kind import Registry
from shared.stock import kinds as stock_kinds
from shared.stock import tables as stock_tables
from shared.stock.documents import MoveLine, Movement
from shared.stock.queries import is_opened, on_hand_micro
from shared.stock.rules import ADJUSTMENT, CUSTOMER, OPENING, SUPPLIER, location
from shared.stocktake import kinds as stocktake_kinds
from shared.stocktake import queries
from shared.stocktake import tables as stocktake_tables
from shared.stocktake.documents import (
    CountApproved,
    CountApprovedAbove,
    CountCorrected,
    CountedLine,
    CountOpened,
    CountPosted,
    CountRevealed,
    CountZone,
    PostedLine,
    RecountAsked,
    RecountLine,
    ZoneCounted,
)
from shared.stocktake.posting.answers import seal_parts
from shared.stocktake.rules import (
    ApproverLevel,
    CountAction,
    CountScope,
    CountState,
    check_approval,
    seal,
)
from shared.sync.tables import Schema
from shared.tasks import kinds as task_kinds
from shared.tasks import tables as task_tables
from shared.tasks.documents import TaskOpened
from tests.builders.documents import NOON_US, uid
from tests.builders.office import MINUTE_US, Office

PIECE = 1_000_000
HERE = location("SH01")
TEN = NOON_US
"""Ten o'clock of the count's day; ``at(5)`` is 10:05."""


def five_yuan(products: Sequence[str]) -> dict[str, int]:
    """What one piece is worth here."""
    return dict.fromkeys(products, 5 * PIECE)


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office.of(REGISTRY, SCHEMA)
    yield opened
    opened.close()


def at(minutes: int) -> int:
    return TEN + minutes * MINUTE_US


def came(qty: int, product: str = "P1") -> Movement:
    return moved(SUPPLIER, HERE, qty, product)


def sold(qty: int, product: str = "P1") -> Movement:
    return moved(HERE, CUSTOMER, qty, product)


def moved(start: str, end: str, qty: int, product: str) -> Movement:
    line = MoveLine(product_id=product, qty_micro=qty * PIECE)
    return Movement(movement_type="test", from_location=start, to_location=end, lines=[line])


def opened(
    *zones: str, scope: str = "full", mode: str = "blind", products: tuple[str, ...] = ()
) -> CountOpened:
    return CountOpened(
        scope=scope,
        mode=mode,
        zones=[CountZone(zone_id=zone, people=["li", "wang"]) for zone in zones or ("A",)],
        product_ids=list(products),
        tolerance_qty_micro=0,
    )


def sheet(
    count: int, zone: str, found: Mapping[str, int], when: int, *, is_recount: bool = False
) -> ZoneCounted:
    lines = [
        CountedLine(product_id=name, qty_micro=qty * PIECE, counted_at_us=when)
        for name, qty in found.items()
    ]
    bare = ZoneCounted(
        count_uid=uid(count), zone_id=zone, lines=lines, seal=b"", is_recount=is_recount
    )
    return ZoneCounted(
        count_uid=uid(count),
        zone_id=zone,
        lines=lines,
        seal=seal(seal_parts(bare)),
        is_recount=is_recount,
    )


def posting(office: Office, count: int, *, scope: str = "full") -> CountPosted:
    """The document the supervisor's device makes of what it knows."""
    lines = queries.variances(office.connection, uid(count).hex(), five_yuan)
    return CountPosted(
        count_uid=uid(count),
        scope=scope,
        lines=[
            PostedLine(
                product_id=line.product_id,
                counted_at_us=line.counted_at_us,
                book_micro=line.book_micro,
                counted_micro=line.counted_micro,
                unit_value_micro=line.unit_value_micro,
                value_minor=line.value_minor,
                reason="" if line.book_micro == line.counted_micro else "LOST",
            )
            for line in lines
        ],
        value_minor=sum(abs(line.value_minor) for line in lines),
    )


def a_posted_line(book: int, counted: int, when: int) -> PostedLine:
    return PostedLine(
        product_id="P1",
        counted_at_us=when,
        book_micro=book * PIECE,
        counted_micro=counted * PIECE,
    )


def stock(office: Office, place: str = HERE, product: str = "P1") -> int:
    return on_hand_micro(office.connection, place, product) // PIECE


def task_codes(answers: list[Body]) -> list[str]:
    return [answer.code for answer in answers if isinstance(answer, TaskOpened)]


# H07: selling goes on while people count


def test_a_sale_before_the_counted_instant_that_syncs_in_the_evening_is_no_variance(
    office: Office,
) -> None:
    """Book 20, 2 sold at 10:05 on a till that syncs at 18:00, counted 18 at 10:10: variance 0."""
    office.write(1, came(20), at_us=at(-60))
    office.write(2, opened(), author_id="boss", at_us=at(0))
    office.write(3, sheet(2, "A", {"P1": 18}, at(10)), author_id="li", at_us=at(12))
    body = posting(office, 2)
    assert office.write(4, body, author_id="boss", approver_id="manager", at_us=at(60)) == []
    (line,) = queries.posted_lines(office.connection, uid(2).hex())
    assert line.variance_micro == -2 * PIECE
    (correction,) = office.write(5, sold(2), device_id="till-2", at_us=at(5))
    assert isinstance(correction, CountCorrected)
    assert (correction.qty_micro, correction.because_uid) == (2 * PIECE, uid(5))
    (line,) = queries.posted_lines(office.connection, uid(2).hex())
    assert line.variance_micro == 0
    assert (stock(office), stock(office, ADJUSTMENT)) == (18, 0)


def test_a_sale_after_the_counted_instant_leaves_the_count_alone(office: Office) -> None:
    office.write(1, came(20), at_us=at(-60))
    office.write(2, opened(), author_id="boss")
    office.write(3, sheet(2, "A", {"P1": 18}, at(10)), author_id="li", at_us=at(12))
    office.write(4, posting(office, 2), author_id="boss", at_us=at(60))
    assert office.write(5, sold(2), device_id="till-2", at_us=at(11)) == []
    assert stock(office) == 16


def test_selling_between_the_counted_instant_and_the_posting_is_in_the_comparison(
    office: Office,
) -> None:
    office.write(1, came(20), at_us=at(-60))
    office.write(2, opened(), author_id="boss")
    office.write(3, sheet(2, "A", {"P1": 20}, at(10)), author_id="li", at_us=at(12))
    office.write(4, sold(3), at_us=at(30))
    (line,) = queries.variances(office.connection, uid(2).hex(), five_yuan)
    assert (line.book_micro, line.difference_micro) == (20 * PIECE, 0)


def test_a_count_made_without_knowing_a_sale_head_office_has_is_corrected_when_it_arrives(
    office: Office,
) -> None:
    """The till had synced; the counting device had not: its posted book is 20, head office's 18."""
    office.write(1, came(20), at_us=at(-60))
    office.write(2, opened(), author_id="boss")
    office.write(3, sold(2), device_id="till-2", at_us=at(5))
    posted = CountPosted(count_uid=uid(2), scope="full", lines=[a_posted_line(20, 18, at(10))])
    (correction,) = office.write(4, posted, author_id="boss", at_us=at(60))
    assert isinstance(correction, CountCorrected)
    assert correction.qty_micro == 2 * PIECE
    assert stock(office) == 18


def test_a_late_sale_before_two_counts_corrects_the_first_only(office: Office) -> None:
    office.write(1, came(20), at_us=at(-60))
    for count, minute in ((2, 10), (6, 100)):
        office.write(count, opened(), author_id="boss", at_us=at(minute - 5))
        found = sheet(count, "A", {"P1": 18}, at(minute))
        office.write(count + 1, found, author_id="li", at_us=at(minute))
        office.write(count + 2, posting(office, count), author_id="boss", at_us=at(minute + 5))
    (correction,) = office.write(20, sold(2), device_id="till-2", at_us=at(5))
    assert isinstance(correction, CountCorrected)
    assert correction.count_uid == uid(2)
    assert stock(office) == 18


_KINDS = (*stock_kinds.KINDS, *stocktake_kinds.KINDS, *task_kinds.KINDS)
_REGISTRY = Registry(_KINDS)
_SCHEMA = Schema(
    (
        *closing_tables.TABLES,
        *stock_tables.TABLES,
        *stocktake_tables.TABLES,
        *task_tables.TABLES,
    )
)
_EVENT = st.one_of(
    st.tuples(st.just("sale"), st.integers(0, 40), st.integers(1, 5)),
    st.tuples(st.just("count"), st.integers(0, 40), st.integers(0, 30)),
)


@given(events=st.lists(_EVENT, min_size=1, max_size=8), late=st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_in_whatever_order_facts_arrive_the_last_counted_figure_stands(
    events: list[tuple[str, int, int]], late: object
) -> None:
    """Stock at the end = last count by its instant − what was sold after it, always."""
    instants = list(dict.fromkeys(minute for _, minute, _ in events))
    by_minute = {minute: next(e for e in events if e[1] == minute) for minute in instants}
    arriving = list(by_minute.values())
    late.shuffle(arriving)  # type: ignore[attr-defined]
    office = Office.of(_REGISTRY, _SCHEMA)
    try:
        office.write(1, came(50), at_us=at(-60))
        for number, (what, minute, qty) in enumerate(arriving, start=2):
            body: Body = sold(qty)
            if what == "count":
                known = queries.books_at(office.connection, HERE, {"P1": at(minute)})["P1"]
                line = a_posted_line(known // PIECE, qty, at(minute))
                body = CountPosted(count_uid=uid(500 + number), scope="full", lines=[line])
            office.write(number, body, author_id="boss", at_us=at(minute))
        expected = 50
        for what, _minute, qty in sorted(by_minute.values(), key=lambda event: event[1]):
            expected = qty if what == "count" else expected - qty
        assert stock(office) == expected
        ends = (HERE, SUPPLIER, CUSTOMER, ADJUSTMENT)
        assert sum(stock(office, end) for end in ends) == 0
    finally:
        office.close()


# H04, H05: blind and open


def test_a_blind_counter_is_told_no_book_figure(office: Office) -> None:
    office.write(1, came(7351), at_us=at(-60))
    office.write(2, opened(products=("P1",), scope="spot"), author_id="boss")
    view = queries.counter_view(office.connection, uid(2).hex(), "li", at_us=at(5))
    assert view is not None
    assert view.product_ids == ("P1",)
    assert not view.books
    assert "7351" not in repr(view)


def test_an_open_counter_sees_the_book_of_the_moment(office: Office) -> None:
    office.write(1, came(7351), at_us=at(-60))
    office.write(2, opened(mode="open"), author_id="boss")
    view = queries.counter_view(office.connection, uid(2).hex(), "li", at_us=at(5))
    assert view is not None
    assert view.books == {"P1": 7351 * PIECE}


def test_a_recounter_is_not_told_the_first_figure_and_the_first_counter_not_the_recount(
    office: Office,
) -> None:
    office.write(1, came(20), at_us=at(-60))
    office.write(2, opened(), author_id="boss")
    office.write(3, sheet(2, "A", {"P1": 7351}, at(10)), author_id="li", at_us=at(12))
    asked = RecountAsked(count_uid=uid(2), lines=[RecountLine(zone_id="A", product_id="P1")])
    office.write(4, asked, author_id="boss")
    second = queries.counter_view(office.connection, uid(2).hex(), "wang", at_us=at(20))
    first = queries.counter_view(office.connection, uid(2).hex(), "li", at_us=at(20))
    assert second is not None
    assert first is not None
    assert second.zones[0].recount_product_ids == ("P1",)
    assert first.zones[0].recount_product_ids == ()
    assert "7351" not in repr(second)


# H02, H06, H08: zones, people, recounts


def test_five_zones_by_three_people_until_none_is_uncounted(office: Office) -> None:
    office.write(1, came(50), at_us=at(-60))
    office.write(2, opened("A", "B", "C", "D", "E"), author_id="boss")
    people = ["li", "wang", "zhao", "li", "wang"]
    for number, (zone, who) in enumerate(zip("ABCDE", people, strict=True)):
        assert zone in queries.uncounted_zones(office.connection, uid(2).hex())
        found = sheet(2, zone, {"P1": 10}, at(number))
        office.write(10 + number, found, author_id=who, at_us=at(number))
    assert queries.uncounted_zones(office.connection, uid(2).hex()) == []
    (line,) = queries.variances(office.connection, uid(2).hex(), five_yuan)
    assert (line.counted_micro, line.difference_micro) == (50 * PIECE, 0)


def test_what_the_book_holds_and_nobody_found_is_a_variance(office: Office) -> None:
    office.write(1, came(20), at_us=at(-60))
    office.write(2, came(3, "P2"), at_us=at(-60))
    office.write(3, opened(), author_id="boss")
    office.write(4, sheet(3, "A", {"P1": 20}, at(10)), author_id="li", at_us=at(12))
    lines = {
        line.product_id: line
        for line in queries.variances(office.connection, uid(3).hex(), five_yuan)
    }
    assert lines["P2"].difference_micro == -3 * PIECE
    assert not lines["P2"].was_counted


def test_a_spot_count_says_nothing_of_other_goods(office: Office) -> None:
    office.write(1, came(20), at_us=at(-60))
    office.write(2, came(3, "P2"), at_us=at(-60))
    office.write(3, opened(scope="spot", products=("P1",)), author_id="boss")
    office.write(4, sheet(3, "A", {"P1": 20}, at(10)), author_id="li", at_us=at(12))
    lines = queries.variances(office.connection, uid(3).hex(), five_yuan)
    assert [line.product_id for line in lines] == ["P1"]


def test_a_line_out_of_tolerance_is_settled_by_a_second_person_who_agrees(
    office: Office,
) -> None:
    office.write(1, came(20), at_us=at(-60))
    office.write(2, opened(), author_id="boss")
    office.write(3, sheet(2, "A", {"P1": 18}, at(10)), author_id="li", at_us=at(12))
    (line,) = queries.variances(office.connection, uid(2).hex(), five_yuan)
    assert line.needs_recount
    again = sheet(2, "A", {"P1": 18}, at(30), is_recount=True)
    assert office.write(4, again, author_id="wang", at_us=at(31)) == []
    (line,) = queries.variances(office.connection, uid(2).hex(), five_yuan)
    assert not line.needs_recount
    assert line.counted_at_us == at(30)


def test_a_recount_by_the_first_counter_and_a_broken_seal_are_tasks(office: Office) -> None:
    office.write(2, opened(), author_id="boss")
    office.write(3, sheet(2, "A", {"P1": 18}, at(10)), author_id="li", at_us=at(12))
    again = sheet(2, "A", {"P1": 18}, at(30), is_recount=True)
    assert task_codes(office.write(4, again, author_id="li")) == ["SAME_COUNTER"]
    honest = sheet(2, "A", {"P1": 18}, at(40))
    changed = ZoneCounted(
        count_uid=uid(2),
        zone_id="A",
        lines=[CountedLine(product_id="P1", qty_micro=PIECE, counted_at_us=at(40))],
        seal=honest.seal,
    )
    assert task_codes(office.write(5, changed, author_id="wang")) == ["SEAL_BROKEN"]


# H09: value, approval, movement


def counted_short(office: Office, *, qty: int = 240) -> None:
    """240 pieces at 5.00 are missing of 300: a variance of -1,200."""
    office.write(1, came(300), at_us=at(-60))
    office.write(2, opened(), author_id="boss")
    found = sheet(2, "A", {"P1": 300 - qty}, at(10))
    office.write(3, found, author_id="li", at_us=at(12))
    office.write(4, CountRevealed(count_uid=uid(2)), author_id="boss", at_us=at(20))


def test_minus_1200_needs_head_office_and_moves_exactly_the_difference(office: Office) -> None:
    counted_short(office)
    head = queries.count(office.connection, uid(2).hex())
    assert head is not None
    needed = queries.approval_needed(office.connection, head, 120_000)
    assert needed is ApproverLevel.HEAD_OFFICE
    office.write(5, CountApproved(count_uid=uid(2), value_minor=120_000), author_id="boss")
    level = queries.signed(office.connection, head.id, 120_000)
    with pytest.raises(RuleViolation, match="APPROVAL_MISSING"):
        check_approval(needed, level, 120_000)
    above = CountApprovedAbove(count_uid=uid(2), value_minor=120_000)
    office.write(6, above, author_id="region")
    check_approval(needed, queries.signed(office.connection, head.id, 120_000), 120_000)
    assert office.write(7, posting(office, 2), author_id="boss", at_us=at(60)) == []
    assert (stock(office), stock(office, ADJUSTMENT)) == (60, 240)
    (line,) = queries.posted_lines(office.connection, head.id)
    assert (line.variance_micro, line.value_minor) == (-240 * PIECE, -120_000)


def test_a_signature_for_less_than_the_variance_does_not_count(office: Office) -> None:
    counted_short(office)
    above = CountApprovedAbove(count_uid=uid(2), value_minor=119_999)
    office.write(6, above, author_id="region")
    assert queries.signed(office.connection, uid(2).hex(), 120_000) is ApproverLevel.NOBODY


def test_a_count_posted_without_its_signature_is_stock_all_the_same_and_a_task(
    office: Office,
) -> None:
    counted_short(office)
    answers = office.write(7, posting(office, 2), author_id="boss", approver_id="manager")
    assert task_codes(answers) == ["APPROVAL_MISSING"]
    assert stock(office) == 60


def test_a_small_variance_is_signed_on_the_document_by_a_second_person(office: Office) -> None:
    counted_short(office, qty=10)
    body = posting(office, 2)
    assert task_codes(office.write(7, body, author_id="boss", approver_id="manager")) == []
    office.write(20, opened(), author_id="boss", at_us=at(100))
    office.write(21, sheet(20, "A", {"P1": 280}, at(110)), author_id="li", at_us=at(111))
    alone = office.write(22, posting(office, 20), author_id="boss", approver_id="boss")
    assert task_codes(alone) == ["APPROVAL_MISSING"]


def test_a_posted_count_offers_nothing_more(office: Office) -> None:
    counted_short(office)
    head = queries.count(office.connection, uid(2).hex())
    assert head is not None
    assert CountAction.POST in head.actions
    office.write(7, posting(office, 2), author_id="boss")
    after = queries.count(office.connection, uid(2).hex())
    assert after is not None
    assert (after.state, after.actions) == (CountState.POSTED, ())


# H01: the opening count


def test_the_first_count_makes_the_opening_balance_whatever_was_sold_before(
    office: Office,
) -> None:
    office.write(1, sold(2), at_us=at(-30))
    office.write(2, opened(scope="opening"), author_id="boss")
    office.write(3, sheet(2, "A", {"P1": 40, "P2": 7}, at(10)), author_id="li", at_us=at(12))
    body = posting(office, 2, scope="opening")
    answers = office.write(4, body, author_id="boss", approver_id="manager", at_us=at(60))
    assert task_codes(answers) == []
    assert (stock(office), stock(office, product="P2")) == (40, 7)
    assert stock(office, OPENING) == -42
    assert is_opened(office.connection, "SH01")
    head = queries.count(office.connection, uid(2).hex())
    assert head is not None
    assert head.scope is CountScope.OPENING


def test_a_second_opening_from_another_device_is_a_task_and_does_not_double_the_stock(
    office: Office,
) -> None:
    for count, device in ((2, "pad-1"), (6, "pad-2")):
        office.write(count, opened(scope="opening"), author_id="boss", device_id=device)
        # Neither device knows of the other's count: both posted against a book of nothing.
        posted = CountPosted(
            count_uid=uid(count), scope="opening", lines=[a_posted_line(0, 40, at(count))]
        )
        answers = office.write(count + 1, posted, author_id="boss", approver_id="manager")
    assert task_codes(answers) == ["OPENED_TWICE"]
    assert stock(office) == 40
