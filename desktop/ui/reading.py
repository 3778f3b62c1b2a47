"""A page to read: Markdown in the type of the program, with air between its lines."""

from typing import Final

from PySide6.QtGui import (
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextList,
    QTextListFormat,
)
from PySide6.QtWidgets import QTextBrowser

from desktop.ui.theme import SPACE_M, SPACE_S, SPACE_XL, scaled

TITLE_PX: Final = 18
LINE_PERCENT: Final = 140
_SIGNS: Final = (QTextListFormat.Style.ListCircle, QTextListFormat.Style.ListSquare)
"""What Qt puts before lines of a list that is not numbered."""


class ReadingPage(QTextBrowser):
    """Nothing in it opens: it is read, scrolled and looked through."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenExternalLinks(False)
        self.setOpenLinks(False)

    def show_text(self, markdown: str) -> None:
        """Show this from its beginning."""
        self.setMarkdown(markdown)
        document = self.document()
        document.setDocumentMargin(SPACE_M)
        document.setIndentWidth(scaled(SPACE_XL - SPACE_S))
        block = document.begin()
        while block.isValid():
            self._set(block)
            block = block.next()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    @staticmethod
    def _set(block: QTextBlock) -> None:
        cursor = QTextCursor(block)
        shape = block.blockFormat()
        is_title = shape.headingLevel() > 0
        shape.setLineHeight(LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        shape.setTopMargin(0)
        shape.setBottomMargin(SPACE_S if is_title else SPACE_S // 2)
        cursor.setBlockFormat(shape)
        if is_title:
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            letters = cursor.charFormat()
            letters.clearProperty(letters.Property.FontSizeAdjustment.value)
            font = QFont(letters.font())
            font.setPixelSize(scaled(TITLE_PX))
            font.setBold(False)
            letters.setFont(font)
            cursor.setCharFormat(letters)
        listed: QTextList | None = block.textList()
        if listed is not None and listed.format().style() in _SIGNS:
            style = listed.format()
            style.setStyle(QTextListFormat.Style.ListDisc)
            listed.setFormat(style)
