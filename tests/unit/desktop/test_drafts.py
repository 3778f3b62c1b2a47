"""Drafts and settings: this device's own, kept under a key, found by how the key begins."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from desktop.store.drafts import (
    DRAFT_BYTES_MAX,
    draft_of,
    drafts_under,
    put_draft,
    remove_draft,
)
from desktop.store.local import LocalStore
from desktop.store.settings import put_setting, setting_of, settings_under
from shared.core.errors import RuleViolation
from shared.journal.tables import journal
from tests.builders.devices import LAYOUT, a_store
from tests.unit.desktop.test_store import open_store


@pytest.fixture
def store() -> Iterator[LocalStore]:
    opened = a_store()
    yield opened
    opened.close()


def test_the_last_draft_under_a_key_is_the_one_that_is_kept(store: LocalStore) -> None:
    store.run("wang", put_draft, "cart/A", b"one")
    store.run("wang", put_draft, "cart/A", b"two")
    store.run("wang", put_draft, "cart/AB", b"other")
    store.run("wang", put_draft, "count/Z1", b"count")
    assert store.read(lambda c: draft_of(c, "cart/A")) == b"two"
    assert store.read(lambda c: [one.key for one in drafts_under(c, "cart/")]) == [
        "cart/A",
        "cart/AB",
    ]
    assert store.run("wang", remove_draft, "cart/A").value
    assert not store.run("wang", remove_draft, "cart/A").value
    assert store.read(lambda c: draft_of(c, "cart/A")) is None


def test_a_draft_is_no_document(store: LocalStore) -> None:
    done = store.run("wang", put_draft, "basket/open", b"lines")
    assert done.touched == {"draft": frozenset({"basket/open"})}
    assert store.read(lambda c: list(c.execute(select(journal.c.n)))) == []


def test_a_use_case_that_fails_leaves_the_draft_as_it_was(store: LocalStore) -> None:
    store.run("wang", put_draft, "cart/A", b"one")
    with pytest.raises(RuleViolation) as why:
        store.run("wang", put_draft, "cart/A", bytes(DRAFT_BYTES_MAX + 1))
    assert why.value.code == "DRAFT_TOO_LARGE"
    assert store.read(lambda c: draft_of(c, "cart/A")) == b"one"


def test_settings_work_before_the_device_is_enrolled() -> None:
    fresh = a_store(enrolled=False)
    try:
        fresh.transact(lambda c: put_setting(c, "language", "en"))
        assert fresh.read(lambda c: setting_of(c, "language")) == "en"
        fresh.transact(lambda c: put_setting(c, "language", None))
        assert fresh.read(lambda c: setting_of(c, "language", "zh")) == "zh"
        assert fresh.read(settings_under) == {}
    finally:
        fresh.close()


def test_a_database_of_before_gains_drafts_and_settings(tmp_path: Path) -> None:
    layout = LAYOUT
    store = open_store(tmp_path, layout)
    store.on_writer(
        lambda local: local.transact(
            lambda c: [c.exec_driver_sql(f"DROP TABLE {name}") for name in ("draft", "setting")]
        )
    )
    store.close()
    store = open_store(tmp_path, layout)
    try:
        store.write(put_draft, "cart/A", b"one")
        assert store.read(lambda c: draft_of(c, "cart/A")) == b"one"
    finally:
        store.close()
