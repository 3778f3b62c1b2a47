"""What stands around a price version, by keys (workflows "HQ" steps 4 to 11): rehearsal, regions
left out, message and labels, reminders, the rule for old prices, late devices, history."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLabel, QWidget
from sqlalchemy import func, select

from desktop.access.usecases import policies
from desktop.access.usecases.policies import publish_policies
from desktop.app.price_news import PriceNews
from desktop.catalog.usecases import state_costs
from desktop.reporting.usecases.deliveries import nudge_devices
from desktop.sales.view.till import TillScreen
from desktop.stock.view.labels import LabelsScreen
from desktop.store.identity import store_state
from desktop.words import formats
from shared.access.documents import Policy
from shared.access.rules import PRICE_GRACE_HOURS, PRICE_PIN_DAYS
from shared.channel.rules import with_contact
from shared.pricing.queries import context_of, price, versions
from shared.sales.tables import sale
from tests.builders.hands import until
from tests.builders.office_day import (
    DAY_US,
    HOUR_US,
    enrolled,
    in_the_new_year,
    put,
    server,
    summed,
)
from tests.builders.window_house import Stage, play
from tests.gallery.scenes_office import some_orders
from tests.gui.office_hands import APPROVER, EDITOR, PIN, clipboard, closed, opened, sit, with_pin

ORG = "FX"
CLEANSER = "2000101010005"


def _publish(stage: Stage, price_text: str, **more: Any) -> None:
    house = stage.house
    house.sit_at("HQ.01", device_type="hq")
    house.author_id = EDITOR
    house.do("HQ.01", EDITOR, "approve", approver=APPROVER, pin=PIN, permission="price.approve")
    house.do(
        "HQ.01", EDITOR, "price-publish", sales_org=ORG, approver=APPROVER, reason="up",
        rows=[{"product": "010101", "price": price_text}], **more,
    )  # fmt: skip


async def _drafting(stage: Stage, text: str) -> Any:
    screen = await sit(stage, EDITOR, "prices")
    while screen.model.org_id != ORG:
        await stage.keys("Ctrl+O")
    await stage.keys("C")
    clipboard(text)
    await stage.keys("Ctrl+V")
    return screen


def test_a_draft_is_rehearsed_over_last_orders_and_leaves_a_region_as_it_was(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        with_pin(stage)
        in_the_new_year(stage.house)
        some_orders(stage)
        stage.house.sit_at("HQ.01", device_type="hq")
        stage.house.author_id = EDITOR
        stage.house.write(state_costs, {"010101": 20_500_000})
        screen = await _drafting(stage, "010101\t66.00\n010102\t95\n")
        await stage.keys("T")
        panel: Any = await opened(stage)
        await until(lambda: panel.model.found is not None)
        found = panel.model.found
        assert found.orders == len({one.account_id for one in found.accounts}) + 1 == 3
        (before, after) = found.currencies["CNY"]
        assert after > before
        assert "3" in panel.told.text()
        margin = found.margins["CNY"]
        shown = _texts(panel.margin)
        assert formats.points(margin.change_micro) in shown
        assert margin.change_micro > 0
        assert formats.percent(margin.uncosted_micro) in panel.note.text()
        assert found.doubles == []
        await stage.keys("Escape")
        await closed(stage)

        await stage.keys("F10")
        asked: Any = await opened(stage)
        asked._reason.setFocus()
        await stage.keys("quarter")
        asked._message.setFocus()
        await stage.keys("new prices")
        asked._labels.setChecked(True)
        asked._regions["HN"].setChecked(True)
        await stage.keys("F10")
        await until(lambda: stage.window.overlay.top not in (None, asked))
        approving = await opened(stage)
        await stage.keys(APPROVER, "Return", PIN, "Return")
        await until(lambda: stage.window.overlay.top is not approving)
        await until(lambda: screen.model.newest.number == 2)
        newest = screen.model.newest
        assert (newest.message, newest.prints_labels) == ("new prices", 1)

        now_us = stage.house.time.now_us()
        north, south = (_pays(stage, one, now_us) for one in ("P1001-FX", "P1002-FX"))
        assert north != south
        assert south == _pays(stage, "P1002-FX", newest.effective_at_us - 1)

    play(script, tmp_path)


def _texts(widget: QWidget) -> str:
    return " ".join(one.text() for one in widget.findChildren(QLabel))


def _pays(stage: Stage, account_id: str, at_us: int) -> int:
    def work(one: Any) -> int:
        found = price(one, context_of(one, account_id, at_us), "010101", at_us)
        assert found is not None
        return found.unit_price_micro

    return stage.house.read(work)


def test_the_board_reminds_devices_sets_the_rule_and_lists_the_late_ones_with_their_money(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        house = stage.house
        with_pin(stage)
        enrolled(house)
        _heard_each_morning(stage, "SH01.01", "SH01")
        house.do("SH01.01", "clerk-guanqian", "price-progress")
        _publish(stage, "99")
        made: list[tuple[str, str, str]] = []

        def cut(device_id: str, org_id: str, path: Path) -> Any:
            made.append((device_id, org_id, path.name))
            return type("Made", (), {"rows": 3, "newest": 2})()

        _sell_by_the_first(stage)
        board = await sit(stage, EDITOR, "price-board", ORG)
        board.frame = replace(board.frame, cut_packet=cut)
        board.asker._detail = server(house)
        await until(lambda: board.model.board is not None)
        row = next(one for one in board.tree.shown if one.line and one.line.device_id == "SH01.01")
        assert row.line.next.at_us % DAY_US == 2 * HOUR_US
        assert board._next(row) == formats.short_instant(row.line.next.at_us, house.time.now_us())
        others = {one.line.device_id: board._next(one) for one in board.tree.shown if one.line}
        assert others["SH02.01"] == board.words("board.next_unknown")
        board.tree.go_to(row.key)
        await stage.keys("M")
        await opened(stage)
        await stage.keys("please", "Return")
        await closed(stage)

        def nudged() -> set[str]:
            return {one.device_id for one in board.model.lines if one.nudged_at_us}

        await until(lambda: nudged() == {"SH01.01"})

        line = next(one for one in board.model.lines if one.device_id == "SH01.01")
        await board.packet_to(line, tmp_path / "SH01.01.qtpacket")
        assert made == [("SH01.01", ORG, "SH01.01.qtpacket")]

        await stage.keys("G")
        asked: Any = await opened(stage)
        asked.hours.selectAll()
        await stage.keys("48")
        asked.days.setFocus()
        asked.days.selectAll()
        await stage.keys("3", "F10")
        await closed(stage)
        rules = house.read(lambda one: policies(one, "SH01"))
        assert (rules[PRICE_GRACE_HOURS], rules[PRICE_PIN_DAYS]) == ("48", "3")

        await stage.keys("L")
        panel: Any = await opened(stage)
        late = {one.line.device_id: one for one in panel.table.rows.shown}
        assert len(late) == 9
        assert (late["SH01.01"].sales, late["SH01.01"].difference_minor) == (1, 2 * (9_900 - 5_900))
        assert late["SH02.01"].sales == 0

    play(script, tmp_path)


def _heard_each_morning(stage: Stage, device_id: str, site_id: str) -> None:
    """The server heard of a device at ten o'clock (02 UTC) of each of the last four days."""
    today = stage.house.time.now_us() // DAY_US
    heard = ""
    for day in range(today - 4, today):
        heard = with_contact(heard, day * DAY_US + 2 * HOUR_US)
    seen_us = (today - 1) * DAY_US + 2 * HOUR_US
    put(
        stage.house,
        "device_contact",
        device_id,
        {"site_id": site_id, "seen_at_us": seen_us, "unsent": 0, "program": "", "heard": heard},
    )


def _sell_by_the_first(stage: Stage) -> None:
    """SH01 sells two pieces now, and its rows say that version 1 priced them."""
    house = stage.house
    house.do("SH01.01", "clerk-guanqian", "sell", lines=[f"2*{CLEANSER}"], tenders=["cash=50000"])

    def work(connection: Any) -> None:
        connection.exec_driver_sql(
            "UPDATE sale_line SET price_version = 1, unit_price_micro = 59000000, price_trail ="
            " replace(replace(price_trail, '[99000000,2,', '[59000000,1,'),"
            " ',99000000,', ',59000000,')"
        )

    house.local.transact(work)


def test_a_till_shows_the_message_opens_labels_and_asks_only_where_head_office_said_so(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        house = stage.house
        with_pin(stage)
        house.do(
            "HQ.01", EDITOR, "publish-user", user="boss", name="店长", role="dealer",
            grants=[{"site": "SH01"}], pin="2580",
        )  # fmt: skip
        _publish(stage, "99", message="周末起新价", labels=True)
        house.do(
            "SH01.01", "clerk-guanqian", "move", type="purchase_receipt", party="supplier",
            lines=[{"code": "010101", "qty": "20"}],
        )  # fmt: skip
        house.sit_at("SH01.01")
        house._devices["SH01.01"] = replace(house._devices["SH01.01"], server_url="https://hq")
        till = await _till(stage)
        await until(lambda: len(till.house.prices.here.unread) == 2)
        assert not till.house.isHidden()
        read = [till.house.text()]
        await stage.keys("Ctrl+B")
        await until(lambda: len(till.house.prices.here.unread) == 1)
        stage.window.open("till")
        read.append(till.house.text())
        await stage.keys("Ctrl+B")
        await until(lambda: not till.house.prices.here.unread)
        assert any("周末起新价" in one for one in read)
        assert any("换价签" in one for one in read)
        labels = stage.window.screens["labels"]
        assert isinstance(labels, LabelsScreen)
        stage.window.open("labels")
        await until(lambda: labels.model.job is not None)
        assert "F9" in labels.banner.text()
        await stage.keys("F9")
        await until(lambda: labels.model.done is not None)
        done = labels.model.done
        assert done is not None
        assert labels.model.job is None
        assert [row.label.price_micro for row in labels.model.rows] == [99_000_000]
        assert (done.made[0].device_id, labels.banner.isHidden()) == ("SH01.01", True)
        assert list((tmp_path / "paper").glob("*.pdf"))
        stage.window.open("till")

        _alone_since(stage, 4)
        await _look(stage, till)
        assert "4 天" in till.house.text()
        stage.window.open("till")
        await stage.settle()
        await stage.scan(CLEANSER)
        await stage.keys("F9", "Return")
        assert _sales(stage) == 1

        house.sit_at("HQ.01", device_type="hq")
        house.author_id = EDITOR
        house.write(publish_policies, [Policy(name=PRICE_PIN_DAYS, value="3")])
        house.sit_at("SH01.01")
        house.author_id = "clerk-guanqian"
        await _look(stage, till)
        assert till.house.prices.here.needs_person
        await stage.scan(CLEANSER)
        await stage.keys("F9")
        await opened(stage)
        await stage.keys("Escape")
        await closed(stage)
        assert _sales(stage) == 1
        await stage.keys("F9")
        asking = await opened(stage)
        await stage.keys("boss", "Return", "2580", "Return")
        await until(lambda: stage.window.overlay.top not in (None, asking))
        await stage.keys("Return")
        await until(lambda: _sales(stage) == 2)
        await stage.scan(CLEANSER)
        await stage.keys("F9", "Return")
        await until(lambda: _sales(stage) == 3)

    play(script, tmp_path)


def test_the_register_asks_for_a_second_person_as_the_till_does(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        house = stage.house
        house.do(
            "HQ.01", EDITOR, "publish-user", user="boss", name="店长", role="dealer",
            grants=[{"site": "SH01"}], pin="2580",
        )  # fmt: skip
        house.sit_at("HQ.01", device_type="hq")
        house.author_id = EDITOR
        house.write(publish_policies, [Policy(name=PRICE_PIN_DAYS, value="3")])
        house.sit_at("SH01.01")
        house._devices["SH01.01"] = replace(house._devices["SH01.01"], server_url="https://hq")
        await stage.sign_in("clerk-guanqian", "SH01.01")
        _alone_since(stage, 4)
        stage.window.open("register")
        await stage.settle()
        page: Any = stage.window.current
        await stage.scan(CLEANSER)
        await stage.keys("F10")
        await opened(stage)
        await stage.keys("Escape")
        await closed(stage)
        assert page.model.rows, "nobody stands for prices this old: it stays on the page"
        await stage.keys("F10")
        await opened(stage)
        await stage.keys("boss", "Return", "2580", "Return")
        await until(lambda: not page.model.rows)

    play(script, tmp_path)


async def _till(stage: Stage) -> TillScreen:
    await stage.sign_in("clerk-guanqian", "SH01.01")
    stage.window.open("till")
    await stage.settle()
    till = stage.window.current
    assert isinstance(till, TillScreen)
    return till


async def _look(stage: Stage, till: TillScreen) -> None:
    await till.house.prices.look()
    await stage.settle()


def _alone_since(stage: Stage, days: int) -> None:
    at_us = stage.house.time.now_us() - days * DAY_US
    stage.house.local.transact(lambda one: store_state(one, synced_at_us=at_us))


def _sales(stage: Stage) -> int:
    return stage.house.read(
        lambda one: one.execute(select(func.count()).select_from(sale)).scalar_one()
    )


def test_the_history_of_a_product_says_who_where_and_what_was_known_when(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        house = stage.house
        with_pin(stage)
        enrolled(house)
        before_us = house.time.now_us()
        house.time.tick(3 * DAY_US)
        _publish(stage, "99")
        house.do("SH01.01", "clerk-guanqian", "price-progress")
        house.do("SH01.01", "clerk-guanqian", "sell", lines=[CLEANSER], tenders=["cash=50000"])
        summed(house)
        screen = await sit(stage, EDITOR, "prices")
        while screen.model.org_id != ORG:
            await stage.keys("Ctrl+O")
        await until(lambda: screen.changes.current is not None)
        await stage.keys("H")
        panel: Any = await opened(stage)
        await until(lambda: panel.model.steps)
        step = panel.model.steps[0]
        assert (step.number, step.before_micro, step.after_micro) == (2, 59_000_000, 99_000_000)
        assert (step.author_id, step.approver_id, step.reason) == (EDITOR, APPROVER, "up")
        await until(lambda: [one.device_id for one in panel.model.stores] == ["SH01.01"])
        panel.model.asker._detail = server(house)
        await stage.keys("F")
        await until(lambda: panel.model.was_asked)
        assert panel.model.first.unit_price_micro == 99_000_000
        assert panel.model.first_site == "SH01"
        first = min(versions_of(stage), key=lambda one: one.number)
        then = panel.model.as_known("", "", _text(before_us))
        assert (then.number, then.price.unit_price_micro) == (first.number, 59_000_000)
        assert panel.model.as_known("", "", "").number == 2

    play(script, tmp_path)


def versions_of(stage: Stage) -> Any:
    return stage.house.read(lambda one: versions(one, ORG))


def _text(at_us: int) -> str:
    return formats.instant(at_us)


def test_a_reminded_device_says_so_once_and_syncs_and_waits_for_the_next_version(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        house = stage.house
        with_pin(stage)
        enrolled(house)
        _publish(stage, "99", effective_at="2027-01-01T00:00:00+08:00")
        house.sit_at("HQ.01", device_type="hq")
        house.author_id = EDITOR
        house.write(nudge_devices, ORG, 2, {"SH01.01": "SH01", "SH02.01": "SH02"}, text="call us")
        await stage.sign_in("clerk-guanqian", "SH01.01")
        said: list[str] = []
        synced: list[bool] = []
        news = PriceNews(
            stage.program.desk,
            stage.program.tasks,
            words=lambda: stage.program.words,
            say=lambda text, _tone: said.append(text),
            sync=lambda: synced.append(True),
        )
        await news.look()
        await news.look()
        assert len(said) == len(synced) == 1
        assert "call us" in said[0]
        await news.tell_reached()
        assert news._waiting.isActive()
        # The version is here and proved: what is left of the reminder is the person's word.
        assert len(synced) == 1
        assert any(one.kind == "word" for one in news._watch.here.notices)
        news.stop()

    play(script, tmp_path)
