"""What is told to a person for each code: what is wrong, and what to do next, from codes.json."""

from collections.abc import Mapping
from typing import Final

from desktop.words.texts import Language, Words, entries
from shared.core.errors import QutongError

SENTENCES: Final[Mapping[str, str]] = {
    key: texts[1] for key, texts in entries().items() if key.isupper()
}
"""The English sentence of each code."""


def sentence(error: QutongError, language: Language = Language.ENGLISH) -> str:
    """What a person is told; the code with its parameters where no sentence is written yet."""
    return Words(language).error(error)


def language_named(name: str, locale: str) -> Language:
    """The language asked for by name, else the one of the system's locale such as zh_CN.UTF-8."""
    if name:
        return Language(name)
    return Language.CHINESE if locale.startswith("zh") else Language.ENGLISH
