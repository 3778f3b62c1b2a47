"""An order as a workbook: main goods, then the gifts of each policy, with a sum per block (D15)."""

from collections.abc import Iterator, Sequence

from desktop.ordering.usecases.looking import NamedLine, OrderDetail
from desktop.ordering.view.order_paper import tender_rows
from desktop.printing.excel import Cell, CellKind, ExcelColumn, ExcelSheet, write_xlsx
from desktop.ui.frame import Frame
from desktop.ui.theme import Tone
from desktop.words import formats
from desktop.words.texts import Words
from shared.ordering.rules import OrderState


async def save_order(frame: Frame, found: OrderDetail) -> None:
    """The workbook in the person's documents, named as the order."""
    content = await frame.desk.work(order_workbook, frame.words, found)
    path = frame.paper.save(content, f"{found.order.number}.xlsx")
    frame.say(frame.words("table.exported", n=len(found.lines), path=path), Tone.GOOD)


def order_workbook(words: Words, found: OrderDetail) -> bytes:
    """One sheet; each block has its heading and its sum, gifts name their policy."""
    currency = found.order.currency
    columns = (
        ExcelColumn(title=words("orders.policy")),
        ExcelColumn(title=words("reorder.code"), kind=CellKind.CODE),
        ExcelColumn(title=words("orders.product")),
        ExcelColumn(title=words("orders.asked"), kind=CellKind.QUANTITY),
        ExcelColumn(title=words("orders.accepted"), kind=CellKind.QUANTITY),
        ExcelColumn(title=words("reorder.price"), kind=CellKind.UNIT_PRICE),
        ExcelColumn(title=words("orders.line_amount"), kind=CellKind.MONEY, currency=currency),
        ExcelColumn(title=words("orders.reason")),
    )
    is_decided = found.order.decided is not OrderState.SUBMITTED
    tenders = tender_rows(words, found.order, is_taken=is_decided)
    notes = tuple(
        f"{one.name} {formats.signed_money(one.amount_minor, currency)}" for one in tenders
    )
    rows = _rows(words, found, is_decided=is_decided)
    return write_xlsx(
        ExcelSheet(name=found.order.number[:31], columns=columns, rows=rows, notes=notes)
    )


def _rows(words: Words, found: OrderDetail, *, is_decided: bool) -> Iterator[Sequence[Cell]]:
    yield from _block(words, words("orders.block_main"), "", found.main, is_decided=is_decided)
    for policy_id, gifts in found.gifts:
        name = found.policy_names.get(policy_id, policy_id)
        title = words("orders.block_gifts", policy=name)
        yield from _block(words, title, policy_id, gifts, is_decided=is_decided)


def _block(
    words: Words, title: str, policy_id: str, lines: Sequence[NamedLine], *, is_decided: bool
) -> Iterator[Sequence[Cell]]:
    yield (policy_id, "", title, None, None, None, None, "")
    for one in lines:
        line = one.line
        why = words.of("orders.reason", line.reason) if line.reason else ""
        yield (
            policy_id,
            one.goods.code if one.goods else line.product_id,
            one.name,
            line.qty_micro,
            line.accepted_micro if is_decided else None,
            line.unit_price_micro,
            line.amount_minor,
            f"{why} {line.because}".strip(),
        )
    yield (
        policy_id,
        "",
        words("table.total"),
        sum(one.line.qty_micro for one in lines),
        sum(one.line.accepted_micro for one in lines) if is_decided else None,
        None,
        sum(one.line.amount_minor for one in lines),
        "",
    )
