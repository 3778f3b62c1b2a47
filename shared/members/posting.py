"""How a registration becomes the member's row at its site."""

from collections.abc import Iterator

from shared.core.ids import derived_id
from shared.journal.document import Header, Value, Write
from shared.members.documents import MemberRegistered
from shared.members.rules import is_member, member_code, phone_tail


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
