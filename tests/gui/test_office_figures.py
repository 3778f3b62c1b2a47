"""Channel, consolidated figures, kept documents and tasks at head office, by keys."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from shared.channel.queries import account
from shared.core.errors import Unavailable
from shared.tasks.queries import kept_documents, open_tasks
from shared.tasks.rules import KeptState
from tests.builders.hands import until
from tests.builders.office_day import enrolled, in_the_new_year, server, summed
from tests.builders.window_house import Stage, play
from tests.gallery.scenes_office import PARTNERS, some_tasks
from tests.gallery.scenes_office import kept_documents as keep
from tests.gui.office_hands import EDITOR, closed, opened, sit


def test_an_account_gets_another_limit_and_nothing_else_of_it_changes(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        in_the_new_year(stage.house)
        before = stage.house.read(lambda one: account(one, "P2001-FX"))
        screen = await sit(stage, EDITOR, "channel", "P2001-FX")
        await until(lambda: screen.tree.current_key == "account/P2001-FX")
        await stage.keys("E")
        panel = await opened(stage)
        panel.limit.selectAll()
        await stage.keys("95000", "F10")
        await closed(stage)
        await until(lambda: _limit(stage, "P2001-FX") == 9_500_000)
        after = stage.house.read(lambda one: account(one, "P2001-FX"))
        assert before is not None
        assert after == replace(before, credit_limit_minor=9_500_000)

        await stage.keys("S")
        await opened(stage)
        await stage.keys("SH77", "Tab", "New store", "F10")
        await closed(stage)
        await until(lambda: any(
            one.site is not None and one.site.site_id == "SH77" for one in screen.tree.shown
        ))  # fmt: skip

    play(script, tmp_path)


def _limit(stage: Stage, account_id: str) -> int:
    found = stage.house.read(lambda one: account(one, account_id))
    return found.credit_limit_minor if found is not None else 0


def test_partners_of_a_list_are_taken_and_doubtful_rows_are_named(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        in_the_new_year(stage.house)
        screen = await sit(stage, EDITOR, "channel-import", "FX")
        await screen.model.open(PARTNERS.encode(), "partners.csv")
        assert [one.row_number for one in screen.model.rows] == [2, 3, 4]
        assert {one.row_number for one, is_out in screen.model.problems if is_out} == {5, 6, 7}
        await stage.keys("F10")
        await until(lambda: _limit(stage, "P2101") == 5_000_000)

    play(script, tmp_path)


def _no_network(*_asked: Any, **_more: Any) -> Any:
    raise Unavailable("NETWORK")


def test_a_store_s_sales_are_asked_from_the_server_and_offline_says_so(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        house = stage.house
        enrolled(house)
        house.do("SH01.01", "clerk-guanqian", "sell", lines=["2000101010005"], tenders=["cash=100"])
        summed(house)
        screen = await sit(stage, EDITOR, "consolidated")
        await until(lambda: screen.sales.report is not None)
        assert "天河店" in screen.sales_tab.banner.text()
        screen.asker._detail = _no_network
        await stage.keys("F7", "F7", "F7")
        await until(lambda: [one.key for one in screen.sales.lines] == ["SH01"])
        await stage.keys("Return")
        panel = await opened(stage)
        await until(lambda: panel.model.error is not None)
        assert panel.banner.text() == stage.window.words.sentence("NETWORK")
        await stage.keys("Escape")
        await closed(stage)

        screen.asker._detail = server(house)
        screen.sales_tab.table.view.setFocus()
        await stage.keys("Return")
        panel = await opened(stage)
        await until(lambda: panel.table.rows.shown)
        (row,) = panel.table.rows.shown
        assert row["total_minor"] == screen.sales.lines[0].net_minor

    play(script, tmp_path)


def test_stock_that_is_not_here_is_asked_site_by_site_and_can_be_stopped(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        house = stage.house
        house.do("SH01.01", "clerk-guanqian", "sell", lines=["2000101010005"], tenders=["cash=100"])
        screen: Any = await sit(stage, EDITOR, "consolidated", "stock")
        stock = screen.stock
        await until(lambda: stock.here is not None)
        stock.here = replace(stock.here, held_sites=frozenset({"HQ01"}), held=(), lines=())
        stock.lines = ()
        stock.changed()
        assert len(stock.unknown_sites) == len(stock.here.sites) - 1
        assert screen.stock_tab.unknown.text()
        asked: list[str] = []
        whole = server(house)

        def slow(name: str, params: Any, *, progress: Any) -> Any:
            asked.append(params["site_id"])
            if len(asked) == 2:
                screen.asker.cancel()
            return whole(name, params, progress=progress)

        screen.asker._detail = slow
        await stage.keys("F7")
        await until(lambda: screen.asker.asking is None and asked)
        assert len(asked) < len(stock.here.sites) - 1, "cancelled"
        screen.asker._detail = whole
        await stage.keys("F7")
        await until(lambda: not stock.unknown_sites and stock.lines)
        assert {one.code: one.by_site.get("SH01") for one in stock.lines} == {"010101": -1_000_000}

    play(script, tmp_path)


def test_a_kept_document_is_opened_from_its_task_and_closed_with_a_reason(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        keep(stage)
        screen = await sit(stage, EDITOR, "kept", "SH01.01/11")
        await until(lambda: screen._line is not None and screen._line.n == 11)
        assert "观前街店" in screen.title.text()
        await stage.keys("C")
        await opened(stage)
        await stage.keys("typed twice", "F10")
        await closed(stage)
        await until(lambda: _closed(stage) == ["typed twice"])
        await until(lambda: len(screen.model.lines) == 2)
        await stage.keys("R")
        await stage.settle()

    play(script, tmp_path)


def _closed(stage: Stage) -> list[str]:
    found = stage.house.read(lambda one: kept_documents(one, state=KeptState.CLOSED))
    return [one.reason for one in found]


def test_a_task_opens_what_it_is_about_and_is_closed_with_a_reason(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        keep(stage)
        some_tasks(stage)
        house = stage.house
        screen = await sit(stage, EDITOR, "tasks")
        await until(lambda: len(screen.table.rows.shown) == 5)
        texts = [one.text for one in screen.table.rows.shown]
        assert any("晨露氨基酸洁面乳" in one for one in texts)
        assert not any("PERMISSION_MISSING" in one or "{" in one for one in texts)
        place = screen.table.rows.place_of(lambda one: one.line.code == "DOCUMENT_KEPT")
        screen.table.go_to(place)
        await stage.keys("O")
        await until(lambda: stage.window.current_id == "kept")
        kept: Any = stage.window.current
        await until(lambda: kept._line is not None and kept._line.n == 11)

        screen = await sit(stage, EDITOR, "tasks")
        await until(lambda: len(screen.table.rows.shown) == 5)
        await stage.keys("C")
        await opened(stage)
        await stage.keys("looked at it", "Return")
        await closed(stage)
        await until(lambda: len(house.read(open_tasks)) == 4)

    play(script, tmp_path)
