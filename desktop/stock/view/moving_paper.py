"""A posted movement on paper."""

from desktop.printing.pdf.form import FormColumn
from desktop.printing.pdf.reports import TableReport, table_report_pdf
from desktop.stock.model.move_rows import MoveRow, PostedMove
from desktop.ui.frame import Frame
from desktop.words import formats
from shared.core.quantity import format_quantity


def movement_pdf(frame: Frame, posted: PostedMove, name: str) -> bytes:
    """What was moved, under the name of its type; until when it is good, where somebody said; of
    goods bought from whom, and what they cost, for who may know it."""
    words, person = frame.words, frame.person
    with_expiry = any(one.expires_on for one in posted.lines)
    with_cost = posted.amount_minor is not None
    said = [
        (words("buying.supplier"), posted.supplier),
        (words("buying.slip"), posted.reference),
        (words("buying.amount"), formats.money(posted.amount_minor or 0, person.currency)),
    ]
    costs = (
        FormColumn(title=words("buying.cost"), share=12, align="right"),
        FormColumn(title=words("buying.amount"), share=15, align="right"),
    )
    expiry = (FormColumn(title=words("moving.expiry"), share=15),) if with_expiry else ()
    report = TableReport(
        title=name,
        company=person.site_name,
        fields=(
            (words("card.document"), posted.header.number),
            (words("card.at"), formats.instant(posted.header.happened_at_us, person.zone)),
            (words("moving.by"), person.name),
            *((name, text) for name, text in said[: 3 if with_cost else 2] if text),
        ),
        columns=(
            FormColumn(title=words("stock.code"), share=15),
            FormColumn(title=words("stock.name"), share=30 if with_expiry else 45, lines=2),
            *expiry,
            FormColumn(title=words("moving.qty"), share=20, align="right"),
            *(costs if with_cost else (FormColumn(title=words("moving.in_packs"), share=20),)),
        ),
        rows=tuple(
            (
                one.goods.code,
                one.goods.name,
                *((one.expires_on,) if with_expiry else ()),
                formats.qty(one.qty_micro),
                *(
                    _cost_of(one, person.currency)
                    if with_cost
                    else (format_quantity(one.qty_micro, one.goods.packs),)
                ),
            )
            for one in posted.lines
        ),
    )
    return table_report_pdf(report, words)


def _cost_of(one: MoveRow, currency: str) -> tuple[str, str]:
    amount_minor = one.amount_minor(currency)
    if one.cost_micro is None or amount_minor is None:
        return "", ""
    return formats.price(one.cost_micro), formats.money(amount_minor, currency)
