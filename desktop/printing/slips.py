"""The other slips of a shop: the shift's Z-report, a counted zone, a zone's label, a test page."""

from dataclasses import dataclass

from desktop.printing.slip import Cut, Feed, Kick, PaperRoll, QrCode, Slip, SlipWriter
from desktop.printing.words import Words, amount, grouped_quantity, moment, signed_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderCount:
    """One tender at the end of a shift: what the books expect, what the person declared."""

    name: str
    expected_minor: int
    declared_minor: int
    count: int = 0
    """How many receipts took it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denomination:
    """So many notes or coins of one value."""

    value_minor: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ZReport:
    """A closed shift; the expected figures exist on paper only after the count (I11)."""

    shop: str
    register: str
    number: str
    zone: str
    opened_at_us: int
    closed_at_us: int
    cashier: str
    currency: str
    sales_count: int
    sales_minor: int
    returns_count: int
    returns_minor: int
    """What was given back, positive."""
    discount_minor: int
    tenders: tuple[TenderCount, ...]
    float_minor: int = 0
    denominations: tuple[Denomination, ...] = ()
    voids: int = 0
    first_number: str = ""
    last_number: str = ""
    unsent: int = 0
    """Documents that head office does not have yet."""
    approver: str = ""
    moves: tuple[tuple[str, int], ...] = ()
    """What was taken (positive) or paid beside the sales, by its name: deposits, expenses."""

    @property
    def net_minor(self) -> int:
        """Sales less returns."""
        return self.sales_minor - self.returns_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSlip:
    """What a counter takes away from a closed zone: the own figures and the seal (H04).

    It has no place for a book figure: a blind counter learns nothing from paper.
    """

    shop: str
    count_number: str
    zone_name: str
    counter: str
    started_at_us: int
    sealed_at_us: int
    zone: str
    lines: int
    pieces_micro: int
    digest: str
    round_number: int = 1
    """1 = first count, 2 = recount, and so on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneLabel:
    """Hangs at the shelf; its QR code opens the zone on the counter's screen."""

    count_number: str
    zone_name: str
    scan_text: str


def z_report_slip(report: ZReport, words: Words, roll: PaperRoll) -> Slip:
    """The shift as it is handed over."""
    writer = SlipWriter(roll)
    writer.centre(report.shop, is_large=True)
    writer.centre(words("print.z.title"), is_bold=True)
    writer.pair(words("print.paper.number"), report.number)
    writer.pair(words("print.z.register"), report.register)
    writer.pair(words("print.receipt.cashier"), report.cashier)
    writer.pair(words("print.z.opened"), moment(report.opened_at_us, report.zone))
    writer.pair(words("print.z.closed"), moment(report.closed_at_us, report.zone))
    writer.rule()
    _z_trade(writer, report, words)
    writer.rule()
    _z_tenders(writer, report, words)
    _z_cash(writer, report, words)
    writer.rule()
    _z_papers(writer, report, words)
    writer.add(Feed(lines=2), Cut())
    return writer.slip()


def _z_trade(writer: SlipWriter, report: ZReport, words: Words) -> None:
    sold = words("print.z.sales", count=report.sales_count)
    back = words("print.z.returns", count=report.returns_count)
    writer.pair(sold, amount(report.sales_minor, report.currency))
    writer.pair(back, amount(-report.returns_minor, report.currency))
    writer.pair(words("print.z.discounts"), amount(report.discount_minor, report.currency))
    writer.total(words("print.z.net"), signed_amount(report.net_minor, report.currency))
    for name, minor in report.moves:
        writer.pair(name, amount(minor, report.currency))


def _z_tenders(writer: SlipWriter, report: ZReport, words: Words) -> None:
    currency = report.currency
    for tender in report.tenders:
        writer.text(words("print.z.tender", name=tender.name, count=tender.count), is_bold=True)
        writer.pair(f"  {words('print.z.expected')}", amount(tender.expected_minor, currency))
        writer.pair(f"  {words('print.z.declared')}", amount(tender.declared_minor, currency))
        difference = tender.declared_minor - tender.expected_minor
        writer.pair(f"  {words('print.z.difference')}", amount(difference, currency))


def _z_cash(writer: SlipWriter, report: ZReport, words: Words) -> None:
    if not report.denominations:
        return
    writer.rule()
    writer.pair(words("print.z.float"), amount(report.float_minor, report.currency))
    for one in report.denominations:
        counted = f"{amount(one.value_minor, report.currency)} × {one.count}"
        writer.pair(counted, amount(one.value_minor * one.count, report.currency))


def _z_papers(writer: SlipWriter, report: ZReport, words: Words) -> None:
    if report.first_number:
        writer.pair(words("print.z.first"), report.first_number)
        writer.pair(words("print.z.last"), report.last_number)
    writer.pair(words("print.z.voids"), str(report.voids))
    writer.pair(words("print.z.unsent"), str(report.unsent))
    if report.approver:
        writer.pair(words("print.z.approver"), report.approver)
    writer.add(Feed())
    writer.text(words("print.z.signature"))


def zone_slip(zone: ZoneSlip, words: Words, roll: PaperRoll) -> Slip:
    """The counter's proof of a sealed zone."""
    writer = SlipWriter(roll)
    writer.centre(zone.zone_name, is_large=True)
    writer.centre(words("print.count.zone_sealed"), is_bold=True)
    writer.pair(words("print.paper.shop"), zone.shop)
    writer.pair(words("print.count.number"), zone.count_number)
    writer.pair(words("print.count.round"), str(zone.round_number))
    writer.pair(words("print.count.counter"), zone.counter)
    writer.pair(words("print.count.started"), moment(zone.started_at_us, zone.zone))
    writer.pair(words("print.count.sealed"), moment(zone.sealed_at_us, zone.zone))
    writer.rule()
    writer.pair(words("print.count.lines"), str(zone.lines))
    writer.total(words("print.count.pieces"), grouped_quantity(zone.pieces_micro))
    writer.rule()
    writer.text(words("print.count.digest", digest=zone.digest))
    writer.add(Feed(lines=1), Cut())
    return writer.slip()


def zone_label(label: ZoneLabel, words: Words, roll: PaperRoll) -> Slip:
    """A label for one zone of a count."""
    writer = SlipWriter(roll)
    writer.centre(label.zone_name, is_large=True)
    writer.centre(words("print.count.label", number=label.count_number))
    writer.add(QrCode(text=label.scan_text, module_dots=8))
    writer.centre(label.scan_text)
    writer.add(Feed(lines=1), Cut())
    return writer.slip()


def drawer_slip() -> Slip:
    """Only opens the drawer: no paper is moved."""
    return (Kick(),)


def trial_slip(words: Words, roll: PaperRoll) -> Slip:
    """What a shop owner prints after connecting the printer: widths, Chinese, a rare name, QR."""
    writer = SlipWriter(roll)
    writer.centre(words("print.test.title"), is_large=True)
    writer.text("1234567890" * (roll.columns // 10) + "12"[: roll.columns % 10])
    writer.text("中文全角对齐一二三四五六七八九十" * (roll.columns // 32))
    writer.pair("0123456789", signed_amount(123456, "CNY"))
    writer.pair(words("print.test.rare"), "䶮㙍")
    writer.rule()
    writer.add(QrCode(text="QUTONG"))
    writer.centre(words("print.test.done"))
    writer.add(Feed(lines=1), Cut())
    return writer.slip()
