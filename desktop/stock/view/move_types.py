"""What stands on the page of types: a card of each, and what was posted just now."""

from collections.abc import Callable

from PySide6.QtWidgets import QSizePolicy

from desktop.stock.model.move_rows import PostedMove, is_in
from desktop.stock.usecases import TypeView
from desktop.ui.theme import Tone
from desktop.ui.widgets import Card, key_cap, label, pill, row
from desktop.words import formats
from desktop.words.texts import Words


def type_card(
    words: Words, number: int, one: TypeView, name: str, choose: Callable[[str], None]
) -> Card:
    """Pressed, it chooses the type."""
    asked = [
        words(key)
        for key, is_needed in (
            ("moving.needs_reason", one.rule.needs_reason),
            ("moving.needs_party", one.rule.needs_party),
            ("moving.needs_approval", one.rule.needs_approval),
        )
        if is_needed
    ]
    way = pill(
        words("moving.in" if is_in(one) else "moving.out"),
        Tone.GOOD if is_in(one) else Tone.WAITING,
    )
    head = row(key_cap(str(number)), label(name, "strong"), None, way)
    told = label(" · ".join(asked) or words("moving.needs_nothing"), "small")
    card = Card(head, told, pressed=lambda: choose(one.rule.id))
    card.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return card


def posted_text(words: Words, posted: PostedMove, name: str) -> str:
    """Number; of goods bought whose and for how much; the book after it for who may see it."""
    books = words("names.comma").join(
        f"{one.goods.name} {formats.qty(one.book_micro)}"
        for one in posted.lines[:3]
        if one.book_micro is not None
    )
    bought = [posted.supplier] if posted.supplier else []
    if posted.amount_minor is not None:
        bought.append(formats.money(posted.amount_minor, posted.currency))
    named, number = " ".join((name, *bought)), posted.header.number
    if not books:
        return words("moving.posted", type=named, number=number)
    return words("moving.posted_books", type=named, number=number, books=books)
