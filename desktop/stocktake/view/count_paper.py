"""The paper of a count: a sheet of goods and empty cells without a book figure, and the labels of
zones."""

from desktop.printing.escpos import PrinterProfile, encode
from desktop.printing.pdf.reports import CountSheet, CountSheetLine, count_sheet_pdf
from desktop.printing.slips import ZoneLabel, zone_label
from desktop.stocktake.usecases.reading import Work, goods_to_count
from desktop.stocktake.usecases.reviewing import Board
from desktop.ui.frame import Frame
from desktop.ui.theme import Tone
from shared.core.clock import business_day
from shared.stocktake.rules import label_text


async def print_count_sheet(frame: Frame, work: Work) -> None:
    """Of a recount or a spot count what is wanted, else whatever the site has held."""
    person, desk = frame.person, frame.desk
    goods = await desk.fetch(goods_to_count, person.site_id, work)
    sheet = CountSheet(
        shop=person.site_name,
        count_number=work.number,
        zone_name=work.zone_name,
        lines=tuple(
            CountSheetLine(code=one.code, name=f"{one.name} {one.spec}".rstrip(), unit=one.unit)
            for one in goods
        ),
        counter=person.name,
        day=business_day(desk.now_us, person.zone),
    )
    pdf = await desk.work(count_sheet_pdf, sheet, frame.words)
    frame.paper.document(pdf, f"{work.number} {work.zone_name}")
    frame.say(frame.words("counting.sheet_made", n=len(goods)), Tone.GOOD)


def print_zone_labels(frame: Frame, board: Board) -> None:
    """A label for each zone: scanned, it opens the zone."""
    profile = PrinterProfile()
    for zone in board.zones:
        shown = ZoneLabel(
            count_number=board.head.number,
            zone_name=zone.name or zone.zone_id,
            scan_text=label_text(board.head.number, zone.zone_id),
        )
        slip = zone_label(shown, frame.words, profile.roll)
        frame.paper.receipt(encode(slip, profile), f"{board.head.number} {zone.zone_id}")
    frame.say(frame.words("review.labels_sent", n=len(board.zones)), Tone.GOOD)
