"""The commands for members."""

from desktop.members import usecases
from desktop.store.asking import Params
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.members.queries import MemberView, find_members
from shared.members.rules import MEMBER_LIST


class Register(Params):
    """A name and a phone; a birthday is ``05`` or ``05-21``."""

    name: str
    phone: str
    birthday: str = ""
    note: str = ""
    price_list: str = MEMBER_LIST


def _register(store: Store, asked: Register) -> MemberView:
    return store.write(
        usecases.register_member,
        asked.name,
        asked.phone,
        birthday=asked.birthday,
        note=asked.note,
        price_list=asked.price_list,
    ).value


class Change(Params):
    """What is left out stays as it is."""

    member: str
    name: str | None = None
    birthday: str | None = None
    note: str | None = None
    price_list: str | None = None


def _change(store: Store, asked: Change) -> MemberView:
    return store.write(
        usecases.change_member,
        asked.member,
        name=asked.name,
        birthday=asked.birthday,
        note=asked.note,
        price_list=asked.price_list,
    ).value


class Find(Params):
    """A card, last digits of a phone, a name or its pinyin initials."""

    text: str
    limit: int = 20


def _find(store: Store, asked: Find) -> list[MemberView]:
    return store.read(lambda connection: find_members(connection, asked.text, limit=asked.limit))


COMMANDS = (
    Command(name="member-new", summary="Take a member up.", params=Register, run=_register),
    Command(
        name="member-change",
        summary="Say anew what is known of a member.",
        params=Change,
        run=_change,
    ),
    Command(
        name="members",
        summary="Find members by card, phone, name or pinyin.",
        params=Find,
        run=_find,
    ),
)
