"""What went to head office is told in the words of who made it."""

from desktop.shell.sent import GROUPS, told_kinds
from desktop.words.texts import Language, Words
from shared.areas import KINDS

CHINESE = Words(Language.CHINESE)


def test_a_shift_of_three_documents_is_one_shift_and_what_nobody_names_is_counted() -> None:
    kinds = {"sale": 5, "shift_opened": 1, "shift_declared": 1, "shift_closed": 1, "user": 2}
    assert told_kinds(CHINESE, kinds) == "销售 5、交接班 1、其他 2"
    assert told_kinds(Words(Language.ENGLISH), {"sale": 1}) == "1 sale"


def test_every_kind_that_is_named_exists() -> None:
    known = {one.name for one in KINDS}
    assert {kind for of_group in GROUPS.values() for kind in of_group} <= known
