"""The few words of Qt's own dialogs that Qt's own Chinese leaves in English."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QObject, QTranslator

from desktop.words.texts import Words

_KEYS: Final[Mapping[tuple[str, str], str]] = {
    ("QFileDialog", "&Look in:"): "qt.look_in",
    ("QFileDialog", "Files of &type:"): "qt.files_of_type",
    ("QAbstractFileIconProvider", "Drive"): "qt.drive",
    ("QAbstractFileIconProvider", "Folder"): "qt.folder",
}
"""Qt's context and English to the key of the text."""


class QtWords(QTranslator):
    """Put in before Qt's own words, it is asked for those alone that they do not have."""

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """The word in the language set; None for what others may know."""
        key = _KEYS.get((context, source))
        return None if key is None else self._words(key)

    def isEmpty(self) -> bool:  # noqa: N802
        """Qt asks no translator that says it has nothing."""
        return False
