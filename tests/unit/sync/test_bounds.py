"""What no document may hold is refused where it is typed, before it stands in the journal."""

import pytest
from sqlalchemy import func, select

from desktop.store.local import LocalStore
from shared.core.errors import RuleViolation
from shared.journal.document import Body
from shared.journal.tables import journal
from shared.sync.limits import KEY_CHARS_MAX, LEDGER_AMOUNT_MAX
from tests.builders.devices import a_store
from tests.builders.small_shop import Moved


def moved(*quantities: int, product_id: str = "P") -> Moved:
    return Moved(
        product_id=product_id, quantities=list(quantities), from_place="shelf", to_place="out"
    )


def _written(store: LocalStore) -> int:
    counted = select(func.count()).select_from(journal)
    return store.read(lambda connection: int(connection.execute(counted).scalar_one()))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (moved(LEDGER_AMOUNT_MAX // 2, LEDGER_AMOUNT_MAX // 2 + 1), "AMOUNT_TOO_LARGE"),
        (moved(-(1 << 62)), "AMOUNT_TOO_LARGE"),
        (moved(1, product_id="x" * (KEY_CHARS_MAX + 1)), "TEXT_TOO_LONG"),
        (moved(1, product_id="a\0b"), "TEXT_UNUSABLE"),
        (moved(1, product_id="x" * (5 << 20)), "DOCUMENT_TOO_LARGE"),
    ],
)
def test_what_head_office_would_keep_is_refused_and_leaves_no_slot(body: Body, code: str) -> None:
    store = a_store()
    with pytest.raises(RuleViolation) as refused:
        store.run("wang", lambda session: session.append(body))
    assert refused.value.code == code
    assert _written(store) == 0
    store.close()
