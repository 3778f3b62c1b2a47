"""What a machine can see wrong in a picture: cut texts, words in the wrong language, no focus."""

import re
from collections.abc import Iterator

from PySide6.QtWidgets import QAbstractButton, QLabel, QTableView, QWidget

from desktop.words.texts import Language

_HAN = re.compile(r"[㐀-鿿]")


def faults(window: QWidget, language: Language) -> list[str]:
    """What is wrong in the window as it stands; empty when nothing was found."""
    return [*_cut_texts(window), *_foreign_words(window, language)]


def _cut_texts(window: QWidget) -> Iterator[str]:
    for label in window.findChildren(QLabel):
        if not label.isVisible() or label.wordWrap() or not label.text():
            continue
        wanted = max(label.fontMetrics().horizontalAdvance(one) for one in label.text().split("\n"))
        if wanted > label.contentsRect().width() + 1:
            yield f"cut: {label.text()!r}"
    for button in window.findChildren(QAbstractButton):
        if not button.isVisible() or not button.text():
            continue
        icon = 0 if button.icon().isNull() else button.iconSize().width() + 4
        wanted = button.fontMetrics().horizontalAdvance(button.text()) + icon
        if wanted > button.width():
            yield f"cut button: {button.text()!r}"


def _foreign_words(window: QWidget, language: Language) -> Iterator[str]:
    """Headings and buttons hold no data, so in English they hold no Chinese."""
    if language is not Language.ENGLISH:
        return
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and _HAN.search(button.text()) and not button.property("data"):
            yield f"not English: {button.text()!r}"
    for table in window.findChildren(QTableView):
        if not table.isVisible() or table.model() is None or table.property("data"):
            continue
        header = table.horizontalHeader()
        for at in range(header.count()):
            title = str(table.model().headerData(at, header.orientation()) or "")
            if not table.isColumnHidden(at) and _HAN.search(title):
                yield f"not English: heading {title!r}"
