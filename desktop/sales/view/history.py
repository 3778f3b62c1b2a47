"""What a member bought, for the sheet of the members' list."""

from PySide6.QtWidgets import QWidget

from desktop.ui.screen import Screen
from desktop.ui.widgets import column, figure, label, line, row
from desktop.words import formats
from shared.members.queries import MemberView
from shared.members.rules import masked_phone
from shared.sales.queries.showing import sales_of
from shared.vouchers.queries.points import points_balance, points_statement

SHOWN_MOST = 40
POINTS_MOST = 12


async def history_of(screen: Screen, member: MemberView) -> QWidget:
    """Card, sums and the latest sales of a member at this site."""
    words, person, desk = screen.words, screen.frame.person, screen.frame.desk
    sales = await desk.fetch(sales_of, person.site_id, customer_id=member.member_id)
    spent = sum(one.total_minor for one in sales)
    balance = await desk.fetch(points_balance, member.member_id, person.site_id)
    moves = await desk.fetch(points_statement, member.member_id, site_id=person.site_id)
    parts: list[QWidget | int | None] = [
        label(f"{masked_phone(member.phone)}   {member.code}", "muted"),
        row(
            figure(words("member.spent"), formats.signed_money(spent, person.currency)),
            None,
            figure(words("member.visits"), str(len(sales))),
            None,
            figure(words("member.points"), f"{balance.points:,}"),
        ),
    ]
    if balance.as_of_us:
        at = formats.instant(balance.as_of_us, person.zone)
        parts.append(label(words("member.points_as_of", at=at), "small"))
    parts.append(line())
    if moves:
        parts.append(label(words("member.points_moves"), "muted"))
    for entry in moves[:POINTS_MOST]:
        at = formats.instant(entry.happened_at_us, person.zone)
        said = f"{at}  {words(f'points.{entry.reason}')}"
        parts.append(row(label(said, "small"), None, label(f"{entry.points:+,}", "strong")))
    if moves:
        parts.append(line())
    for one in sales[:SHOWN_MOST]:
        at = formats.instant(one.happened_at_us, person.zone)
        amount = formats.money(one.total_minor, person.currency)
        parts.append(row(label(at, "muted"), None, label(amount, "strong")))
        parts.append(label(one.number, "small"))
    if not sales:
        parts.append(label(words("member.nothing_yet"), "muted"))
    return column(*parts, None)
