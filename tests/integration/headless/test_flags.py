"""Commands as a person types them, and as scripts send them."""

import json

import pytest

from desktop.app.areas import COMMANDS
from desktop.headless.flags import params_of, usage_of
from desktop.headless.sentences import SENTENCES, sentence
from desktop.store.command import find_command
from shared.core.errors import RuleViolation


def typed(command: str, *arguments: str) -> object:
    return json.loads(params_of(find_command(COMMANDS, command), arguments))


def test_every_command_has_a_name_of_its_own_a_summary_and_a_help() -> None:
    names = [one.name for one in COMMANDS]
    assert len(set(names)) == len(names) > 45
    for one in COMMANDS:
        assert one.summary.endswith("."), one.name
        assert one.summary in usage_of(one)


def test_flags_become_the_parameters_of_a_command() -> None:
    assert typed("sell", "--line", "3*2000101010005", "--lines", "X", "--tender", "cash=100") == {
        "lines": ["3*2000101010005", "X"],
        "tenders": ["cash=100"],
    }
    assert typed("sell-invoice", "--customer", "K7", "--line", "X", "--is-cash") == {
        "customer": "K7",
        "lines": ["X"],
        "is_cash": True,
    }
    assert typed("sales", "--limit", "3", "--day", "2026-01-02") == {
        "limit": 3,
        "day": "2026-01-02",
    }


def test_a_quantity_before_a_code_is_read_where_a_part_asks_for_both() -> None:
    assert typed("order-submit", "--line", "2箱3支*010101", "--line", "010102") == {
        "lines": [{"code": "010101", "qty": "2箱3支"}, {"code": "010102"}]
    }
    assert typed("order-decide", "--order", "DH-1", "--line", '{"line": 1, "qty": "5"}') == {
        "order": "DH-1",
        "lines": [{"line": 1, "qty": "5"}],
    }


def test_one_json_object_is_taken_as_it_stands() -> None:
    assert typed("sell", '{"lines": ["X"]}') == {"lines": ["X"]}


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("sell", ["--lins", "X"]),
        ("sell", ["X"]),
        ("sales", ["--limit", "many"]),
        ("order-decide", ["--line", "1"]),
        ("sell", ["--line", "{broken"]),
    ],
)
def test_what_cannot_be_read_is_an_error_with_a_code(command: str, arguments: list[str]) -> None:
    with pytest.raises(RuleViolation) as why:
        params_of(find_command(COMMANDS, command), arguments)
    assert why.value.code == "COMMAND_UNREADABLE"


def test_a_sentence_tells_its_parameters_and_survives_missing_ones() -> None:
    assert sentence(RuleViolation("UNKNOWN_UNIT", unit="桶")) == "The product has no unit 桶."
    assert sentence(RuleViolation("UNKNOWN_UNIT")) == "The product has no unit ."
    assert sentence(RuleViolation("NEW_CODE", n=1)) == "NEW_CODE n=1"
    assert all(text.endswith(".") for text in SENTENCES.values())
