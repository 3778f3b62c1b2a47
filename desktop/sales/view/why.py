"""Why a line costs what it does (F7): the price as a sentence, and the steps it was made of."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.sales.usecases.basket import Line
from desktop.ui.theme import Tone
from desktop.ui.widgets import column, label, line, row
from desktop.words import formats
from desktop.words.texts import Words
from shared.pricing.queries.story import PricePart, PriceStory

_OF_THE_SUM = ("why.price", "why.ratio", "why.result")


def why_sheet(
    words: Words,
    story: PriceStory | None,
    asked: Line,
    currency: str,
    zone: str,
    *,
    promoted: Sequence[str],
    amount_minor: int,
) -> QWidget:
    """The reasons of a line's price, as they are stored with the sale, then its promotions."""
    head = label(asked.name, "strong")
    head.setWordWrap(True)
    parts: list[QWidget | int | None] = [head, label(asked.code, "muted"), 4]
    parts.append(_pair(words("why.costs"), formats.price(asked.pays_micro), "big"))
    if asked.said_micro is not None:
        parts.append(label(words("why.said"), tone=Tone.WAITING))
    if story is not None:
        parts += [line(), *_steps(words, story, zone)]
    elif asked.said_micro is None:
        parts.append(label(words("why.none"), tone=Tone.WAITING))
    if promoted:
        parts.append(line())
    for text in promoted:
        told = label(text, tone=Tone.GOOD)
        told.setWordWrap(True)
        parts.append(told)
    parts.append(line())
    parts.append(_pair(words("till.qty"), f"{formats.qty(asked.qty_micro)} {asked.base_unit}"))
    parts.append(_pair(words("till.amount"), formats.money(amount_minor, currency)))
    return column(*parts, None)


def sentence(words: Words, story: PriceStory, zone: str) -> str:
    """``零售 199.00 × 0.95 会员 = 189.05，第27版，自 2025-12-01 00:00``."""
    sums: list[str] = []
    remarks: list[str] = []
    for said in story.said:
        values = dict(said.params)
        if "dimension" in values:
            values["name"] = values["name"] or _dimension(words, str(values["dimension"]))
        if "at_us" in values:
            values["at"] = formats.instant(int(values["at_us"]), zone)
        if values.get("places") != -1:
            (sums if said.key in _OF_THE_SUM else remarks).append(words(said.key, **values))
    return words("why.comma").join([" ".join(sums), *remarks])


def _steps(words: Words, story: PriceStory, zone: str) -> list[QWidget]:
    aloud = label(sentence(words, story, zone))
    aloud.setWordWrap(True)
    parts: list[QWidget] = [aloud]
    for part in story.parts:
        sign = "× " if part.of == "ratio" else ""
        parts.append(_pair(_name(words, part), sign + part.value))
    if story.version:
        parts.append(_pair(words("why.by_version"), words("why.version", version=story.version)))
    if story.effective_at_us:
        parts.append(_pair(words("why.since"), formats.instant(story.effective_at_us, zone)))
    if not story.is_recomputed:
        parts.append(label(words("why.differs"), tone=Tone.BAD))
    return parts


def _name(words: Words, part: PricePart) -> str:
    return part.name or _dimension(words, part.dimension)


def _dimension(words: Words, dimension: str) -> str:
    kind, _, value = dimension.partition(":")
    for key in (f"why.dimension.{dimension}", f"why.dimension.{kind}"):
        if words.has(key):
            return words(key)
    return value or dimension


def _pair(name: str, value: str, style: str = "") -> QWidget:
    return row(label(name, "muted"), None, label(value, style))
