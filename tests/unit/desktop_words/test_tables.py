"""Both languages are whole: every text a screen asks for is there, twice, with the same gaps."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

import desktop
from desktop.app.screens import SCREENS
from desktop.shell.manual import ABOUT, find_pages, pages
from desktop.words.texts import Language, Words, entries
from shared.core.errors import RuleViolation
from shared.core.quantity import Pack, parse_quantity
from shared.core.rounding import MICRO

FOLDER = Path(desktop.__file__).parent
CJK = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]")
HAN = re.compile(r"[\u3400-\u9fff]")
# The same in both languages: names, signs, what is shown in its own language on purpose.
EMPTY_IN_ONE = {"news.sentence_gap"}


def tables() -> Iterator[tuple[str, dict[str, list[str]]]]:
    for table in files("resources.i18n").iterdir():
        if table.name.endswith(".json"):
            yield table.name, json.loads(table.read_text(encoding="utf-8"))


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(FOLDER.rglob("*.py")):
        yield file, ast.parse(file.read_text(encoding="utf-8"))


def asked_for() -> Iterator[tuple[str, str]]:
    """File and key of each text asked for by a literal."""
    for file, tree in modules():
        where = str(file.relative_to(FOLDER))
        if where.startswith("printing"):
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func).rpartition(".")[2]
            if name in ("words", "_words") and node.args:
                yield from ((where, key) for key in literals(node.args[0]))
            if name == "Action":
                for keyword in node.keywords:
                    if keyword.arg == "text":
                        yield from ((where, key) for key in literals(keyword.value))


def literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def test_every_text_stands_in_both_languages_with_the_same_gaps() -> None:
    wrong: list[str] = []
    for table, read in tables():
        for key, texts in read.items():
            if len(texts) not in (2, 3) or (not all(texts) and key not in EMPTY_IN_ONE):
                wrong.append(f"{table} {key}: not two texts")
            elif gaps(texts[0]) != gaps(texts[-1]) or not gaps(texts[1]) <= gaps(texts[0]):
                wrong.append(f"{table} {key}: {texts}")
    assert wrong == []


def test_a_key_stands_in_one_table_only() -> None:
    seen = Counter(key for _, read in tables() for key in read)
    assert [key for key, times in seen.items() if times > 1] == []


def test_english_texts_hold_no_chinese_but_names_in_their_own_language() -> None:
    allowed = {"gate.other_language", "settings.zh"}
    found = [
        (key, texts[1])
        for key, texts in entries().items()
        if HAN.search(texts[1]) and key not in allowed
    ]
    # Words an English speaker meets on Chinese paper stay what they are.
    assert [one for one in found if not one[0].startswith(("print", "paper"))] == []


def test_the_example_of_a_quantity_is_one_that_can_be_typed_in_either_language() -> None:
    for example, units in (("2箱3支", "箱支"), ("2 box 3 pc", ("box", "pc"))):
        assert any(example in text for text in entries()["reorder.qty_hint"])
        packs = [Pack(units[0], 24 * MICRO), Pack(units[1], MICRO)]
        assert parse_quantity(example, packs) == 51 * MICRO


def test_what_a_sentence_cannot_say_leaves_no_empty_brackets() -> None:
    for language in Language:
        text = Words(language).sentence("PERMISSION_MISSING")
        assert text.rstrip("。.")
        assert not re.search(r"[(（]\s*[)）]", text)


def test_every_text_a_screen_asks_for_is_written() -> None:
    known = entries()
    asked = list(asked_for())
    assert len(asked) > 200
    assert [one for one in asked if one[1] not in known] == []


def test_every_screen_has_its_title() -> None:
    assert [one.id for one in SCREENS if f"screen.{one.id}" not in entries()] == []


def test_every_screen_has_a_help_page_in_both_languages() -> None:
    names = [{page.name for page in pages(language)} for language in Language]
    assert names[0] == names[1]
    assert [one.id for one in SCREENS if ABOUT.get(one.id, one.id) not in names[0]] == []


def test_help_is_found_by_a_word_of_it() -> None:
    assert [page.name for page in find_pages(Language.ENGLISH, "Bluetooth")] == ["settings"]
    assert find_pages(Language.CHINESE, "盲点现金")[0].name == "shift"


def test_views_hold_no_chinese_of_their_own() -> None:
    found: list[tuple[str, int, str]] = []
    for file, tree in modules():
        where = file.relative_to(FOLDER)
        if not ("view" in where.parts or where.parts[0] in ("shell", "ui") or file.stem == "view"):
            continue
        texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found += [
            (str(where), node.lineno, node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in texts
            and CJK.search(node.value)
        ]
    assert found == []


@pytest.mark.parametrize("language", list(Language))
def test_an_amount_of_an_error_is_told_as_people_read_it(language: Language) -> None:
    error = RuleViolation("SHIFT_DIFFERENCE", difference_minor=-1250, number="ZB-7")
    text = Words(language).error(error)
    assert "-12.50" in text
    assert "ZB-7" in text


def test_a_column_of_a_sheet_is_called_by_one_language() -> None:
    params = {"column": "价格 (price)、零售价 (retail price)"}
    told = {one: Words(one).sentence("COLUMN_MISSING", params) for one in Language}
    assert "：价格、零售价。" in told[Language.CHINESE]
    assert "as price, retail price." in told[Language.ENGLISH]


def test_english_signs_are_those_of_the_embedded_face() -> None:
    """Its curly quotation marks are as wide as a Chinese letter: they tear English apart."""
    curly = [key for _table, texts in tables() for key, told in texts.items()
             if re.search("[“”’]", "".join(told[1:]))]  # fmt: skip
    assert not curly
    assert not [one.name for one in pages(Language.ENGLISH) if re.search("[“”’]", one.text)]


def test_a_count_chooses_its_english_form() -> None:
    words = Words(Language.ENGLISH)
    assert words("bar.unsent", n=1) == "1 document to send"
    assert words("bar.unsent", n=12) == "12 documents to send"


def test_a_code_nobody_wrote_a_sentence_for_is_shown_with_its_parameters() -> None:
    assert Words(Language.ENGLISH).sentence("NEW_CODE", {"n": 1}) == "NEW_CODE n=1"
