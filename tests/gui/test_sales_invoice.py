"""The wholesale invoice by keys alone: customer, goods, terms, post; then the money."""

from pathlib import Path

from sqlalchemy import select

from desktop.accounts.view.statement import StatementScreen
from desktop.ordering.view.seen import SeenScreen
from desktop.sales.view.invoice import InvoiceScreen
from desktop.sales.view.invoice_panels import CollectPanel
from shared.sales.tables import sale_line
from tests.builders.dealer_days import CLEANSER, CREAM, CREAM_BARCODE, CUSTOMER, stocked
from tests.builders.hands import until
from tests.builders.one_house import balance, on_hand
from tests.builders.window_house import Stage, play

OWED = f"site/DL01/receivable/{CUSTOMER}"


async def at_invoice(stage: Stage) -> InvoiceScreen:
    stocked(stage.house)
    await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
    stage.window.open("invoice")
    await stage.settle()
    screen = stage.window.current
    assert isinstance(screen, InvoiceScreen)
    return screen


def test_an_invoice_on_credit_is_posted_printed_and_collected(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        screen = await at_invoice(stage)
        await stage.keys("F3", "szmz", "Return")
        assert screen.model.customer is not None
        assert screen.model.customer.level_name == "二级经销商"
        await stage.scan(CREAM_BARCODE)
        await stage.keys("F2", f"{CLEANSER} 1箱3支", "Return")
        assert screen.table.current.product_id == CLEANSER
        await stage.keys("F9", "F10")
        await stage.settle()
        # 二级价: 103.48 + 27 × 30.68
        assert balance(stage.house, OWED) == 10_348 + 27 * 3_068
        assert on_hand(stage.house, "DL01", CLEANSER) == 96 - 27
        papers = tmp_path / "paper"
        await until(lambda: list(papers.glob("XS-DL01-*.pdf")))
        assert list(papers.glob("XS-DL01-*.pdf"))

        await stage.keys("F3", "szmz", "Return", "C", "Ctrl+A", "500", "Return")
        await stage.settle()
        assert balance(stage.house, OWED) == 10_348 + 27 * 3_068 - 50_000
        assert balance(stage.house, "site/DL01/tender/cash") == 50_000

        # Twice in one breath is money taken once.
        await stage.keys("F3", "szmz", "Return", "C", "Ctrl+A", "100")
        panel = stage.window.overlay.top
        assert isinstance(panel, CollectPanel)
        panel._go()
        panel._go()
        await until(lambda: stage.window.overlay.top is None)
        await stage.settle()
        assert balance(stage.house, "site/DL01/tender/cash") == 60_000

    play(script, tmp_path)


def test_a_lower_price_is_kept_over_a_kill_and_posted_as_a_discount_with_its_reasons(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        screen = await at_invoice(stage)
        await stage.keys("F3", CUSTOMER, "Return")
        await stage.scan(CREAM_BARCODE)
        screen.table.view.setFocus()
        await stage.keys("F6", "Ctrl+A", "100", "Return")
        assert screen.model.rows[0].pays_micro == 100_000_000
        await stage.keys("F7")
        assert stage.window.sheet.isVisible()
        again = InvoiceScreen(screen.frame)
        assert again.model.invoice == screen.model.invoice
        again.leave()
        await stage.keys("Escape", "F10")
        await until(lambda: balance(stage.house, OWED))
        assert balance(stage.house, OWED) == 10_000
        # The price found stays with its reasons; what was taken off is a discount.
        (line,) = stage.house.read(lambda one: one.execute(select(sale_line)).mappings().all())
        assert (line["unit_price_micro"], line["discount_minor"]) == (103_480_000, 348)
        assert line["price_trail"]

    play(script, tmp_path)


def test_paid_now_and_a_new_customer_by_keys(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        screen = await at_invoice(stage)
        await stage.keys("F3", "王记杂货", "Return", "13800001111", "Return")
        assert screen.model.customer is not None
        assert screen.model.customer.phone == "13800001111"
        await stage.scan(CREAM_BARCODE)
        await stage.keys("F9", "F9", "F10")
        await stage.settle()
        assert balance(stage.house, "site/DL01/tender/cash") == 10_348
        await stage.keys("F3", "1111")
        assert len(screen.model.find_customers("1111")) == 1
        assert [one.name for one in screen.model.find_customers("wjzh")] == ["王记杂货"]
        await stage.keys("Escape")

        screen.setFocus()
        await stage.keys("N", "李记超市", "Return", "13900002222", "Return")
        assert screen.model.customer is not None
        assert (screen.model.customer.name, screen.model.customer.is_own) == ("李记超市", True)
        screen.setFocus()
        await stage.keys("E", "Ctrl+A", "李记", "Return", "Return")
        assert screen.model.customer.name == "李记"
        assert [one.name for one in screen.model.find_customers("2222")] == ["李记"]

    play(script, tmp_path)


def test_the_statement_adds_up_and_expenses_stand_in_it(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await at_invoice(stage)
        house = stage.house
        house.do("DL01.01", "dealer-east", "sell-invoice", customer=CUSTOMER, lines=[f"5*{CREAM}"])
        house.do("DL01.01", "dealer-east", "collect", customer=CUSTOMER, amount="100")
        stage.window.open("statement", CUSTOMER)
        await stage.settle()
        await stage.settle()
        screen = stage.window.current
        assert isinstance(screen, StatementScreen)
        rows = screen.model.rows
        assert [(one.charged_minor, one.paid_minor) for one in rows] == [(51_740, 0), (0, 10_000)]
        assert screen.model.closing_minor == balance(house, OWED) == 41_740
        assert all(one.number for one in rows)
        await stage.keys("F8", "postage", "Return", "38.5", "Return", "Return")
        await stage.settle()
        await stage.settle()
        assert balance(house, "site/DL01/expense/postage") == 3_850
        assert screen.model.party is not None
        assert screen.model.party.party_id == "postage"
        await stage.keys("H")
        await stage.settle()
        seen = stage.window.current
        assert isinstance(seen, SeenScreen)
        await until(lambda: seen.tables.rows.all)
        by_table = {one.table: one for one in seen.tables.rows.all}
        assert by_table["sale"].seen_by_office == 0
        assert by_table["channel_order"].seen_by_office == by_table["channel_order"].rows > 0

    play(script, tmp_path)
