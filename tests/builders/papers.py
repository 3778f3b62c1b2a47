"""Examples of what is printed, as full as a shop makes them."""

from desktop.printing.pdf.trade import NoteKind, OrderPaper, TradeLine, TradeNote
from desktop.printing.receipt import GiftBlock, GiftLine, Receipt, ReceiptLine, TenderRow
from desktop.printing.slips import Denomination, TenderCount, ZoneSlip, ZReport
from desktop.words.texts import Language, Words

ZH = Words(Language.CHINESE)
EN = Words(Language.ENGLISH)
ONE = 1_000_000
AT_US = 1_795_000_000_000_000
ZONE = "Asia/Shanghai"

GIFTS = (
    GiftBlock(
        policy="买10送1",
        lines=(GiftLine(code="HJJ-Z001", name="玫瑰面霜小样 5g", qty_micro=ONE, unit="支"),),
    ),
)

CREAM = ReceiptLine(
    code="HJJ-0001",
    name="花间集 玫瑰除皱面霜 50g",
    qty_micro=2 * ONE,
    unit="瓶",
    unit_price_micro=199 * ONE,
    amount_minor=37800,
    discount_minor=2000,
    reason="会员95折",
)
PALETTE = ReceiptLine(
    code="6901234567892",
    name="Revlon Eye Shadow Palette 12 colours nude edition",
    qty_micro=ONE,
    unit="pc",
    unit_price_micro=89 * ONE,
    amount_minor=8900,
)

RECEIPT = Receipt(
    shop="示例品牌南京东路店",
    number="XS-S001-01A-000123",
    at_us=AT_US,
    zone=ZONE,
    cashier="王小明",
    member="张** 5678",
    currency="CNY",
    lines=(CREAM, PALETTE),
    total_minor=46700,
    discount_minor=2000,
    tenders=(TenderRow(name="现金", amount_minor=50000),),
    change_minor=3300,
    price_version=27,
    gifts=GIFTS,
    footer=("谢谢惠顾",),
)

Z_REPORT = ZReport(
    shop="南京东路店",
    register="01",
    number="ZB-S001-01A-000012",
    zone=ZONE,
    opened_at_us=AT_US,
    closed_at_us=AT_US + 36_000_000_000,
    cashier="王小明",
    currency="CNY",
    sales_count=123,
    sales_minor=1234567,
    returns_count=2,
    returns_minor=20000,
    discount_minor=5000,
    tenders=(
        TenderCount(name="现金", expected_minor=200000, declared_minor=195000, count=45),
        TenderCount(name="微信", expected_minor=1014567, declared_minor=1014567, count=78),
    ),
    float_minor=50000,
    denominations=(Denomination(value_minor=10000, count=15),),
    first_number="XS-S001-01A-000100",
    last_number="XS-S001-01A-000224",
    unsent=3,
)

ZONE_SLIP = ZoneSlip(
    shop="南京东路店",
    count_number="PD-S001-000003",
    zone_name="A-03",
    counter="李红",
    started_at_us=AT_US,
    sealed_at_us=AT_US + 3_000_000_000,
    zone=ZONE,
    lines=120,
    pieces_micro=1234 * ONE,
    digest="9F3A-77C1-20BE",
)

_NAMES = (
    "花间集 玫瑰除皱面霜 50g",
    "青黛 绿茶控油洁面乳（旅行装）100ml 敏感肌适用 限量礼盒版",
    "Revlon Eye Shadow Palette",
)


def trade_lines(count: int) -> tuple[TradeLine, ...]:
    """So many lines, each with an ERP code of its own."""
    return tuple(
        TradeLine(
            code=f"HJJ-{at:05d}",
            name=_NAMES[at % 3],
            unit="瓶",
            qty_micro=(at % 7 + 1) * ONE,
            unit_price_micro=90_550_000,
            amount_minor=9055 * (at % 7 + 1),
            barcode="6901234567892",
            accepted_micro=(at % 7) * ONE,
        )
        for at in range(1, count + 1)
    )


def sales_note(count: int) -> TradeNote:
    """A 销售单 of so many lines."""
    lines = trade_lines(count)
    return TradeNote(
        kind=NoteKind.SALE,
        company="上海示例商贸有限公司",
        number="XS-S001-01A-000123",
        at_us=AT_US,
        zone=ZONE,
        currency="CNY",
        customer="杭州西湖美妆经营部",
        address="浙江省杭州市西湖区文三路 123 号",
        maker="王小明",
        lines=lines,
        total_minor=sum(line.amount_minor for line in lines),
        price_version=27,
        printed_at_us=AT_US,
    )


def channel_order(count: int) -> OrderPaper:
    """A decided 订货单 with a block of gifts."""
    lines = trade_lines(count)
    return OrderPaper(
        company="上海示例商贸有限公司",
        number="DH-D001-01A-000045",
        at_us=AT_US,
        zone=ZONE,
        currency="CNY",
        customer="杭州西湖美妆经营部",
        supplier="示例品牌总部",
        sales_org="分销",
        order_type="促销订单",
        state="部分受理",
        lines=lines,
        total_minor=sum(line.amount_minor for line in lines),
        gifts=GIFTS,
        is_decided=True,
    )
