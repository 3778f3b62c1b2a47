"""A posted movement on paper."""

from desktop.printing.pdf.form import FormColumn
from desktop.printing.pdf.reports import TableReport, table_report_pdf
from desktop.stock.model.moving import PostedMove
from desktop.ui.frame import Frame
from desktop.words import formats
from shared.core.quantity import format_quantity


def movement_pdf(frame: Frame, posted: PostedMove, name: str) -> bytes:
    """What was moved, under the name of its type; until when it is good, where somebody said."""
    words, person = frame.words, frame.person
    with_expiry = any(one.expires_on for one in posted.lines)
    expiry = (FormColumn(title=words("moving.expiry"), share=15),) if with_expiry else ()
    report = TableReport(
        title=name,
        company=person.site_name,
        fields=(
            (words("card.document"), posted.header.number),
            (words("card.at"), formats.instant(posted.header.happened_at_us, person.zone)),
            (words("moving.by"), person.name),
        ),
        columns=(
            FormColumn(title=words("stock.code"), share=15),
            FormColumn(title=words("stock.name"), share=30 if with_expiry else 45, lines=2),
            *expiry,
            FormColumn(title=words("moving.qty"), share=20, align="right"),
            FormColumn(title=words("moving.in_packs"), share=20),
        ),
        rows=tuple(
            (
                one.goods.code,
                one.goods.name,
                *((one.expires_on,) if with_expiry else ()),
                formats.qty(one.qty_micro),
                format_quantity(one.qty_micro, one.goods.packs),
            )
            for one in posted.lines
        ),
    )
    return table_report_pdf(report, words)
