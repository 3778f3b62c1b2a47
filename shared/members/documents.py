"""What is said of a member: one document, which also says it anew."""

from shared.journal.document import Body


class MemberRegistered(Body, kw_only=True):
    """A consumer becomes a member of the house at a site, or what is known of them is said anew.

    The id is made of the phone (``rules.member_id``), so two tills that never met register one
    member. The phone stays with the sites that registered it and with head office.
    """

    member_id: str
    name: str
    phone: str
    """Normalised."""
    initials: str = ""
    """Of the name, in pinyin; resolved by the author."""
    birthday: str = ""
    """``05`` or ``05-21``; '' = not said."""
    note: str = ""
    price_list: str = "member"
    """The price list they buy by."""
    is_active: bool = True
