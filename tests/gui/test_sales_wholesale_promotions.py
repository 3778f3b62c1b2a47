"""Promotions of the wholesale invoice by keys alone: gifts chosen, another policy, the reasons."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from desktop.sales.model.invoice_lines import InvoiceGift
from desktop.sales.view.invoice import InvoiceScreen
from shared.promotions.rules import Use
from shared.sales.tables import sale_line
from tests.builders.dealer_days import CLEANSER, CREAM, CUSTOMER, LOTION, SPRAY, stocked
from tests.builders.hands import until
from tests.builders.one_house import balance
from tests.builders.order_policies import cream_ten_and_one, spend_and_gift, spend_and_save
from tests.builders.policies import publish
from tests.builders.window_house import Stage, play

OWED = f"site/DL01/receivable/{CUSTOMER}"


def test_gifts_are_chosen_and_another_policy_taken_by_keys(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        stocked(stage.house)
        whole = (
            cream_ten_and_one(gifts=(LOTION, SPRAY)),
            spend_and_save(1_500, 80),
            spend_and_gift(1_000),
        )
        publish(stage.house, *(replace(one, uses=(Use.INVOICE,)) for one in whole), site_id="DL01")
        await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        stage.window.open("invoice", CUSTOMER)
        await stage.settle()
        screen = stage.window.current
        assert isinstance(screen, InvoiceScreen)
        await stage.keys("F2", f"{CREAM} 20", "Return", "F2", f"{CLEANSER} 3箱", "Return")
        assert screen.told.isVisible()

        # Two lotions: Enter twice on the first gift to choose, three rows below the cream.
        screen.table.view.setFocus()
        screen.table.go_to(3)
        assert isinstance(screen.table.current, InvoiceGift)
        await stage.keys("Return", "Return")
        chosen = [(one.product_id, one.qty_micro) for one in screen.model.invoice.gifts]
        assert chosen == [(LOTION, 2_000_000)]
        # Nothing of a gift is typed.
        place = screen.table.rows.place_of(lambda one: isinstance(one, InvoiceGift))
        screen.table.go_to(place, 3)
        await stage.keys("F6")
        assert stage.window.overlay.top is None

        gross = 20 * 10_348 + 72 * 3_068
        assert screen.model.total_minor == gross
        await stage.keys("F5", "Down", "Return")
        assert screen.model.total_minor == gross - 8_000
        await stage.keys("F10")
        await until(lambda: balance(stage.house, OWED))
        assert balance(stage.house, OWED) == gross - 8_000
        kinds = stage.house.read(lambda one: one.execute(select(sale_line.c.kind)).scalars().all())
        assert sorted(kinds) == ["gift", "goods", "goods"]

    play(script, tmp_path)
