"""Sheets that answer why: a price, a suggestion, a pasted row that was not taken."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.catalog.view.goods_picture import GoodsPicture
from desktop.ordering.model.rows import Row
from desktop.ui.frame import Frame
from desktop.ui.theme import Tone
from desktop.ui.widgets import column, label, row
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.importing import Problem
from shared.pricing.queries import spoken_names
from shared.pricing.rules import read_aloud

PROBLEMS_SHOWN = 40


def wrapped(text: str, style: str = "", *, tone: Tone | None = None) -> QWidget:
    """A sentence that may be longer than the sheet is wide."""
    made = label(text, style, tone=tone)
    made.setWordWrap(True)
    return made


def pair(name: str, value: str, *, tone: Tone | None = None) -> QWidget:
    """A figure with its name before it."""
    return row(label(name, "muted"), None, label(value, tone=tone))


def price_sheet(frame: Frame, found: Row) -> QWidget:
    """Why this price: read aloud, then each thing that was looked up (F7)."""
    words = frame.words
    price = found.goods.price if found.goods else None
    parts: list[QWidget | int | None] = [
        GoodsPicture(frame, found.product_id, found.name),
        wrapped(f"{found.name}  {found.spec}", "strong"),
    ]
    if price is None:
        return column(*parts, wrapped(words("reorder.no_price"), tone=Tone.BAD), None)
    names = frame.desk.read(spoken_names)
    aloud = read_aloud(price, names, language=words.language.value)
    parts += [wrapped(aloud), 8]
    for one in price.trail:
        is_ratio = one.of == "ratio"
        value = formats.percent(one.value_micro) if is_ratio else formats.price(one.value_micro)
        said = names.get(one.dimension, one.dimension.partition(":")[2] or words("reorder.retail"))
        parts.append(pair(said, value))
    parts.append(pair(words("reorder.price_version"), words("price.v", n=price.version)))
    parts.append(pair(words("reorder.your_price"), formats.price(price.unit_price_micro)))
    for part in found.parts if found.is_promoted else ():
        qty = formats.qty(part.qty_micro)
        told = formats.price(part.unit_price_micro)
        parts.append(pair(words("reorder.promoted_price", qty=qty), told, tone=Tone.GOOD))
        if part.off_minor:
            off = formats.money(part.off_minor, found.currency)
            parts.append(pair(words("reorder.promoted_off"), f"−{off}", tone=Tone.GOOD))
    return column(*parts, None)


def suggestion_sheet(words: Words, found: Row) -> QWidget:
    """How the suggestion came about, figure by figure (Alt+W)."""
    parts: list[QWidget | int | None] = [wrapped(f"{found.name}  {found.spec}", "strong")]
    made = found.suggestion
    if made is None:
        return column(*parts, wrapped(words("reorder.no_suggestion"), "muted"), None)
    said = suggestion_text(words, found)
    if found.suggested_micro is not None and found.suggested_micro < made.suggested_micro:
        cut = formats.qty(found.suggested_micro)
        said += words("reorder.reason_limit", limit=found.limit_name, qty=cut)
    parts += [wrapped(said), 8]
    standing = made.standing
    for key, value in (
        ("reorder.reason_sold", standing.sold_micro),
        ("reorder.reason_per_day", round_tenth(made.per_day_micro)),
        ("reorder.reason_wanted", round_tenth(made.wanted_micro)),
        ("reorder.reason_here", standing.on_hand_micro),
        ("reorder.reason_coming", standing.in_transit_micro),
        ("reorder.reason_asked", standing.on_order_micro),
        ("reorder.reason_missing", round_tenth(made.missing_micro)),
    ):
        name = words(key, days=made.cover.looked_back, target=made.cover.target)
        parts.append(pair(name, formats.qty(value)))
    parts.append(
        pair(words("reorder.suggested_column"), formats.qty(made.suggested_micro), tone=Tone.ACCENT)
    )
    return column(*parts, None)


def suggestion_text(words: Words, found: Row) -> str:
    """The reason as one says it: 14 天销量 63 → 日均 4.5 × 21 天 = 94.5；库存 0，在途 24 → …"""
    made = found.suggestion
    if made is None:
        return words("reorder.no_suggestion")
    standing = made.standing
    text = words(
        "reorder.reason",
        days=made.cover.looked_back,
        sold=formats.qty(max(standing.sold_micro, 0)),
        per_day=formats.qty(round_tenth(made.per_day_micro)),
        target=made.cover.target,
        wanted=formats.qty(round_tenth(made.wanted_micro)),
        here=formats.qty(max(standing.on_hand_micro, 0)),
        coming=formats.qty(standing.in_transit_micro),
    )
    if standing.on_order_micro:
        text += words("reorder.reason_on_order", asked=formats.qty(standing.on_order_micro))
    if not made.suggested_micro:
        return text + words("reorder.reason_enough")
    missing = formats.qty(round_tenth(made.missing_micro))
    if not made.is_whole_packs:
        return text + words(
            "reorder.reason_plain", missing=missing, qty=formats.qty(made.suggested_micro)
        )
    pack = next((one.unit for one in found.packs if one.factor_micro == made.pack_micro), "")
    return text + words(
        "reorder.reason_packs",
        missing=missing,
        unit=pack,
        pack=formats.qty(made.pack_micro),
        qty=formats.qty(made.suggested_micro),
    )


def round_tenth(qty_micro: int) -> int:
    """A quantity to one decimal, for looking at."""
    return (qty_micro + 50_000) // 100_000 * 100_000


def problems_sheet(words: Words, problems: Sequence[Problem]) -> QWidget:
    """The rows that were not taken, each with what is wrong with it."""
    parts: list[QWidget | int | None] = []
    for one in problems[:PROBLEMS_SHOWN]:
        said = words.sentence(f"PASTE_{one.code}") if words.has(f"PASTE_{one.code}") else ""
        head = words("reorder.problem_row", row=one.row_number, text=one.text)
        parts.append(wrapped(head, "strong"))
        parts.append(wrapped(said or words.sentence(one.code, {"text": one.text}), "muted"))
    more = len(problems) - PROBLEMS_SHOWN
    if more > 0:
        parts.append(label(words("reorder.more_problems", n=more), "muted"))
    return column(*parts, None)
