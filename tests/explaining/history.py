"""A history that a seed makes: sales, returns, orders, transfers and money over many days."""

import random
from typing import Any, Final

from sqlalchemy import Connection, select

from shared.areas import SCHEMA
from shared.core.errors import QutongError
from shared.reporting.posting import sum_day
from shared.sales.tables import register_line, sale
from shared.sync.replica import apply_writes, everything
from tests.builders.one_house import House, a_house

GOODS: Final = ("010101", "010102", "010201", "010203", "010204")
TILL: Final = ("SH01.01", "clerk-guanqian")
OTHER_TILL: Final = ("SH02.01", "clerk-pingjiang")
DEALER: Final = ("DL01.01", "dealer-east")
WAREHOUSE: Final = ("HQ01.01", "hq-warehouse")
OFFICE: Final = ("HQ.01", "hq-editor")
_HOUR_US: Final = 3_600_000_000
_STEPS_A_DAY: Final = 8


class Maker:
    """Types what people type, as a seed has it; what is refused leaves no trace."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.chance = random.Random(seed)
        self.sold: list[tuple[tuple[str, str], str]] = []
        self.done = 0

    def run(self, steps: int) -> None:
        """So many acts, some of them in a day, and the sums of every day."""
        acts = [
            (self.sell, 6), (self.give_back, 2), (self.invoice, 2), (self.collect, 1),
            (self.expense, 1), (self.order, 2), (self.transfer, 1), (self.move, 2),
            (self.register, 1), (self.shift, 2), (self.pay, 1),
        ]  # fmt: skip
        for step in range(steps):
            (act,) = self.chance.choices([one for one, _ in acts], [often for _, often in acts])
            try:
                act()
                self.done += 1
            except QutongError:
                continue
            finally:
                self.house.time.tick(24 * _HOUR_US if step % _STEPS_A_DAY == 0 else _HOUR_US // 4)
        self.house.local.transact(lambda one: sum_all(one, self.house.time.now_us()))

    def do(self, who: tuple[str, str], command: str, /, **said: Any) -> Any:
        """Type a command."""
        return self.house.do(*who, command, **said)

    def lines(self, most: int = 6) -> list[str]:
        """Some goods."""
        some = self.chance.sample(GOODS, self.chance.randint(1, 3))
        return [f"{self.chance.randint(1, most)}*{code}" for code in some]

    def sell(self) -> None:
        who = self.chance.choice((TILL, OTHER_TILL))
        tender = self.chance.choice(("cash=9999", "", ""))
        tenders = [tender] if tender else []
        bought = self.do(who, "sell", lines=self.lines(), tenders=tenders)
        self.sold.append((who, bought["uid"]))

    def give_back(self) -> None:
        who, uid = self.chance.choice(self.sold or [(TILL, "f" * 32)])
        self.do(who, "return-goods", sale=uid, reason="size")
        self.sold.remove((who, uid))

    def invoice(self) -> None:
        paid = self.chance.choice(([], ["cash=20"]))
        self.do(DEALER, "sell-invoice", customer="K7", lines=self.lines(20), tenders=paid)

    def collect(self) -> None:
        amount = str(self.chance.randint(10, 300))
        self.do(DEALER, "collect", customer="K7", amount=amount, tender="bank_transfer")

    def expense(self) -> None:
        self.do(
            TILL, "expense", category="邮费", amount=str(self.chance.randint(1, 20)), payee="SF"
        )

    def order(self) -> None:
        code, qty = self.chance.choice(GOODS), str(self.chance.choice((12, 24, 48)))
        number = self.do(DEALER, "order-submit", lines=[{"code": code, "qty": qty}])["number"]
        self.do(OFFICE, "order-decide", order=number)
        sent = self.do(OFFICE, "order-ship", order=number, site="HQ01")
        if self.chance.random() < 0.7:
            self.do(DEALER, "order-receive", shipment=sent["number"])

    def transfer(self) -> None:
        sent = self.do(TILL, "transfer-send", to="SH02", lines=[{"code": GOODS[0], "qty": "3"}])
        if self.chance.random() < 0.7:
            self.do(OTHER_TILL, "transfer-receive", transfer=sent["number"])

    def move(self) -> None:
        lines = [{"code": self.chance.choice(GOODS), "qty": str(self.chance.randint(5, 40))}]
        self.do(WAREHOUSE, "move", type="purchase_receipt", lines=lines, party="supplier")

    def register(self) -> None:
        self.do(DEALER, "register", lines=self.lines())

    def pay(self) -> None:
        amount = str(self.chance.randint(100, 900))
        self.do(OFFICE, "account-payment", account="P1001-FX", amount=amount)

    def shift(self) -> None:
        try:
            self.do(TILL, "shift-open", float="100")
            # Counted again: the figure has two documents behind it.
            self.do(TILL, "shift-float", float="150")
        except QutongError:
            self.do(TILL, "shift-count", cash=["100=2"])
            self.do(TILL, "shift-close")


def sum_all(connection: Connection, now_us: int) -> None:
    """Head office sums every day anything was sold on."""
    sales = select(sale.c.site_id, sale.c.business_day).distinct()
    simple = select(register_line.c.site_id, register_line.c.to_day).distinct()
    days = {tuple(row) for one in (sales, simple) for row in connection.execute(one)}
    for site_id, day in sorted(days):
        writes = list(sum_day(connection, site_id, day, now_us))
        apply_writes(connection, SCHEMA, writes, slot=0, owns=everything)


def a_history(seed: int, steps: int) -> House:
    """A house with so many acts behind it."""
    house = a_house()
    Maker(house, seed).run(steps)
    return house
