"""What a machine can see wrong in a picture: cut texts, foreign words, ragged decimals."""

import re
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QTreeView,
    QWidget,
)

from desktop.words.texts import Language

_HAN = re.compile(r"[㐀-鿿]")
_LATIN = re.compile(r"[A-Za-z]{4,}")
_PRODUCT_NAMES: Final = frozenset({"Excel", "Ctrl", "Enter", "Esc", "Delete", "Home"})
"""What stands in Latin letters in Chinese, too: products and keys."""
_DECIMAL = re.compile(r"-?[\d,]+\.(\d+)")
_WORD_LENGTH = 14
"""A cell as short as this is a word, not a name: it is read whole or not at all."""
_PADDING_PX = 14
"""What the look keeps free left and right of a text in a cell or heading."""


def faults(window: QWidget, language: Language) -> list[str]:
    """What is wrong in the window as it stands; empty when nothing was found."""
    found = [*_cut_texts(window), *_said_twice(window), *_foreign_words(window, language)]
    for view in _tables(window):
        found += [*_cut_headings(view), *_cut_cells(view), *_ragged(view)]
    return found


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


def _said_twice(window: QWidget) -> Iterator[str]:
    """What is written in an empty field helps, or it is left out: its name stands before it."""
    for label in window.findChildren(QLabel):
        field = label.buddy()
        hint = field.placeholderText() if isinstance(field, QLineEdit) else ""
        if hint and label.isVisible() and hint == label.text():
            yield f"hint says the name again: {hint!r}"


def _foreign_words(window: QWidget, language: Language) -> Iterator[str]:
    """Headings and buttons hold no data, so each is in the language of the window."""
    texts = [
        one.text()
        for one in window.findChildren(QAbstractButton)
        if one.isVisible() and not one.property("data")
    ]
    for view in _tables(window):
        if not view.property("data"):
            texts += [title for _, title in _headings(view)]
    for text in texts:
        if language is Language.ENGLISH and _HAN.search(text):
            yield f"not English: {text!r}"
        latin = {one for one in _LATIN.findall(text) if one not in _PRODUCT_NAMES}
        if language is Language.CHINESE and latin and not _HAN.search(text):
            yield f"not Chinese: {text!r}"


# tables


def _tables(window: QWidget) -> Iterator[QTableView | QTreeView]:
    for view in window.findChildren(QAbstractItemView):
        if isinstance(view, QTableView | QTreeView) and view.isVisible():
            yield view


def _header(view: QTableView | QTreeView) -> QHeaderView:
    return view.horizontalHeader() if isinstance(view, QTableView) else view.header()


def _headings(view: QTableView | QTreeView) -> Iterator[tuple[int, str]]:
    header = _header(view)
    for at in range(header.count()):
        if not view.isColumnHidden(at):
            yield at, str(view.model().headerData(at, header.orientation()) or "")


def _cut_headings(view: QTableView | QTreeView) -> Iterator[str]:
    header = _header(view)
    for at, title in _headings(view):
        wanted = header.fontMetrics().horizontalAdvance(title)
        if wanted > header.sectionSize(at) - _PADDING_PX:
            yield f"cut heading: {title!r}"


def _cells(view: QTableView | QTreeView, column: int) -> Iterator[tuple[QModelIndex, str]]:
    """The cells of a column that are in sight."""
    model: QAbstractItemModel = view.model()
    index = view.indexAt(view.viewport().rect().topLeft())
    while index.isValid():
        cell = model.index(index.row(), column, index.parent())
        if view.visualRect(cell).top() > view.viewport().height():
            return
        yield cell, str(cell.data() or "")
        if isinstance(view, QTreeView):
            index = view.indexBelow(index)
        else:
            index = model.index(index.row() + 1, index.column())


def _cut_cells(view: QTableView | QTreeView) -> Iterator[str]:
    """Figures, codes and single words are never cut; a long name may be, its tip says it whole."""
    for column, title in _headings(view):
        for cell, text in _cells(view, column):
            is_figure = bool(int(cell.data(Qt.ItemDataRole.TextAlignmentRole) or 0) & 2)
            is_code = text.isascii() and " " not in text
            if not (is_figure or is_code) and len(text) > _WORD_LENGTH:
                continue
            wanted = view.fontMetrics().horizontalAdvance(text) + _PADDING_PX
            if text and wanted > view.visualRect(cell).width():
                yield f"cut cell: {text!r} below {title!r}"


def _ragged(view: QTableView | QTreeView) -> Iterator[str]:
    for column, title in _headings(view):
        found = [_DECIMAL.fullmatch(text) for _, text in _cells(view, column) if text]
        places = {len(one[1]) for one in found if one is not None}
        if len(places) > 1 and all(found):
            yield f"ragged decimals below {title!r}"
