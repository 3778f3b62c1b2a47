"""The benchmark command: it runs, prints every row it is asked for, and writes its figures."""

import json
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.figures import ROWS, Figure, at_least, at_most, p99_ms
from tests.benchmarks.names import chinese_names

FIELDS = {
    "row", "what", "size", "floor", "floor_ms", "median_ms", "p99_ms", "cpu_ms", "ratio",
    "rate_per_s", "unit", "bytes", "bytes_of", "goals", "is_met", "note",
}  # fmt: skip
MEASURED = ("median_ms", "rate_per_s", "bytes")


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS)
def test_each_row_is_measured_at_a_tiny_size_and_written_with_all_fields(
    row: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "figures.json"
    options = ["--size", "tiny", "--only", row.lower(), "--json", str(report)]
    assert main([*options, "--folder", str(tmp_path)]) == 0
    figures = json.loads(report.read_text(encoding="utf-8"))["figures"]
    assert {one["row"] for one in figures} == {row}
    for one in figures:
        assert set(one) == FIELDS
        assert any(one[name] for name in MEASURED)
    assert any(one["goals"] for one in figures)
    printed = capsys.readouterr().out
    assert all(one["what"] in printed for one in figures)


def test_an_unknown_row_is_refused_with_the_names_of_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "P3,P99"])
    assert "P1,P2,P3,P4,P5,P6,P7,P8,P9,P10,P11,P12,P13,P14,P15" in capsys.readouterr().err


def test_a_figure_is_met_only_when_every_goal_is() -> None:
    goals = (at_most("ms", 4, 5), at_least("rows/s", 10, 20))
    figure = Figure(row="P4", what="rows", size="few", floor_ms=2, median_ms=4, goals=goals)
    assert (figure.ratio, figure.is_met) == (2, False)
    assert [one["is_met"] for one in figure.as_json()["goals"]] == [True, False]
    assert Figure(row="P4", what="rows", size="few").is_met is None


def test_the_slowest_of_a_few_is_the_p99() -> None:
    assert p99_ms([0.001, 0.003, 0.002]) == 3
    assert p99_ms([0.001] * 199 + [1.0]) == 1
    assert p99_ms([0.001] * 299 + [1.0]) == 1


def test_authored_names_are_distinct_and_carry_their_initials() -> None:
    found = chinese_names()
    some = [next(found) for _ in range(2_000)]
    assert len({name for name, *_ in some}) == len(some)
    assert some[0][2] == "hjjmgczms"
