"""What is stored is never shown as it is stored: each value of a closed list has its words."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from desktop.words.texts import entries
from shared.access.rules import Role
from shared.accounts.rules import RebateForm, Tender
from shared.areas import KINDS, SCHEMA
from shared.ordering.rules.deciding import OrderState
from shared.ordering.rules.kinds_of_order import OrderType

ROOT = Path(__file__).resolve().parents[3]
_APPROVES = re.compile(r"require_approver\([^)]*?\"([a-z_.]+)\"", re.DOTALL)


def approved() -> set[str]:
    """The permissions a second person is asked for, as the use cases name them."""
    files = (ROOT / "desktop").rglob("usecases/**/*.py")
    return {one for file in files for one in _APPROVES.findall(file.read_text("utf-8"))}


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("kind", [one.name for one in KINDS]),
        ("seen.table", list(SCHEMA.tables)),
        ("permission", sorted(approved())),
        ("role", list(Role)),
        ("tender", list(Tender)),
        ("rebate.form", list(RebateForm)),
        ("order.state", list(OrderState)),
        ("orders.type", list(OrderType)),
    ],
)
def test_each_value_has_its_words(prefix: str, values: Iterable[str]) -> None:
    assert [one for one in values if f"{prefix}.{one}" not in entries()] == []


def test_words_are_kept_for_what_exists() -> None:
    kept = {one.rpartition(".")[2] for one in entries() if one.startswith("seen.table.")}
    assert kept - set(SCHEMA.tables) == set()
    named = {one.partition(".")[2] for one in entries() if re.fullmatch(r"kind\.[a-z_]+", one)}
    assert named - {one.name for one in KINDS} == set()
