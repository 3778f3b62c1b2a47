"""The figures of a shift on screen, as X and Z show them."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop.sales.model.shift import move_name
from desktop.ui.screen import Screen
from desktop.ui.theme import Tone
from desktop.ui.widgets import column, label, line, row, set_tone
from desktop.words import formats
from shared.sales.queries import ShiftReport, TenderFigures


def tenders_widget(screen: Screen, tenders: Sequence[TenderFigures]) -> QWidget:
    """What each tender should hold and was counted to."""
    words, currency = screen.words, screen.frame.person.currency
    grid = QWidget()
    places = QGridLayout(grid)
    places.setContentsMargins(0, 0, 0, 0)
    for across, key in enumerate(("tender", "expected", "counted", "difference")):
        head = label(words(f"shift.{key}"), "muted")
        head.setAlignment(_side(across))
        places.addWidget(head, 0, across)
    for down, one in enumerate(tenders, start=1):
        texts = [words.of("tender", one.tender), formats.money(one.expected_minor, currency)]
        texts += [formats.money(one.declared_minor, currency) if one.is_declared else "–"]
        texts += [formats.money(one.difference_minor, currency) if one.is_declared else "–"]
        for across, text in enumerate(texts):
            cell = label(text, "strong")
            cell.setAlignment(_side(across))
            if across == 3 and one.difference_minor:
                set_tone(cell, Tone.BAD if one.difference_minor < 0 else Tone.WAITING)
            places.addWidget(cell, down, across)
    return grid


def _side(across: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignLeft if across == 0 else Qt.AlignmentFlag.AlignRight


def report_widget(screen: Screen, report: ShiftReport) -> QWidget:
    """The figures of a shift as X and Z show them."""
    words, currency, person = screen.words, report.shift.currency, screen.frame.person
    pairs = [
        ("shift.opened_at", formats.instant(report.shift.opened_at_us, person.zone)),
        ("shift.closed_at", formats.instant(report.shift.closed_at_us, person.zone)),
        ("shift.sales", f"{report.sales}   {formats.money(report.sales_minor, currency)}"),
        ("shift.returns", f"{report.returns}   {formats.money(report.returns_minor, currency)}"),
        ("shift.discounts", formats.money(-report.discount_minor, currency)),
        ("shift.rounding", formats.money(report.rounding_minor, currency)),
        ("shift.total", formats.money(report.total_minor, currency)),
    ]
    texts = [
        (move_name(words, reason, tender), formats.money(minor, currency))
        for tender, reason, minor in report.moves
    ]
    ends = []
    if report.shift.closed_at_us:
        ends = [
            ("shift.deposit", formats.money(report.deposit_minor, currency)),
            ("shift.left", formats.money(report.left_minor, currency)),
        ]
    return column(
        *(_pair(words(key), text) for key, text in pairs if text),
        *(_pair(name, text) for name, text in texts),
        *(_pair(words(key), text) for key, text in ends),
        line(),
        tenders_widget(screen, report.tenders),
    )


def _pair(name: str, text: str) -> QWidget:
    value: QLabel = label(text, "strong")
    value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return row(label(name, "muted"), None, value)
