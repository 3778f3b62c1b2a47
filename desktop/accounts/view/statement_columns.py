"""The columns of a statement."""

from desktop.accounts.model.statement import Party, StatementRow, Whose
from desktop.ui.frame import Frame
from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import Tone
from desktop.words import formats
from desktop.words.texts import Words


def party_columns(frame: Frame, *, is_office: bool) -> list[Column]:
    """Who it is, which book, since when it is owed, the balance."""
    words, currency, zone = frame.words, frame.person.currency, frame.person.zone

    def book(one: Party) -> str:
        is_theirs = is_office and one.whose is Whose.OWN
        return words("statement.whose_own_office" if is_theirs else f"statement.whose_{one.whose}")

    since = Column(
        key="since",
        title=words("statement.since"),
        get=lambda one: formats.instant(one.since_us, zone)[2:10] if one.since_us else "",
        width=88,
        tone=lambda one: Tone.BAD if 0 < one.due_us < frame.desk.now_us else None,
    )
    return [
        Column(
            key="name", title=words("statement.party"), get=lambda one: one.name, stretches=True
        ),
        Column(key="whose", title=words("statement.whose"), get=book, width=84),
        *([] if is_office else [since]),
        Column(
            key="balance",
            title=words("statement.balance", currency=currency),
            get=lambda one: one.balance_minor,
            kind=Kind.MONEY,
            width=104,
            currency=currency,
        ),
    ]


def statement_columns(words: Words, currency: str) -> list[Column]:
    """Day, number, what it was for, charged, paid and the balance after it."""
    return [
        Column(key="day", title=words("statement.day"), get=lambda one: one.day, width=88),
        Column(
            key="number",
            title=words("statement.number"),
            get=lambda one: one.number,
            kind=Kind.NUMBER,
            stretches=True,
        ),
        Column(
            key="what",
            title=words("statement.what"),
            get=lambda one: what_of(words, one),
            width=110,
        ),
        *(
            Column(
                key=key,
                title=words(f"statement.{key}"),
                get=get,
                kind=Kind.MONEY,
                width=90,
                currency=currency,
                has_total=has_total,
            )
            for key, get, has_total in (
                ("charged", lambda one: one.charged_minor or None, True),
                ("paid", lambda one: one.paid_minor or None, True),
                ("running", lambda one: one.balance_minor, False),
            )
        ),
    ]


def what_of(words: Words, one: StatementRow) -> str:
    """What an entry was for."""
    return words.of("statement.memo", one.memo.replace(" ", "_"))
