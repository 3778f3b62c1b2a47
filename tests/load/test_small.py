"""The loads in their smallest form: they run, they measure, and nobody is left behind."""

from pathlib import Path

import pytest

from tests.integration.postgres import new_database, running_postgres
from tests.load.runs import percentile, slope_of, soak, steady, storm


@pytest.mark.slow
def test_steady_syncs_of_a_few_stores_all_arrive(tmp_path: Path) -> None:
    told = steady(tmp_path / "office", "", stores=4, every_s=0.5, rounds=2, documents=3, workers=1)
    found = told.figures
    assert (found["syncs"], found["documents"], found["errors"]) == (8, 24, 0)
    assert 0 < found["p50_ms"] <= found["p99_ms"] <= found["max_ms"]
    assert found["peak_mib"] > 20


@pytest.mark.slow
@pytest.mark.postgres
def test_a_storm_on_two_workers_of_postgresql_starves_nobody(tmp_path: Path) -> None:
    with running_postgres() as server, new_database(server, "storm") as address:
        told = storm(tmp_path / "office", address, stores=6, documents=20, workers=2)
    found = told.figures
    assert (found["documents"], found["starved"], found["errors"]) == (120, 0, 0)


@pytest.mark.slow
def test_a_soak_keeps_the_log_small(tmp_path: Path) -> None:
    told = soak(tmp_path / "office", "", stores=2, documents=400, workers=2)
    found = told.figures
    assert (found["documents"], found["errors"]) == (400, 0)
    assert 0 < found["wal_bytes"] <= 64 * 1024 * 1024


def test_a_latency_is_the_one_so_many_stay_below() -> None:
    assert percentile([5, 1, 3], 0.5) == 3
    assert percentile([float(n) for n in range(1, 101)], 0.99) == 100
    assert percentile([], 0.5) == 0


def test_a_slope_is_what_one_more_costs() -> None:
    assert slope_of([(0, 10), (10, 30), (20, 50)]) == pytest.approx(2)
    assert slope_of([(0, 10), (10, 10)]) == 0
    assert slope_of([(5, 10)]) == slope_of([(5, 10), (5, 20)]) == 0
