"""Sheets of the wholesale invoice: why this price, and what the customer owes."""

from PySide6.QtWidgets import QWidget

from desktop.sales.model.invoice import InvoiceModel
from desktop.sales.model.invoice_lines import InvoiceRow
from desktop.sales.view.policies import part_texts
from desktop.ui.frame import Frame
from desktop.ui.theme import Tone
from desktop.ui.widgets import column, figure, label, line, row
from desktop.words import formats
from shared.core.money import format_ratio
from shared.pricing.queries import spoken_names
from shared.pricing.rules import read_aloud


def price_sheet(frame: Frame, model: InvoiceModel, found: InvoiceRow) -> QWidget:
    """The price found for the customer's level, read aloud and step by step, and what promotions
    made of it (F7)."""
    words = frame.words
    parts: list[QWidget | int | None] = [_wrapped(found.name, "strong")]
    if found.line.said_micro is not None:
        parts.append(_pair(words("invoice.price_said"), formats.price(found.line.said_micro)))
    if found.price is None:
        parts.append(_wrapped(words("invoice.no_price"), tone=Tone.BAD))
        return column(*parts, None)
    names = frame.desk.read(spoken_names)
    aloud = read_aloud(found.price, names, language=words.language.value)
    parts += [_wrapped(aloud), line()]
    for one in found.price.trail:
        is_ratio = one.of == "ratio"
        value = f"× {format_ratio(one.value_micro)}" if is_ratio else formats.price(one.value_micro)
        said = names.get(one.dimension) or words("invoice.retail")
        parts.append(_pair(said, value))
    parts.append(_pair(words("invoice.version"), words("price.v", n=found.price.version)))
    told = [
        text for one in found.parts for text in part_texts(words, model, found.own_micro or 0, one)
    ]
    parts += [line(), *(_wrapped(text, tone=Tone.GOOD) for text in told)] if told else []
    return column(*parts, None)


def owed_sheet(frame: Frame, model: InvoiceModel) -> QWidget:
    """What the customer owes, invoice by invoice, oldest first."""
    words, zone = frame.words, frame.person.zone
    held = model.customer
    owed = held.owed_minor if held else 0
    parts: list[QWidget | int | None] = [
        _wrapped(held.name if held else "", "strong"),
        figure(words("invoice.owed_now"), formats.signed_money(owed, model.currency)),
        line(),
    ]
    for one in model.open_invoices:
        day = formats.instant(one.happened_at_us, zone)[:10]
        amount = formats.money(one.open_minor, model.currency)
        parts.append(row(label(one.number), None, label(amount, "strong")))
        total = formats.money(one.total_minor, model.currency)
        parts.append(label(words("invoice.of_total", day=day, total=total), "small"))
    if not model.open_invoices:
        parts.append(label(words("invoice.owes_nothing"), "muted"))
    return column(*parts, None, spacing=4)


def _wrapped(text: str, style: str = "", *, tone: Tone | None = None) -> QWidget:
    made = label(text, style, tone=tone)
    made.setWordWrap(True)
    return made


def _pair(name: str, value: str) -> QWidget:
    return row(label(name, "muted"), None, label(value))
