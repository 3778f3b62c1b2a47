"""Why a line costs what it does (F7): the price read aloud, and the steps it was made of."""

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from desktop.sales.usecases.basket import Line
from desktop.ui.theme import Tone
from desktop.ui.widgets import column, label, line, row
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.money import format_ratio
from shared.pricing.rules import price_of_trail, read_aloud


def why_sheet(words: Words, names: Mapping[str, str], asked: Line, currency: str) -> QWidget:
    """The reasons of a line's price, as they are stored with the sale."""
    head = label(asked.name, "strong")
    head.setWordWrap(True)
    parts: list[QWidget | int | None] = [head, label(asked.code, "muted"), 4]
    parts.append(_pair(words("why.costs"), formats.price(asked.pays_micro), "strong"))
    if asked.said_micro is not None:
        parts.append(label(words("why.said"), tone=Tone.WAITING))
    if asked.trail:
        parts += [line(), *_trail(words, names, asked.trail)]
    elif asked.said_micro is None:
        parts.append(label(words("why.none"), tone=Tone.WAITING))
    parts.append(line())
    parts.append(_pair(words("till.qty"), f"{formats.qty(asked.qty_micro)} {asked.base_unit}"))
    parts.append(_pair(words("till.amount"), formats.money(asked.amount_minor(currency), currency)))
    return column(*parts, None)


def _trail(words: Words, names: Mapping[str, str], trail: str) -> list[QWidget]:
    found = price_of_trail(trail)
    aloud = label(read_aloud(found, names, language=words.language.value))
    aloud.setWordWrap(True)
    parts: list[QWidget] = [aloud]
    for one in found.trail:
        is_ratio = one.of == "ratio"
        value = f"× {format_ratio(one.value_micro)}" if is_ratio else formats.price(one.value_micro)
        said = names.get(one.dimension) or words.of(
            "why.dimension", one.dimension.partition(":")[0] or one.dimension
        )
        parts.append(_pair(said, value))
    if found.version:
        parts.append(_pair(words("why.by_version"), words("why.version", version=found.version)))
    return parts


def _pair(name: str, value: str, style: str = "") -> QWidget:
    return row(label(name, "muted"), None, label(value, style))
