"""What a member bought, for the sheet of the members' list."""

from PySide6.QtWidgets import QWidget

from desktop.ui.screen import Screen
from desktop.ui.widgets import column, figure, label, line, row
from desktop.words import formats
from shared.members.queries import MemberView
from shared.members.rules import masked_phone
from shared.sales.queries.showing import sales_of

SHOWN_MOST = 40


async def history_of(screen: Screen, member: MemberView) -> QWidget:
    """Card, sums and the latest sales of a member at this site."""
    words, person, desk = screen.words, screen.frame.person, screen.frame.desk
    sales = await desk.fetch(sales_of, person.site_id, customer_id=member.member_id)
    spent = sum(one.total_minor for one in sales)
    parts: list[QWidget | int | None] = [
        label(f"{masked_phone(member.phone)}   {member.code}", "muted"),
        row(
            figure(words("member.spent"), formats.signed_money(spent, person.currency)),
            None,
            figure(words("member.visits"), str(len(sales))),
        ),
        line(),
    ]
    for one in sales[:SHOWN_MOST]:
        at = formats.instant(one.happened_at_us, person.zone)
        amount = formats.money(one.total_minor, person.currency)
        parts.append(row(label(at, "muted"), None, label(amount, "strong")))
        parts.append(label(one.number, "small"))
    if not sales:
        parts.append(label(words("member.nothing_yet"), "muted"))
    return column(*parts, None)
