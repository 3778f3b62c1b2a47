"""``python -m tests.demo``: a day of the demo brand, printed as a day book and proved.

``--check DIR`` proves a folder that an earlier run left, without playing the day again.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path

from tests.demo import afternoon, morning, noon, offers
from tests.demo.book import DayBook
from tests.demo.day import Day
from tests.demo.evening import accounts_of_the_day, proof
from tests.demo.expected import EXPECTED
from tests.demo.stage import Broken, Refused, a_stage

_PARTS = (
    ("上午", "Morning", morning.SCENES),
    ("中午", "Noon", noon.SCENES),
    ("下午", "Afternoon", afternoon.SCENES),
    ("傍晚", "Evening", (*offers.SCENES, afternoon.closing_time)),
)
_FOUND = "found.json"
_BOOK = "day_book.txt"


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the day and prove it; 0 when every figure is right, 1 when any is off."""
    chosen = _parser().parse_args(arguments)
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal that knows no Chinese shows question marks instead of an error.
        sys.stdout.reconfigure(errors="replace")
    book = DayBook(languages=("zh", "en") if chosen.lang == "both" else (chosen.lang,))
    expected = {**EXPECTED, **dict(_named(one) for one in chosen.expect)}
    if chosen.check:
        if not (chosen.check / _FOUND).is_file():
            raise SystemExit(f"{chosen.check} holds no demo that came to its end")
        found = json.loads((chosen.check / _FOUND).read_text(encoding="utf-8"))
        return 0 if proof(book, chosen.check, expected, found) else 1
    return 0 if _play(book, chosen.folder, expected) else 1


def _play(book: DayBook, folder: Path, expected: Mapping[str, str]) -> bool:
    began = time.monotonic()
    _title(book)
    found = _scenes(book, folder)
    if found is None:
        return False
    (folder / _FOUND).write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    accounts_of_the_day(book, folder)
    is_right = proof(book, folder, expected, found)
    seconds = round(time.monotonic() - began)
    book.say(
        f"这一天用了 {seconds} 秒。数据库、账本和本日记都在 {folder}。",
        f"The day took {seconds} seconds. Databases, journals and this book are in {folder}.",
    )
    book.keep(folder / _BOOK)
    return is_right


def _title(book: DayBook) -> None:
    book.say("渠通 · 示例品牌的一天", "Qutong: a day of the demo brand")
    book.say(
        "2026年12月1日，星期二。服务器和十台客户端都是真的程序，各跑各的；只有时钟按剧本走。金额：元。",
        "Tuesday, 1 December 2026. A real server and ten real clients, each a program of its own; "
        "only the clock follows the story. Amounts in yuan.",
    )


def _scenes(book: DayBook, folder: Path) -> Mapping[str, str] | None:
    """What the scenes met; None, said aloud, when one of them could not be played."""
    with a_stage(folder) as stage:
        day = Day(stage=stage, book=book)
        try:
            for zh, en, scenes in _PARTS:
                book.heading(zh, en)
                for scene in scenes:
                    scene(day)
            stage.sum_up()
        except (Refused, Broken) as why:
            book.say(f"✗ {day.at} 演不下去：{why}", f"✗ {day.at} the story broke off: {why}")
            return None
    return day.found


def _named(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if name not in EXPECTED:
        raise SystemExit(f"--expect: there is no figure {name}")
    return name, value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--lang", choices=("zh", "en", "both"), default="both")
    parser.add_argument(
        "--folder", type=Path, default=Path("build/demo"), help="made anew; left behind"
    )
    parser.add_argument("--check", type=Path, metavar="DIR", help="prove what a run left behind")
    parser.add_argument(
        "--expect",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another figure than the one worked out by hand, to see that it is noticed",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
