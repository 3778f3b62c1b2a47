"""How a registration becomes the member's row at its site."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from shared.core.ids import derived_id
from shared.journal.document import Header, Value, Write
from shared.journal.kind import Answer
from shared.members.documents import MemberRegistered
from shared.members.queries import hold_members
from shared.members.rules import is_member, member_code, phone_tail
from shared.vouchers.posting.settling import told_elsewhere


def post_member(header: Header, body: MemberRegistered) -> Iterator[Write]:
    """One record per member and site; what was said last stands."""
    values: dict[str, Value] = {
        "member_id": body.member_id,
        "site_id": header.site_id,
        "code": member_code(body.member_id) if is_member(body.member_id) else "",
        "name": body.name,
        "initials": body.initials,
        "phone": body.phone,
        "phone_tail": phone_tail(body.phone),
        "birthday": body.birthday,
        "note": body.note,
        "price_list": body.price_list,
        "is_active": int(body.is_active),
        "registered_at_us": header.happened_at_us,
    }
    yield Write("member", derived_id(body.member_id, header.site_id), values)


def review_members(
    connection: Connection, batch: Sequence[tuple[Header, MemberRegistered]], _now_us: int
) -> Iterator[Answer]:
    """A site that comes to know a member hears of the points they have from other sites."""
    sites: dict[str, set[str]] = {}
    for header, body in batch:
        sites.setdefault(body.member_id, set()).add(header.site_id)
    hold_members(connection, sites)
    for member_id, known in sorted(sites.items()):
        yield from told_elsewhere(connection, batch[-1][0], member_id, known)
