"""The count sheet on A4: goods and empty cells, for who counts with a pencil. No book figure."""

from desktop.printing.pdf.reports import CountSheet, CountSheetLine, count_sheet_pdf
from desktop.stocktake.usecases.reading import Work, goods_to_count
from desktop.ui.frame import Frame
from desktop.ui.theme import Tone
from shared.core.clock import business_day


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
