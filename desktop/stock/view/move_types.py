"""What stands on the page of types: a card of each, and what was posted just now."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from desktop.stock.model.move_rows import MoveRow, PostedMove, is_in
from desktop.stock.model.way_rows import WayRow
from desktop.stock.usecases import TypeView
from desktop.ui.frame import Frame
from desktop.ui.question import Question
from desktop.ui.theme import SPACE_M, Tone, scaled
from desktop.ui.widgets import Card, key_cap, label, pill, row
from desktop.words import formats
from desktop.words.texts import Words

_ACROSS = 4
_WIDE = 828
"""Pixels at 100 % text below which one type less stands in a row."""


class TypeCards(QWidget):
    """A card of each type, under the number that chooses it."""

    def __init__(
        self, words: Words, types: Sequence[tuple[TypeView, str]], choose: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE_M)
        self._cards = [
            type_card(words, place, one, name, choose) for place, (one, name) in enumerate(types, 1)
        ]
        self._lay(_ACROSS)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._lay(_ACROSS if event.size().width() >= scaled(_WIDE) else _ACROSS - 1)

    def _lay(self, across: int) -> None:
        """So many types in a row: fewer where text is large, so that their names are whole."""
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place // across, place % across)
        for place in range(_ACROSS):
            self._grid.setColumnStretch(place, 1 if place < across else 0)


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


async def asked_of_many(frame: Frame, rows: Sequence[MoveRow | WayRow]) -> bool:
    """Whether so many pieces as nobody moves every day are meant; True where there are none."""
    if not rows:
        return True
    words = frame.words
    said = [
        (words("moving.many", name=one.goods.name, n=formats.qty(one.qty_micro)), Tone.WAITING)
        for one in rows[:4]
    ]
    return bool(await frame.ask(Question(words, words("moving.many_title"), said)))


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
