"""The headless client end to end: real files, a real server, a line of JSON per command."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop.headless.__main__ import main
from sync_server.__main__ import main as serve_main
from sync_server.enrolment.codes import make_code
from sync_server.http.serve import service_of
from sync_server.operations import commands
from sync_server.operations.edges import SystemClock, SystemRandomness
from sync_server.operations.home import Office, open_home
from tests.builders.demo_brand import publication
from tests.integration.server.wire import running

CREAM, WATER = "010204", "010102"
CLERK = "clerk-guanqian"


@dataclass
class Brand:
    """A served head office and the folders of its devices."""

    office: Office
    url: str
    folder: Path

    def enrol(self, device_type: str, site_id: str, tag: str = "01") -> None:
        """A new device, and its first sync."""
        with self.office.database.write() as connection:
            code = make_code(
                connection,
                SystemRandomness(),
                device_type=device_type,
                site_id=site_id,
                tag=tag,
                now_us=SystemClock().now_us(),
            )
        name = site_id or "HQ"
        self.ok(name, "enrol", "--server", self.url, "--code", code)
        self.ok(name, "sync")

    def run(self, device: str, *arguments: str, by: str = "") -> tuple[int, list[Any]]:
        """Run the headless client in this process; exit code and the lines it printed."""
        home = str(self.folder / device)
        printed = io.StringIO()
        with redirect_stdout(printed):
            code = main(["--home", home, "--as", by, *arguments])
        return code, [json.loads(line) for line in printed.getvalue().splitlines()]

    def ok(self, device: str, *arguments: str, by: str = "") -> Any:
        """The one answer of a command that must succeed."""
        code, answers = self.run(device, *arguments, by=by)
        assert code == 0, answers
        return answers[-1]

    def refused(self, device: str, *arguments: str, by: str = "") -> dict[str, Any]:
        """The error of a command that must not succeed."""
        code, (answer,) = self.run(device, *arguments, by=by)
        assert code == 1
        return dict(answer)


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brand]:
    """The demo brand, published from head office's desktop by one batch file."""
    folder = tmp_path_factory.mktemp("brand")
    clock, randomness = SystemClock(), SystemRandomness()
    with redirect_stdout(io.StringIO()):
        commands.init(folder / "server", "", clock, randomness, ["hq-editor", "hq-approver"])
    office = open_home(folder / "server", "", randomness)
    with running(service_of(office, clock, randomness)) as url:
        made = Brand(office, url, folder)
        made.enrol("hq", "")
        batch = folder / "publish.jsonl"
        lines = (
            json.dumps({"command": one.command, "as": one.user, "params": one.params})
            for one in publication()
        )
        batch.write_text("\n".join([*lines, '{"command": "sync"}']), encoding="utf-8")
        made.ok("HQ", "batch", str(batch))
        for device_type, site_id in (("till", "SH01"), ("dealer", "DL01")):
            made.enrol(device_type, site_id)
        yield made
    office.database.close()


def test_a_till_sells_offline_and_head_office_hears_of_it(brand: Brand) -> None:
    sold = brand.ok(
        "SH01", "sell", "--line", f"2*{CREAM}", "--tender", "cash=400", by="clerk-guanqian"
    )
    assert (sold["total"], sold["change"]) == ("398.00", "2.00")
    assert brand.ok("SH01", "status")["unsent"] == 1
    assert brand.ok("SH01", "sync")["outcome"] == "done"
    assert brand.ok("SH01", "status")["unsent"] == 0
    (why,) = brand.ok("SH01", "why-price", "--sale", sold["number"], by="clerk-guanqian")
    assert why["is_recomputed"]


def test_an_order_is_decided_shipped_and_received_over_the_wire(brand: Brand) -> None:
    order = brand.ok("DL01", "order-submit", "--line", f"1箱*{CREAM}", by="dealer-east")
    assert order["total_minor"] == 24 * 9_055
    brand.ok("DL01", "sync")
    brand.ok("HQ", "sync")
    brand.ok("HQ", "order-decide", "--order", order["number"], by="hq-sales-east")
    brand.ok("HQ", "sync")
    brand.ok("HQ", "order-ship", "--order", order["number"], "--site", "HQ01", by="hq-sales-east")
    brand.ok("HQ", "sync")
    brand.ok("DL01", "sync")
    brand.ok("DL01", "order-receive", "--order", order["number"], by="dealer-east")
    brand.ok("DL01", "sync")
    brand.ok("HQ", "sync")
    assert brand.ok("HQ", "order-show", "--order", order["uid"])["order"]["state"] == "received"
    (held,) = brand.ok("DL01", "stock", "--code", CREAM, by="dealer-east")
    assert held["qty_micro"] == 24_000_000
    owed = brand.ok("DL01", "credit", "--account", "P1001-FX", by="dealer-east")
    assert owed["receivable_minor"] == 24 * 9_055


def test_a_dealers_own_device_knows_the_guide_price_of_the_level_below(brand: Brand) -> None:
    sold = brand.ok("DL01", "sell-invoice", "--customer", "K7", "--line", CREAM, by="dealer-east")
    assert sold["total"] == "103.48"
    paid = brand.ok("DL01", "collect", "--customer", "K7", "--amount", "103.48", by="dealer-east")
    assert paid["paid_minor"] == {sold["uid"]: 10_348}
    brand.ok("DL01", "expense", "--category", "邮费", "--amount", "8", by="dealer-east")
    assert brand.ok("DL01", "sync")["outcome"] == "done"


def test_a_deposit_is_lent_and_spent_by_a_till_that_has_only_a_stick(brand: Brand) -> None:
    """Real files there and back: what was sold and asked goes up, the lease comes down (Q06)."""
    fang = brand.ok("SH01", "member-new", "--name", "Fang", "--phone", "13800138000", by=CLERK)
    pool = {"key": f"deposit:{fang['member_id']}", "unit": "CNY", "added": 50_000}
    brand.ok("HQ", "lease-pool", json.dumps(pool), by="hq-editor")
    brand.ok("HQ", "sync")
    asked = {"customer": fang["member_id"], "wanted": 20_000}
    brand.ok("SH01", "lease-ask", json.dumps(asked), by=CLERK)
    packet, answer = brand.folder / "up.qtpacket", brand.folder / "down.qtpacket"
    made = brand.ok("SH01", "packet-out", "--file", str(packet))
    assert (made["documents"], made["is_whole"]) == (2, True)
    home = ["--home", str(brand.folder / "server")]
    for _twice in range(2):
        with redirect_stdout(io.StringIO()) as printed:
            assert serve_main(["packet-in", *home, str(packet), "--answer", str(answer)]) == 0
        assert printed.getvalue().startswith("SH01.01: 2 documents")
    assert brand.ok("SH01", "packet-in", "--file", str(answer))["pushed"] == 2
    assert not brand.ok("SH01", "packet-in", "--file", str(answer))["is_new"]
    assert brand.ok("SH01", "status")["unsent"] == 0
    (held,) = brand.ok("SH01", "lease-held", by=CLERK)
    assert (held["amount"], held["spendable"]) == (20_000, 20_000)
    bought = {"lines": [WATER], "customer": fang["member_id"], "tenders": ["deposit=89"]}
    brand.ok("SH01", "sell", json.dumps(bought), by=CLERK)
    assert brand.ok("SH01", "sync")["kept"] == {}
    (pool_now,) = brand.ok("HQ", "lease-pools", by="hq-editor")
    assert pool_now["unit"] == "CNY"
    brand.ok("HQ", "sync")
    (known,) = brand.ok("HQ", "leases", by="hq-editor")
    assert (known["device_id"], known["rest"]) == ("SH01.01", 20_000 - 8_900)


def test_nothing_of_this_was_kept_for_repair(brand: Brand) -> None:
    brand.ok("HQ", "sync")
    tasks = brand.ok("HQ", "tasks")
    assert [one for one in tasks if one["code"] == "DOCUMENT_KEPT"] == []
    with redirect_stdout(io.StringIO()) as printed:
        assert commands.verify(brand.office) == 0, printed.getvalue()


def test_an_error_is_one_line_with_code_parameters_and_sentence(brand: Brand) -> None:
    told = brand.refused("SH01", "sell", "--line", "nobody-knows", by="clerk-guanqian")
    assert told == {
        "error": "PRICE_MISSING",
        "params": {"product_id": "nobody-knows"},
        "text": "There is no price for nobody-knows; say one.",
    }
    assert brand.refused("SH01", "sell", "--line", CREAM, by="stranger")["error"] == (
        "NOT_PERMITTED"
    )
    assert brand.refused("SH01", "dance")["error"] == "COMMAND_UNKNOWN"
    assert brand.refused("SH01", "batch", "none.jsonl")["error"] == "FILE_MISSING"
    assert brand.refused("nowhere", "sell", "--line", CREAM)["error"] == "NOT_ENROLLED"


def test_a_batch_answers_every_line_and_goes_on_after_an_error(brand: Brand) -> None:
    batch = brand.folder / "till.jsonl"
    batch.write_text(
        "\n".join(
            [
                json.dumps({"command": "sell", "as": "clerk-guanqian", "lines": [WATER]}),
                json.dumps({"command": "sell", "params": {"lines": [WATER]}, "user": "stranger"}),
                "not json",
                "",
                json.dumps({"command": "sell", "lines": [f"2*{WATER}"]}),
            ]
        ),
        encoding="utf-8",
    )
    code, answers = brand.run("SH01", "batch", str(batch), by="clerk-guanqian")
    assert code == 1
    assert [one.get("error", one.get("total")) for one in answers] == [
        "89.00", "NOT_PERMITTED", "COMMAND_UNREADABLE", "178.00",
    ]  # fmt: skip


def test_the_module_runs_as_a_program_of_its_own(brand: Brand) -> None:
    command = [sys.executable, "-m", "desktop.headless", "--home", str(brand.folder / "SH01")]
    done = subprocess.run(
        [*command, "--as", "clerk-guanqian", "find", "--text", "面霜"],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert CREAM in [one["product"] for one in json.loads(done.stdout)]
