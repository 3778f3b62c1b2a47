"""What belongs to one shop alone: texts and numbers that are found again in any bytes."""

from dataclasses import dataclass

from shared.accounts.documents import Collection, CustomerStated, ExpensePaid, ShiftOpened
from shared.accounts.rules import own_customer_id
from shared.catalog.documents import OwnProductCreated, SupplierStated
from shared.journal.document import Body
from shared.members.documents import MemberRegistered
from shared.ordering.documents import OrderLine, OrderSubmitted
from shared.pricing.documents import OwnPriceSet
from shared.sales.documents import Sale, SaleLine, TenderLine
from shared.stock.documents import MoveLine, Movement, PurchaseLine, PurchaseReceived
from shared.stocktake.documents import CountOpened, CountZone, PhotoTaken
from shared.tasks.documents import TaskClosed

MARK = "kanarek"
GOODS = "kanaryjka"
"""Goods that are one shop's alone; head office's own warehouse, which ships them, knows them."""
SHARED = "dzielony"
"""Texts a shop's supplier knows, too."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of one shop."""

    number: int
    salt: int = 0
    """Another one makes other secrets of the same shape."""

    def text(self, name: str, *, mark: str = MARK) -> str:
        """A text that stands nowhere else."""
        return f"{mark}{self.number:03d}z{name}{'x' * self.salt}"

    def ordered(self, name: str) -> str:
        """A text that stands in orders: who supplies the shop reads it."""
        return self.text(name, mark=SHARED if self.number <= 2 else GOODS)

    def called(self, name: str) -> str:
        """A text the shop's own supplier knows it by."""
        return self.text(name, mark=SHARED if self.number <= 2 else MARK)

    def _number(self, place: int) -> int:
        """Of more than 32 bits and less than 48: it stands as the same six bytes everywhere."""
        return 0x2F_00_5A_00_00_00 + (place << 36) + self.number * 0x01_03_57 + self.salt

    @property
    def picture(self) -> bytes:
        """What head office shows of the goods that are this shop's alone."""
        return b"\xff\xd8\xff" + self.text("picture", mark=GOODS).encode()

    @property
    def credit_minor(self) -> int:
        return self._number(1)

    @property
    def debt_minor(self) -> int:
        return self._number(2) % 10**11

    @property
    def price_micro(self) -> int:
        return self._number(3) % 10**11

    @property
    def policy_minor(self) -> int:
        return 77_700_000_000 + self.number + self.salt * 1_000

    @property
    def sold_micro(self) -> int:
        return 20_000_000_003 + self.number * 1_000_007 + self.salt

    def needles(self, *, goods: bool = True) -> list[bytes]:
        """The bytes by which this shop's secrets are found; with ``goods`` its own list, too."""
        marks = (MARK, GOODS) if goods else (MARK,)
        texts = [f"{mark}{self.number:03d}z".encode() for mark in marks]
        numbers = (
            self.credit_minor, self.debt_minor, self.price_micro, self.policy_minor,
            self.sold_micro,
        )  # fmt: skip
        for number in numbers:
            texts += [str(number).encode(), number.to_bytes(6, "big")]
        return texts


def secret_documents(secret: Secrets, site_id: str, account_id: str) -> list[Body]:
    """One document of everything a shop writes, each with a secret in it."""
    line = SaleLine(
        product_id="P1",
        qty_micro=secret.sold_micro,
        unit_price_micro=5_000_000,
        amount_minor=500,
        name=secret.text("line"),
    )
    cash = TenderLine(tender="card", amount_minor=500, reference=secret.text("card-slip"))
    customer = own_customer_id(site_id, secret.text("customer"))
    return [
        Sale(
            mode="full",
            currency="CNY",
            lines=[line],
            tenders=[cash],
            total_minor=500,
            note=secret.text("sale"),
        ),
        MemberRegistered(
            member_id="MB" + f"{secret.number:032x}",
            name=secret.text("member"),
            phone=secret.text("phone"),
            note=secret.text("member-note"),
        ),
        CustomerStated(customer_id=customer, name=secret.text("customer"), phone="1"),
        Collection(
            customer_id=customer,
            currency="CNY",
            tender="cash",
            amount_minor=100,
            allocations=[],
            reference=secret.text("collection"),
        ),
        ExpensePaid(
            category=secret.text("expense"),
            currency="CNY",
            amount_minor=100,
            payee=secret.text("payee"),
        ),
        ShiftOpened(currency="CNY", float_minor=100, note=secret.text("shift")),
        OwnProductCreated(code=secret.text("own"), name=secret.text("own-name")),
        OwnPriceSet(product_id="P1", unit_price_micro=secret.price_micro),
        SupplierStated(code="SUP", name=secret.text("supplier")),
        PurchaseReceived(
            supplier_id="SUP",
            currency="CNY",
            lines=[PurchaseLine(product_id="P1", qty_micro=1_000_000)],
            note=secret.text("purchase"),
        ),
        Movement(
            movement_type="loss",
            from_location=f"site/{site_id}/-/sellable",
            to_location="scrap",
            lines=[MoveLine(product_id="P1", qty_micro=1_000_000, lot=secret.text("lot"))],
            reason=secret.text("reason"),
        ),
        CountOpened(
            scope="spot",
            mode="blind",
            zones=[CountZone(zone_id="Z", name=secret.text("zone"))],
            note=secret.text("count"),
        ),
        PhotoTaken(
            count_uid=bytes(16),
            code=secret.text("stranger"),
            note=secret.text("photo"),
            data=secret.picture,
        ),
        OrderSubmitted(
            account_id=account_id,
            sales_org="FX" if secret.number % 5 else "ZX",
            currency="CNY",
            lines=[
                OrderLine(
                    line_no=1,
                    product_id="P1",
                    qty_micro=1_000_000,
                    unit_price_micro=5_000_000,
                    amount_minor=500,
                )
            ],
            supplier="DL" if secret.number <= 2 else "",
            note=secret.ordered("order"),
        ),
        TaskClosed(code="PRODUCT_UNKNOWN", subject=secret.text("closed"), site_id=site_id),
    ]
