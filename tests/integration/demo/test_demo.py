"""The demo as a person runs it: the day plays, everything agrees, and what is off is noticed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import update

from desktop.store.engine import open_writer
from shared.stock.tables import stock_balance, stock_move
from tests.demo.__main__ import main
from tests.demo.book import WIDTH, columns
from tests.demo.expected import EXPECTED, differences
from tests.demo.proof import compare

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that one run left, and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "day"
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "tests.demo", "--folder", str(folder)],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    return folder, done.stdout


def test_the_day_ends_with_every_replica_agreeing(played: tuple[Path, str]) -> None:
    folder, book = played
    assert f"{len(EXPECTED)} 个数字，账上对得上 {len(EXPECTED)} 个" in book
    for line in (
        "两端一致，分文不差。",
        "✓ shared.journal.verify",
        "✓ 所有货位相加 0 件，所有账户相加 0.00 元",
    ):
        assert line in book
    assert "✗" not in book
    assert (folder / "day_book.txt").read_text(encoding="utf-8") == book


def test_every_line_of_the_book_fits_the_page(played: tuple[Path, str]) -> None:
    _folder, book = played
    assert [line for line in book.splitlines() if columns(line) > WIDTH] == []


def test_a_wrong_figure_is_printed_and_ends_with_an_error(
    played: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _book = played
    assert main(["--check", str(folder), "--expect", "SH01.cash=2,118.01"]) == 1
    told = capsys.readouterr().out
    assert "✗ SH01.cash: 手算 by hand 2,118.01, 账上 in the books 2,118.00" in told
    assert "WRONG: 1 things are off." in told


def test_a_figure_the_day_never_came_to_is_off() -> None:
    assert differences({"sales": "19"}, {}) != []


def test_one_changed_row_on_one_client_is_found(played: tuple[Path, str], tmp_path: Path) -> None:
    folder, _book = played
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    engine = open_writer(copy / "SH01.1" / "store.db")
    with engine.begin() as connection:
        one = stock_move.c.product_id == "020503"
        connection.execute(
            update(stock_move).where(one).values(qty_micro=stock_move.c.qty_micro + 1)
        )
    engine.dispose()
    engine = open_writer(copy / "DL02" / "store.db")
    with engine.begin() as connection:
        connection.execute(update(stock_balance).values(came_in=stock_balance.c.came_in + 1))
    engine.dispose()
    faults = {replica.name: replica.faults for replica in compare(copy)}
    assert [fault.partition(":")[0] for fault in faults["SH01.1"]] == ["site"]
    assert all(fault.startswith("stock_balance site/DL02/") for fault in faults["DL02"])
    assert {name for name, found in faults.items() if found} == {"SH01.1", "DL02"}
