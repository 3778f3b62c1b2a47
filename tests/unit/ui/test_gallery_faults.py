"""The eye of the gallery: what it must find in a window, and what it must leave alone."""

import os
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.words.texts import Language
from tests.gallery.faults import faults


@pytest.fixture
def window() -> Iterator[QWidget]:
    application = QApplication.instance() or QApplication(["qutong"])
    assert application is not None
    made = QWidget()
    QVBoxLayout(made)
    made.resize(600, 300)
    yield made
    made.close()


def a_table(window: QWidget, heading: str, cells: list[str], *, width: int) -> QTableView:
    view, model = QTableView(), QStandardItemModel(0, 1)
    model.setHorizontalHeaderLabels([heading])
    for text in cells:
        cell = QStandardItem(text)
        if text[:1].isdigit():
            cell.setTextAlignment(Qt.AlignmentFlag.AlignRight)
        model.appendRow(cell)
    model.setParent(view)
    view.setModel(model)
    view.setColumnWidth(0, width)
    layout = window.layout()
    assert layout is not None
    layout.addWidget(view)
    window.show()
    return view


def test_a_cut_figure_and_a_cut_word_are_found_and_a_long_name_is_left_alone(
    window: QWidget,
) -> None:
    name = "A very long name of a product that nobody could print"
    a_table(window, "X", ["1,234,567.00", "Customer", name], width=30)
    found = faults(window, Language.ENGLISH)
    assert [one for one in found if "cut cell" in one] == [
        "cut cell: '1,234,567.00' below 'X'",
        "cut cell: 'Customer' below 'X'",
    ]


def test_a_cut_heading_and_ragged_decimals_are_found(window: QWidget) -> None:
    a_table(window, "Amount in all", ["12.50", "3.5"], width=50)
    found = faults(window, Language.ENGLISH)
    assert "cut heading: 'Amount in all'" in found
    assert "ragged decimals below 'Amount in all'" in found


def test_words_of_the_other_language_are_found_in_both_and_product_names_are_not(
    window: QWidget,
) -> None:
    layout = window.layout()
    assert layout is not None
    for text in ("Submit", "Excel", "提交"):
        layout.addWidget(QPushButton(text))
    a_table(window, "Amount", ["12.50", "3.00"], width=120)
    assert faults(window, Language.CHINESE) == ["not Chinese: 'Submit'", "not Chinese: 'Amount'"]
    assert faults(window, Language.ENGLISH) == ["not English: '提交'"]


def test_a_hint_that_only_says_the_name_of_its_field_is_found(window: QWidget) -> None:
    layout = window.layout()
    assert layout is not None
    for name, hint in (("Note", "Note"), ("Carrier", "such as SF Express")):
        label, field = QLabel(name), QLineEdit()
        field.setPlaceholderText(hint)
        label.setBuddy(field)
        layout.addWidget(label)
        layout.addWidget(field)
    window.show()
    assert faults(window, Language.ENGLISH) == ["hint says the name again: 'Note'"]
