"""A closed month's rows leave the devices, and nothing that is added up changes by it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from desktop.sync.conversation import Ask
from shared.access.documents import Grant, UserPublished
from shared.areas import SCHEMA
from shared.channel.queries import DeviceView
from shared.closing.documents import MonthCloseAsked
from shared.closing.queries import Outcome, detail_from, last_request, outcomes
from shared.core.errors import AccessDenied, Conflict, QutongError, RuleViolation, Unavailable
from shared.journal.document import Value
from shared.reporting.queries.detail import Wish
from shared.stock.queries import on_hand_micro, stock_card, stock_report
from shared.stock.tables import stock_move, stock_opening
from shared.stocktake.queries import books_at
from shared.sync.messages import AskReport
from sync_server.operations.closing import close_month
from sync_server.store.devices import find_device
from sync_server.sync.ask import answer
from sync_server.sync.closing import awaited
from sync_server.sync.closing_sites import T, Work, close_asked, months_report
from sync_server.sync.contacts import Contact, write_contacts
from sync_server.sync.head_office import draft_of, publish
from sync_server.sync.recovering import finish
from sync_server.sync.snapshot import Snapshots
from tests.integration.server.device import Device
from tests.integration.server.month_house import (
    SHELF,
    MonthHouse,
    balances_of,
    day_sums,
    held,
    instant,
    month_house,
    sell,
    summed_anew,
)

on_sqlite = pytest.mark.parametrize("address", ["sqlite"], indirect=True)
"""What does not depend on the engine."""


@pytest.fixture
def house(address: str, tmp_path: Path) -> Iterator[MonthHouse]:
    with month_house(address, tmp_path) as made:
        yield made


@pytest.fixture
def tills(house: MonthHouse) -> Iterator[list[Device]]:
    """Two tills that sold in March and in April and hold all of it."""
    made = _that_sold(house)
    yield made
    for till in made:
        till.store.close()


def _that_sold(house: MonthHouse) -> list[Device]:
    made = [house.device("01"), house.device("02")]
    for till in made:
        till.sync()
    for day, pieces in (("2025-03-03", 1), ("2025-03-31", 2), ("2025-04-02", 4)):
        house.on(day)
        sell(made[0], "P1", pieces)
        sell(made[1], "P2", pieces)
    for till in (*made, *made):
        till.sync()
    return made


@pytest.fixture
def new_till(house: MonthHouse) -> Iterator[Device]:
    made = house.device("03")
    yield made
    made.store.close()


def test_rows_of_a_closed_month_go_and_no_balance_changes(
    house: MonthHouse, tills: list[Device], new_till: Device
) -> None:
    before, at_office = balances_of(tills[0]), house.balances()
    assert before == at_office
    (closed,) = house.close("2025-03")
    assert (closed.row_count, closed.openings) == (8, 3)
    assert house.close("2025-03") == []
    for till in (*tills, new_till):
        assert till.found() == []
        assert balances_of(till) == before
        assert held(till) == {
            "stock_move": 2,
            "account_entry": 2,
            "stock_opening": 2,
            "account_opening": 1,
        }
        assert summed_anew(till) == 0
        assert till.is_equal()
        assert day_sums(till) == {"2025-03-31": (0, 6_000_000), "2025-04-02": (0, 8_000_000)}
    assert house.balances() == at_office
    assert house.faults() == []


def test_a_sync_cut_anywhere_leaves_every_balance_right(
    house: MonthHouse, tills: list[Device]
) -> None:
    till = tills[0]
    before = balances_of(till)
    house.close("2025-03")
    till.line.page_rows = 1
    cuts = 0
    for pages in range(1, 40):
        asked = 0

        def cut(ask: Ask, last: int = pages) -> None:
            nonlocal asked
            asked += ask.path.startswith("/pull")
            if asked > last:
                raise Unavailable("NETWORK")

        till.line.before = cut
        try:
            assert till.found() == []
        except QutongError:
            cuts += 1
            assert balances_of(till) == before
            assert summed_anew(till) == 0
            continue
        break
    assert cuts > 1
    assert balances_of(till) == before
    assert till.is_equal()


def test_who_comes_back_after_the_close_is_heard_and_closed_with_the_next_month(
    house: MonthHouse, tills: list[Device]
) -> None:
    away = tills[1]
    house.on("2025-03-20")
    sell(away, "P2", 16)
    house.on("2025-05-01")
    house.close("2025-03")
    before = balances_of(away)
    tills[0].sync()
    summary = away.sync()
    assert (summary.kept, summary.findings) == ({}, [])
    assert balances_of(away) == before
    assert tills[0].found() == []
    assert balances_of(tills[0]) == before == house.balances()
    late = [row for row in away.rows(stock_move).values() if row["qty_micro"] == 16_000_000]
    assert [row["business_day"] for row in late] == ["2025-03-20"]

    (closed,) = house.close("2025-04")
    assert closed.row_count == 4 + 2
    for till in tills:
        assert till.found() == []
        assert balances_of(till) == before
        assert held(till)["stock_move"] == 0
        assert till.is_equal()
    assert house.faults() == []


def test_an_own_row_whose_confirmation_never_came_goes_with_its_month(
    house: MonthHouse, tills: list[Device]
) -> None:
    till = tills[0]
    house.on("2025-03-15")
    sell(till, "P1", 32)

    def cut(ask: Ask) -> None:
        if ask.path.startswith("/pull"):
            raise Unavailable("NETWORK")

    till.line.before = cut
    with pytest.raises(Unavailable):
        till.sync()
    house.close("2025-03")
    till.line.before = lambda _: None
    sell(till, "P1", 64)
    before = balances_of(till)
    assert till.found() == []
    assert balances_of(till) == before == house.balances()
    assert held(till)["stock_move"] == 3
    assert till.is_equal()


@on_sqlite
def test_what_is_not_proved_to_be_kept_is_not_closed(
    house: MonthHouse, tills: list[Device]
) -> None:
    with pytest.raises(Conflict) as refused:
        house.close("2025-03", is_proved=False)
    assert refused.value.code == "MONTH_NOT_DURABLE"
    house.prove()
    house.on("2025-03-30")
    sell(tills[0])
    tills[0].sync()
    with pytest.raises(Conflict, match="MONTH_NOT_DURABLE"):
        house.close("2025-03", is_proved=False)
    assert [one.row_count for one in house.close("2025-03")] == [10]


@on_sqlite
def test_devices_that_were_not_heard_of_are_named(house: MonthHouse, tills: list[Device]) -> None:
    with house.office.database.read() as connection:
        assert awaited(connection, "SH01", 0) == ["SH01.01", "SH01.02"]


@on_sqlite
def test_a_new_till_begins_from_a_file_with_openings(
    house: MonthHouse, tills: list[Device], new_till: Device, tmp_path: Path
) -> None:
    house.close("2025-03")
    files = Snapshots(folder=tmp_path / "files", schema=SCHEMA, site_rows_min=1)
    with house.office.database.read() as connection:
        due = [head.scope for head in files.due(connection)]
    made = [files.make(house.office.database.read, scope) for scope in due]
    assert "site:SH01" in due
    assert "site:SH01/2025-03" not in due
    with house.office.database.write() as connection:
        for one in made:
            files.offer(connection, one)
    new_till.line.snapshots = files
    # It sold before it ever synced, in the month that is closed.
    house.on("2025-03-10")
    sell(new_till, "P1", 128)
    house.on("2025-05-02")
    assert new_till.found() == []
    assert any("/snapshot/" in path for path in new_till.line.asked)
    tills[0].sync()
    assert balances_of(new_till) == balances_of(tills[0]) == house.balances()
    assert summed_anew(new_till) == 0
    assert new_till.is_equal()


@on_sqlite
def test_rows_that_differ_are_repaired_on_both_sides_of_a_closed_month(
    house: MonthHouse, tills: list[Device]
) -> None:
    till = tills[0]
    covered = next(
        row for row in till.rows(stock_move).values() if row["business_day"] == "2025-03-03"
    )
    house.close("2025-03")
    before = balances_of(till)
    till.sync()
    opening = next(iter(till.rows(stock_opening)))
    till.plant(lambda c: c.execute(delete(stock_opening).where(stock_opening.c.id == opening)))
    till.plant(lambda c: c.execute(stock_move.insert(), [covered]))
    assert "ROWS_REPAIRED" in till.found()
    assert balances_of(till) == before
    assert covered["id"] not in till.rows(stock_move)
    assert opening in till.rows(stock_opening)
    assert till.is_equal()


@on_sqlite
def test_a_device_knows_from_which_day_on_it_has_the_detail(
    house: MonthHouse, tills: list[Device]
) -> None:
    till = tills[0]
    whole = till.store.read(lambda c: stock_report(c, SHELF, "2025-04-01", "2025-04-30"))
    assert till.store.read(lambda c: detail_from(c, "SH01")) == ""
    house.close("2025-03")
    till.sync()
    assert till.store.read(lambda c: detail_from(c, "SH01")) == "2025-04-01"
    assert till.store.read(lambda c: stock_report(c, SHELF, "2025-04-01", "2025-04-30")) == whole
    assert till.store.read(lambda c: on_hand_micro(c, SHELF, "P1")) == -7_000_000
    for from_day, to_day in (("2025-03-01", "2025-03-31"), ("2025-02-01", "2025-04-15")):
        (first, *_) = till.store.read(lambda c: stock_report(c, SHELF, from_day, to_day))  # noqa: B023
        assert first.out_micro == (3 if to_day < "2025-04" else 7) * 1_000_000
    for work in (
        lambda c: stock_report(c, SHELF, "2025-03-02", "2025-04-30"),
        lambda c: books_at(c, SHELF, {"P1": instant("2025-03-20")}),
    ):
        with pytest.raises(RuleViolation, match="DETAIL_AT_HEAD_OFFICE"):
            till.store.read(work)
    card = till.store.read(lambda c: stock_card(c, "SH01", "P1"))
    shown = [(one.month, one.change_micro, one.balance_micro) for one in card]
    assert shown == [("", -4_000_000, -7_000_000), ("2025-03", -3_000_000, -3_000_000)]
    with house.office.database.read() as connection:
        assert detail_from(connection, "SH01") == ""
        assert len(stock_card(connection, "SH01", "P1")) == 3
        moves = connection.execute(select(stock_move.c.period)).scalars().all()
    assert sorted(moves) == ["", "", "2025-03", "2025-03", "2025-03", "2025-03"]


def told_program(house: MonthHouse, device_id: str, program: str) -> None:
    """What a device said of its program when it was here last, long ago."""
    contact = Contact(device_id=device_id, site_id="SH01", seen_at_us=1, unsent=0, program=program)
    with house.office.database.write() as connection:
        write_contacts(connection, house.office.hq, [contact])


def asked_to_close(house: MonthHouse, **said: Any) -> list[Outcome]:
    """Head office's people ask; its server does what is asked, site by site."""
    office = house.office

    def write(work: Work[T]) -> T:
        with office.database.write() as connection:
            return work(connection)

    now_us = house.world.now_us
    body = MonthCloseAsked(**({"month": "2025-03"} | said))
    write(lambda one: publish(one, office.hq, [draft_of(office.hq, body, now_us)], now_us))
    while close_asked(write, office.hq, now_us):
        continue
    with office.database.read() as connection:
        last = last_request(connection)
        assert last is not None
        assert last.is_done
        return list(outcomes(connection, last.request))


@pytest.mark.parametrize("seen", [1, 2, 3, 4])
def test_two_workers_at_one_site_tell_together_what_they_closed(
    house: MonthHouse, tills: list[Device], seen: int
) -> None:
    """The second one comes in behind any step of the first, and closes all that is left."""
    house.on("2026-06-10")
    house.prove()
    office = house.office
    author = replace(office.hq.author, device_id="HQ-2", tag="HQ2")
    other, now_us = replace(office.hq, author=author), house.world.now_us
    steps = 0

    def write(work: Work[T]) -> T:
        with office.database.write() as connection:
            return work(connection)

    def write_with_another(work: Work[T]) -> T:
        nonlocal steps
        done = write(work)
        steps += 1
        if steps == seen:
            assert close_asked(write, other, now_us)
        return done

    body = MonthCloseAsked(month="2025-04", is_signed_off=True)
    write(lambda one: publish(one, office.hq, [draft_of(office.hq, body, now_us)], now_us))
    assert close_asked(write_with_another, office.hq, now_us)
    with office.database.read() as connection:
        last = last_request(connection)
        assert last is not None
        (told,) = outcomes(connection, last.request)
        closed = connection.execute(select(func.sum(stock_opening.c.row_count))).scalar_one()
    assert (last.is_done, told.code, told.row_count, told.openings) == (True, "", 12, 6)
    assert closed == 6


@on_sqlite
def test_what_people_ask_to_be_closed_is_closed_or_they_hear_what_stands_in_the_way(
    house: MonthHouse, tills: list[Device]
) -> None:
    def in_the_way() -> tuple[Value, ...]:
        wish = Wish(params={}, site_ids=None, after=(), limit=10)
        with house.office.database.read() as connection:
            found = months_report(connection, SCHEMA, wish, house.world.now_us)
        return tuple(dict(zip(found.columns, found.rows[0], strict=True)).values())

    house.on("2026-05-10")
    assert in_the_way() == ("SH01", "", "2025-03", 8, "MONTH_DEVICES_AWAITED", "SH01.01 SH01.02")
    (told,) = asked_to_close(house)
    assert (told.code, told.named) == ("MONTH_DEVICES_AWAITED", "SH01.01 SH01.02")
    (told,) = asked_to_close(house, is_signed_off=True, sites=("SH01",))
    assert told.code == "MONTH_NOT_DURABLE"
    house.prove()
    (told,) = asked_to_close(house, is_signed_off=True)
    assert (told.code, told.row_count, told.openings) == ("", 8, 3)
    assert in_the_way() == ("SH01", "2025-03", "2025-03", 0, "", "")
    # What nobody may close yet is not closed, and nobody waits for an answer.
    assert asked_to_close(house, month="2025-04", is_signed_off=True) == []
    assert asked_to_close(house, sites=("NOWHERE",)) == []


@on_sqlite
def test_the_command_closes_what_is_old_enough_and_says_what_it_waits_for(
    house: MonthHouse, tills: list[Device], capsys: pytest.CaptureFixture[str]
) -> None:
    def command(**said: Any) -> int:
        wanted: dict[str, Any] = {"month": "", "sites": (), "keep": 13, "signed_off_by": ""}
        return close_month(house.office, house.world.clock, **(wanted | said))

    house.on("2026-05-10")
    house.prove()
    with pytest.raises(RuleViolation, match="MONTH_TOO_YOUNG"):
        command(month="2025-04")
    assert command() == 1
    assert "not heard of since: SH01.01 SH01.02" in capsys.readouterr().out
    told_program(house, "SH01.02", "0.0.9")
    assert command(signed_off_by="boss") == 1
    assert "MONTH_PROGRAM_TOO_OLD" in (said := capsys.readouterr().out)
    assert said.endswith(": SH01.02\n")
    told_program(house, "SH01.02", "0.1.0")
    assert command(signed_off_by="boss") == 0
    assert capsys.readouterr().out == "SH01 2025-03: 8 rows, 3 openings\n"
    assert command(signed_off_by="boss") == 0
    assert "closed already" in capsys.readouterr().out


@pytest.fixture
def plain_house(tmp_path: Path) -> Iterator[MonthHouse]:
    """On SQLite alone: the disk is copied."""
    with month_house("sqlite", tmp_path) as made:
        yield made


@pytest.mark.parametrize("first", [0, 1])
def test_a_restored_head_office_is_given_its_closings_back(
    plain_house: MonthHouse, tmp_path: Path, first: int
) -> None:
    house = plain_house
    tills = _that_sold(house)
    house.prove()
    copy = house.copy(tmp_path / "earlier.db")
    house.on("2025-04-20")
    house.close("2025-03", is_proved=False)
    house.on("2025-03-20")
    sell(tills[1], "P2", 16)
    house.on("2025-05-01")
    for till in (*tills, *tills):
        till.sync()
    before, rows = balances_of(tills[0]), held(tills[0])
    house.goes_back(copy, instant("2025-04-02"))
    for till in (tills[first], tills[1 - first], *tills):
        assert set(till.found()) <= {"HEAD_OFFICE_RESTORED"}
    for till in tills:
        assert balances_of(till) == before == house.balances()
        assert held(till) == rows
        assert till.is_equal()
    assert house.faults() == []
    assert house.close("2025-03") == []
    for till in tills:
        till.store.close()


def test_a_closing_that_comes_back_after_the_month_was_closed_anew_is_not_taken(
    plain_house: MonthHouse, tmp_path: Path
) -> None:
    house = plain_house
    tills = _that_sold(house)
    house.prove()
    copy = house.copy(tmp_path / "earlier.db")
    house.on("2025-04-20")
    house.close("2025-03", is_proved=False)
    for till in tills:
        till.sync()
    before = balances_of(tills[0])
    house.goes_back(copy, instant("2025-04-02"))
    with house.office.database.write() as connection:
        finish(connection, house.world.hq, house.world.now_us, signed_off_by="boss")
    assert [one.row_count for one in house.close("2025-03")] == [8]
    for till in (*tills, *tills):
        till.sync()
    for till in tills:
        assert balances_of(till) == before == house.balances()
        assert till.is_equal()
        assert summed_anew(till) == 0
        till.store.close()
    assert house.faults() == []


@on_sqlite
def test_only_head_offices_people_at_its_desks_are_told_what_may_be_closed(
    house: MonthHouse, tills: list[Device]
) -> None:
    house.on("2026-05-10")
    office = house.office
    boss = UserPublished(user_id="boss", name="Boss", role="head_office", grants=(Grant(),))
    with office.database.write() as connection:
        now_us = house.world.now_us
        publish(connection, office.hq, [draft_of(office.hq, boss, now_us)], now_us)
    with office.database.read() as connection:
        till = find_device(connection, "SH01.01")
        assert till is not None
        desk = replace(till, device_id="HQ.01", device_type="hq", site_id="")

        def ask(device: DeviceView, user_id: str) -> list[list[Value]]:
            asked = AskReport(report="months", params={}, user_id=user_id, after="", limit=0)
            return answer(connection, office.hq, device, (), asked, now_us).rows

        assert [row[0] for row in ask(desk, "boss")] == ["SH01"]
        for device, user_id in ((till, "boss"), (desk, "nobody"), (desk, "system")):
            with pytest.raises(AccessDenied, match="NOT_PERMITTED"):
                ask(device, user_id)
