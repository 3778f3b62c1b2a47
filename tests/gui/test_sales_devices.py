"""The customer's display and the list of payments by the customer's code, at the till by keys."""

from pathlib import Path

from desktop.printing.display import ADDRESS
from desktop.sales.usecases.payments import PaymentState, begin_payment, last_payments
from desktop.sales.view.payment_list import PaymentListPanel
from desktop.sales.view.till import TillScreen
from tests.builders.hands import until
from tests.builders.window_house import Stage, play
from tests.fakes.payments import FakeProvider

CLERK, DEVICE, CLEANSER = "clerk-guanqian", "SH01.01", "2000101010005"


def test_the_customer_sees_the_total_and_settings_show_a_test_line(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in(CLERK, DEVICE)
        stage.window.open("settings")
        await stage.settle()
        await stage.keys("F9")
        shown = tmp_path / "display.bin"
        stage.program.settings.put(ADDRESS, f"file:{shown}")
        await stage.keys("F9")
        await until(shown.exists)
        assert b"QA123456.78" in shown.read_bytes()
        stage.window.open("till")
        await stage.settle()
        await stage.scan(CLEANSER)
        await stage.scan(CLEANSER)
        await until(lambda: b"QA118.00" in shown.read_bytes())
        await stage.keys("F9", "150", "Return")
        await until(lambda: shown.read_bytes().endswith(b"\x1bs4\x1bQA32.00\r"))

    play(script, tmp_path)


def test_a_payment_that_stands_in_no_sale_goes_back_by_keys(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in(CLERK, DEVICE)
        stage.window.open("till")
        await stage.settle()
        till = stage.window.current
        assert isinstance(till, TillScreen)
        await stage.keys("F12", "P")
        assert not isinstance(stage.window.overlay.top, PaymentListPanel), "no provider"
        await stage.keys("Escape")
        provider = till.provider = FakeProvider()
        store = stage.program.client.store
        begin_payment(store, provider, 5_900, "134567890123456789")
        await stage.keys("F12", "P")
        panel = stage.window.overlay.top
        assert isinstance(panel, PaymentListPanel)
        panel.table.go_to(0)
        await stage.keys("F8", "Return")

        def states() -> list[PaymentState]:
            return [one.state for one, _at in store.read(last_payments)]

        await until(lambda: states() == [PaymentState.REVERSED])
        assert not provider.taken, "the customer has the money back"

    play(script, tmp_path)
