"""Head office's lists without a window: kept documents and tasks in words, stock of all sites."""

import pytest

from desktop.reporting.model.kept import said_of, why
from desktop.reporting.usecases.asking import Report
from desktop.reporting.usecases.consolidating import held_in
from desktop.tasks.model import TaskRow, Tasks, group_of, task_text
from desktop.words.texts import Language, Words
from shared.reporting.queries.stock_sums import Held
from shared.reporting.queries.task_names import TaskSubject
from shared.stock.rules import Status, location
from shared.tasks.documents import params_of
from shared.tasks.queries import TaskLine
from shared.tasks.rules import TaskState


def a_task(code: str, subject: str, **values: str | int) -> TaskLine:
    return TaskLine(
        id=f"{code}/{subject}",
        code=code,
        subject=subject,
        site_id="SH01",
        params=params_of(values),
        about="",
        state=TaskState.OPEN,
        last_at_us=1,
    )


@pytest.fixture(params=list(Language))
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param)


def test_a_task_names_the_product_and_not_its_code(words: Words) -> None:
    subject = TaskSubject(site_name="店", product_id="010101", product_name="洗面奶")
    text = task_text(words, a_task("STOCK_BELOW_ZERO", "SH01:010101"), subject)
    assert "洗面奶" in text
    assert "SH01:" not in text


def test_a_kept_document_s_task_tells_kind_and_reason_in_words(words: Words) -> None:
    task = a_task(
        "DOCUMENT_KEPT", "SH01.01/7", reason="APPROVER_MISSING", device="SH01.01", kind="sale"
    )
    text = task_text(words, task, None)
    assert words("kind.sale") in text
    assert "APPROVER_MISSING" not in text


def test_a_task_opens_the_first_screen_the_person_has() -> None:
    words = Words()
    row = TaskRow(
        line=a_task("STOCK_BELOW_ZERO", "SH01:010101"),
        subject=None,
        text="",
        site_name="",
        kind="",
    )
    at_office = Tasks(None, words, frozenset({"goods", "consolidated"}))  # type: ignore[arg-type]
    assert at_office.place_of(row) == ("consolidated", "stock")
    at_shop = Tasks(None, words, frozenset({"stock", "goods"}))  # type: ignore[arg-type]
    assert at_shop.place_of(row) == ("stock", "010101")
    nowhere = Tasks(None, words, frozenset())  # type: ignore[arg-type]
    assert nowhere.place_of(row) == ("", "")


def test_a_task_of_unknown_goods_names_what_was_scanned_its_price_and_the_receipt(
    words: Words,
) -> None:
    receipt = TaskSubject(site_name="店", document="u1", document_kind="sale", number="XS-1")
    line = a_task(
        "PRODUCT_UNKNOWN",
        "SH01:6900000000014",
        name="杯子",
        unit_price_micro=8_800_000,
        number="XS-1",
    )
    text = task_text(words, line, receipt)
    for part in ("6900000000014", "杯子", "8.8", "XS-1"):
        assert part in text
    older = task_text(words, a_task("PRODUCT_UNKNOWN", "SH01:6900000000014"), receipt)
    assert "6900000000014" in older
    assert "XS-1" not in older, "the receipt is not the good"
    row = TaskRow(line=line, subject=receipt, text="", site_name="", kind="")
    at_shop = Tasks(None, words, frozenset({"sales", "goods"}))  # type: ignore[arg-type]
    assert at_shop.place_of(row) == ("sales", "u1")


def test_every_group_of_tasks_has_a_word(words: Words) -> None:
    for code in ("STOCK_BELOW_ZERO", "SEAL_BROKEN", "DOCUMENT_KEPT", "CLAIM", "SHIFT_DIFFERENCE",
                 "SALE_UNBALANCED", "SOMETHING_NEW"):  # fmt: skip
        assert words.has(f"tasks.kind.{group_of(code)}")


def test_a_document_is_told_with_names_and_readable_figures() -> None:
    words = Words()
    content = (
        '{"header":{"kind":"sale","site_id":"SH01","happened_at_us":1764561600000000},'
        '"body":{"lines":[{"product_id":"010101","qty_micro":2000000,"amount_minor":11800}],'
        '"tenders":[{"tender":"cash","amount_minor":11800}]}}'
    )
    said = said_of(words, content, {"010101": "洗面奶", "SH01": "一店"})
    told = [(one.depth, one.name, one.value) for one in said]
    assert (1, words("field.kind"), words("kind.sale")) in told
    assert (1, words("field.site"), "SH01 一店") in told
    assert (2, words("field.product"), "010101 洗面奶") in told
    assert (2, words("field.qty"), "2") in told
    assert (2, words("field.amount"), "118.00") in told
    assert (2, words("field.tender"), words("tender.cash")) in told


@pytest.mark.parametrize("content", ["", "no json", "[1,2]", '{"bytes":12}', "{}"])
def test_content_that_cannot_be_read_breaks_nothing(content: str) -> None:
    assert isinstance(said_of(Words(), content), list)


def test_a_reason_leaves_no_empty_brackets(words: Words) -> None:
    told = why(words, "PERMISSION_MISSING")
    assert told
    assert "（）" not in told
    assert "()" not in told


def test_only_what_a_site_can_sell_counts_as_its_stock() -> None:
    report = Report(
        columns=("location", "product_id", "lot", "qty_micro"),
        rows=[
            (location("SH01"), "P1", "", 5),
            (location("SH01", Status.DEFECTIVE), "P1", "", 2),
            ("transit/SH01/SH02", "P1", "", 3),
        ],
        is_whole=True,
    )
    assert held_in(report) == [Held("P1", "SH01", 5)]
    assert held_in(Report()) == []
