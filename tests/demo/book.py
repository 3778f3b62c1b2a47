"""The day book as plain text: who did what, when and where, in two languages, in even columns."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

WIDTH: Final = 100
_PLACE, _WHO, _AMOUNT = 15, 8, 11
_TEXT: Final = 5 + 2 + _PLACE + 1 + _WHO + 1
"""The column at which what happened begins."""

PLACES: Final[Mapping[str, tuple[str, str]]] = {
    "HQ.01": ("总部 一号台", "Head office 1"),
    "HQ.02": ("总部 二号台", "Head office 2"),
    "HQ": ("总部服务器", "HQ server"),
    "HQ01": ("总部上海仓", "HQ warehouse"),
    "DL01": ("华东经销商", "East dealer"),
    "DL02": ("华南经销商", "South dealer"),
    "DL03": ("苏州经销商", "Suzhou dealer"),
    "SH01": ("观前街店", "Guanqian store"),
    "SH01.1": ("观前街店 1号机", "Guanqian till 1"),
    "SH01.2": ("观前街店 2号机", "Guanqian till 2"),
    "SH02": ("平江路店", "Pingjiang store"),
    "MC01": ("苏州专柜", "Suzhou counter"),
}
PEOPLE: Final[Mapping[str, tuple[str, str]]] = {
    "": ("", ""),
    "hq-editor": ("制单", "Editor"),
    "hq-approver": ("审批", "Approver"),
    "hq-sales-east": ("华东业务", "Rep East"),
    "hq-warehouse": ("仓管", "Keeper"),
    "dealer-east": ("老板", "Owner"),
    "dealer-south": ("老板", "Owner"),
    "dealer-suzhou": ("老板", "Owner"),
    "warehouse-east": ("仓管", "Keeper"),
    "clerk-guanqian": ("店员", "Clerk"),
    "clerk-evening": ("晚班", "Clerk B"),
    "clerk-pingjiang": ("店员", "Clerk"),
    "clerk-counter": ("柜员", "Clerk"),
    "manager-suzhou": ("督导", "Manager"),
}


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def left(text: str, width: int) -> str:
    """The text with blanks behind it."""
    return text + " " * max(0, width - columns(text))


def right(text: str, width: int) -> str:
    """The text with blanks before it."""
    return " " * max(0, width - columns(text)) + text


def folded(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns: between words, or between characters."""
    lines, line = [], ""
    for part in _parts(text):
        if line and columns(line + part.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += part
    return [*lines, line.rstrip()]


_NOT_FIRST: Final = "，。；：、）”！？"


def _parts(text: str) -> list[str]:
    """Where a line may break: behind a blank, and beside a character that is a word itself."""
    parts: list[str] = [""]
    for one in text:
        is_wide = columns(one) == 2
        before = parts[-1][-1:]
        may_break = (is_wide and one not in _NOT_FIRST) or before == " " or columns(before) == 2
        if may_break and one not in _NOT_FIRST and parts[-1]:
            parts.append("")
        parts[-1] += one
    return parts


@dataclass(kw_only=True)
class DayBook:
    """Writes lines as they happen, to the screen and for the folder."""

    languages: tuple[str, ...] = ("zh", "en")
    lines: list[str] = field(default_factory=list)

    def put(self, line: str = "") -> None:
        """One line, as it is."""
        self.lines.append(line.rstrip())
        print(line.rstrip(), flush=True)

    def say(self, zh: str, en: str) -> None:
        """A sentence in each language, a line each."""
        for language, text in (("zh", zh), ("en", en)):
            if language in self.languages:
                for line in folded(text, WIDTH):
                    self.put(line)

    def heading(self, zh: str, en: str) -> None:
        """A new part of the book."""
        text = "  ".join(t for name, t in (("zh", zh), ("en", en)) if name in self.languages)
        self.put()
        self.put(f"── {text} " + "─" * (WIDTH - columns(text) - 4))

    def entry(self, at: str, place: str, who: str, zh: str, en: str, amount: str = "") -> None:
        """One thing that happened; the amount stands at the right edge."""
        second = 0 if self.languages[0] == "zh" else 1
        head = f"{at}  {left(PLACES[place][second], _PLACE)} {left(PEOPLE[who][second], _WHO)} "
        body: list[str] = []
        for language, text in (("zh", zh), ("en", en)):
            if language in self.languages:
                # Only the first line shares its width with the amount.
                narrow = _AMOUNT + 1 if amount and not body else 0
                body += folded(text, WIDTH - _TEXT - narrow)
        for number, line in enumerate(body):
            start = head if number == 0 else " " * _TEXT
            end = right(amount, _AMOUNT) if number == 0 and amount else ""
            self.put(left(start + line, WIDTH - _AMOUNT) + end if end else start + line)

    def table(
        self, heads: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], *, names: int = 1
    ) -> None:
        """Rows under their heads: the first columns to the left, figures to the right."""
        titles = [[zh for zh, _ in heads]] if "zh" in self.languages else []
        titles += [[en for _, en in heads]] if "en" in self.languages else []
        shown = [*titles, *rows]
        widths = [max(columns(row[n]) for row in shown) for n in range(len(heads))]
        for row in shown:
            cells = [left(cell, width) for cell, width in zip(row, widths, strict=True)]
            cells[names:] = [
                right(cell, width) for cell, width in zip(row[names:], widths[names:], strict=True)
            ]
            self.put("  " + "   ".join(cells))

    def name(self, place: str, *, width: int = 10) -> str:
        """A place as the book calls it, in both languages when both are read."""
        zh, en = PLACES[place]
        return self.words(left(zh, width), en)

    def words(self, zh: str, en: str) -> str:
        """Words for a cell, in the languages that are read."""
        found = {"zh": zh, "en": en}
        return "  ".join(found[one] for one in self.languages)

    def told(self, place: str, zh: str, en: str) -> None:
        """Something about a place, a line in each language."""
        for language, name, text in zip(("zh", "en"), PLACES[place], (zh, en), strict=True):
            if language in self.languages:
                self.put(f"  {left(name, _PLACE)} {text}")

    def keep(self, file: Path) -> None:
        """Leave the book as a text file."""
        file.write_text("\n".join(self.lines) + "\n", encoding="utf-8")
