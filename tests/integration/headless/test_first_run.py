"""The first run by commands: found, take goods in, sell, join; and the demo shop (R07)."""

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from desktop.headless.__main__ import main
from tests.builders.founded_shop import CREAM, SHEET
from tests.integration.desktop.served_brand import served


def run(home: Path, *arguments: str, by: str = "") -> tuple[int, Any]:
    printed = io.StringIO()
    with redirect_stdout(printed):
        code = main(["--home", str(home), "--language", "en", "--as", by, *arguments])
    return code, json.loads(printed.getvalue().splitlines()[-1])


def ok(home: Path, *arguments: str, by: str = "") -> Any:
    code, answer = run(home, *arguments, by=by)
    assert code == 0, answer
    return answer


def test_a_shop_is_founded_filled_sells_and_joins(tmp_path: Path) -> None:
    home = tmp_path / "街角 小店"
    sheet = tmp_path / "商品.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    founded = ok(home, "found-shop", "--name", "街角", "--owner", "王", "--pin", "2580")
    owner = founded["user_id"]
    looked = ok(home, "take-in-goods", "--file", str(sheet), "--look", by=owner)
    assert (looked["rows"], looked["problems"]) == (4, [])
    assert "taken" not in looked
    taken = ok(home, "take-in-goods", "--file", str(sheet), by=owner)
    assert taken["taken"]["opened"] == 4
    ok(home, "own-supplier", "--code", "S1", "--name", "批发市场", by=owner)
    bought = json.dumps({"supplier": "S1", "lines": [{"code": CREAM, "qty": "5", "cost": "88"}]})
    ok(home, "purchase-receive", bought, by=owner)
    sold = ok(home, "sell", "--line", f"2*{CREAM}", by=owner)
    assert sold["total"] == "398.00"
    assert run(home, "sync", by=owner)[1]["error"] == "NOT_JOINED"
    with served(tmp_path) as brand:
        joined = ok(home, "join", "--server", brand.url, "--code", brand.invite(), by=owner)
        assert (joined["site_id"], joined["waiting"]) == (founded["site_id"], "")
        assert ok(home, "status", by=owner)["unsent"] == 0
        (conflict,) = ok(home, "barcode-conflicts", by=owner)
        assert conflict["barcode"] == CREAM


def test_the_demo_shop_lies_beside_the_chosen_folder(tmp_path: Path) -> None:
    made = ok(tmp_path / "Qutong", "demo-shop")
    assert made["home"] == str(tmp_path / "Qutong-demo")
    assert not (tmp_path / "Qutong").exists()
    goods = ok(Path(made["home"]), "own-goods", by=made["user_id"])
    assert len(goods) == 296


@pytest.mark.parametrize("command", ["found-shop", "join", "take-in-goods", "demo-shop"])
def test_every_command_of_the_first_run_tells_its_flags(tmp_path: Path, command: str) -> None:
    assert command in ok(tmp_path / "any", "help", command)["help"]
