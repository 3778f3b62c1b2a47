"""How this device speaks and looks: its settings, and the system's way where nothing is set."""

from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from desktop.app.home import Look, keep_look
from desktop.app.qt_words import QtWords
from desktop.app.settings import StoreSettings
from desktop.shell.places import PLACE
from desktop.ui.theme import Scheme, dress, scheme_of_system
from desktop.words.texts import Language, Words


class Appearance:
    """Language, colours and size of text by the settings of now."""

    def __init__(self, application: QApplication, settings: StoreSettings, home: Path) -> None:
        self._application = application
        self._settings = settings
        self._home = home
        self._of_qt: list[QTranslator] = []

    @property
    def language(self) -> Language:
        """What is set; Chinese where the system speaks it, else English."""
        default = Language.CHINESE if QLocale.system().name().startswith("zh") else Language.ENGLISH
        return Language(self._settings.get("language", default.value))

    @property
    def scheme(self) -> Scheme:
        """What is set, or the system's."""
        kept = self._settings.get("scheme")
        return Scheme(kept) if kept in set(Scheme) else scheme_of_system()

    @property
    def percent(self) -> int:
        """The size of text, from 100 to 200."""
        kept = self._settings.get("text_percent", "100")
        return min(max(int(kept), 100), 200) if kept.isdigit() else 100

    def dress(self) -> None:
        """Give the whole application colours, size, and Qt's own words in its language."""
        dress(self._application, self.scheme, percent=self.percent)
        self.speak()

    def speak(self) -> None:
        """Qt's own words, such as in a dialog for files or a menu to copy, in the language set."""
        for one in self._of_qt:
            self._application.removeTranslator(one)
        self._of_qt = []
        if self.language is Language.CHINESE:
            words = QTranslator(self._application)
            where = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            words.load("qtbase_zh_CN", where)
            # The last one put in is asked first.
            for one in (QtWords(Words(self.language), self._application), words):
                if self._application.installTranslator(one):
                    self._of_qt.append(one)

    def keep(self, words: Words) -> None:
        """Remember how it looks, for the first picture of the next start."""
        place, scheme = self._settings.get(PLACE), self._settings.get("scheme")
        language = words.language.value
        keep_look(
            self._home,
            Look(place=place, scheme=scheme, language=language, percent=self.percent),
        )

    def other_language(self) -> None:
        """Say everything in the other language from now on."""
        is_chinese = self.language is Language.CHINESE
        other = Language.ENGLISH if is_chinese else Language.CHINESE
        self._settings.put("language", other.value)

    def other_scheme(self) -> None:
        """Light instead of dark, or dark instead of light."""
        is_light = self.scheme is Scheme.LIGHT
        self._settings.put("scheme", (Scheme.DARK if is_light else Scheme.LIGHT).value)
