"""Every word on paper exists in both languages, and none is kept that nothing prints."""

import json
import re
from importlib.resources import files
from pathlib import Path

import desktop.printing

_TABLE = files("resources.i18n").joinpath("printing.json")
_SOURCES = Path(desktop.printing.__file__).parent


def _used() -> set[str]:
    """The keys in the source; a key with a changing middle stands for those of its form."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in _SOURCES.rglob("*.py"))
    return set(re.findall(r"[\"'](print\.[a-z_.{}]+)[\"']", text))


def test_every_key_printed_has_words_and_all_words_are_printed() -> None:
    known = set(json.loads(_TABLE.read_text(encoding="utf-8")))
    forms = {re.compile(re.sub(r"\{[^}]*\}", "[a-z_]+", re.escape(key).replace(r"\{", "{").replace(
        r"\}", "}"))) for key in _used()}  # fmt: skip
    unknown = {form.pattern for form in forms if not any(form.fullmatch(key) for key in known)}
    idle = {key for key in known if not any(form.fullmatch(key) for form in forms)}
    assert (unknown, idle) == (set(), set())


def test_both_languages_name_the_same_values() -> None:
    for key, texts in json.loads(_TABLE.read_text(encoding="utf-8")).items():
        names = [set(re.findall(r"\{(\w+)\}", text)) for text in texts]
        assert all(found == names[0] for found in names), key
        assert all(text.strip() for text in texts), key
