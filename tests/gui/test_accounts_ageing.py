"""The ages of what is owed, by keys: at the dealer's statements and at head office (N01)."""

from pathlib import Path
from typing import Any

from python_calamine import load_workbook

from desktop.accounts.view.ageing import AgeingPanel
from shared.accounts.rules import Ageing
from tests.builders.dealer_days import CREAM, CUSTOMER, east, stocked
from tests.builders.hands import until
from tests.builders.one_house import balance
from tests.builders.window_house import Stage, play
from tests.gui.office_hands import EDITOR, opened, sit

DAY_US = 86_400_000_000
PIECE = 10_348


def test_a_dealer_sees_who_is_late_and_takes_it_to_excel(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        house = stage.house
        stocked(house)
        for pieces, days in ((10, 70), (5, 40), (3, 0)):
            east(house, "sell-invoice", customer=CUSTOMER, lines=[f"{pieces}*{CREAM}"])
            house.time.tick(days * DAY_US)
        east(house, "collect", customer=CUSTOMER, amount="300")
        await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        stage.window.open("statement")
        await stage.settle()
        await stage.keys("A")
        panel: Any = await opened(stage)
        assert isinstance(panel, AgeingPanel)
        await until(lambda: panel.model.rows)
        # The oldest is 110 days old and 300 of it are paid, the next 40 days, the last of today.
        ages = Ageing(3 * PIECE, 0, 5 * PIECE, 0, 10 * PIECE - 30_000)
        assert panel.model.sums == ages
        owed = balance(house, f"site/DL01/receivable/{CUSTOMER}")
        assert ages.balance_minor == owed
        assert [one.value for one in panel.view.chart._bars] == list(ages)[:5]
        await stage.keys("Ctrl+E")
        await until(lambda: list((tmp_path / "paper").glob("*.xlsx")))
        (path,) = (tmp_path / "paper").glob("*.xlsx")
        assert panel.model.day in path.name
        rows = load_workbook(str(path)).get_sheet_by_index(0).to_python()
        assert rows[1][2] == owed / 100
        await stage.keys("F4", "F4", "F4")
        assert panel.model.as_of.value == "last_year"
        await stage.keys("F4", "Return")
        await until(lambda: stage.window.overlay.top is None)
        screen: Any = stage.window.current
        await until(lambda: screen.model.party.party_id == CUSTOMER)

    play(script, tmp_path)


def test_head_office_sees_its_accounts_by_age(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        stocked(stage.house)
        stage.house.time.tick(50 * DAY_US)
        screen: Any = await sit(stage, EDITOR, "consolidated", "ages")
        await until(lambda: screen.ages.rows)
        (one,) = screen.ages.rows
        assert one.ages.to_60_minor == balance(stage.house, f"partner/{one.party_id}/receivable")
        assert (one.terms_days, one.ages.not_due_minor) == (30, 0)
        await stage.keys("F8")
        await until(lambda: not screen.ages.rows or screen.ages.rows[0].ages != one.ages)

    play(script, tmp_path)
