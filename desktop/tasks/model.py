"""The list of tasks: in words, by site and kind, with the screen that shows what each is about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from desktop.store.desk import Desk
from desktop.tasks.usecases import close_task
from desktop.watched import Watched
from desktop.words import formats
from desktop.words.texts import Words
from shared.tasks.queries import TaskLine, open_tasks

SHOWN_MAX: Final = 2_000


class Subject(Protocol):
    """What a task's subject is called, as far as it is known here."""

    @property
    def site_name(self) -> str: ...
    @property
    def product_id(self) -> str: ...
    @property
    def product_name(self) -> str: ...
    @property
    def document(self) -> str: ...
    @property
    def document_kind(self) -> str: ...
    @property
    def number(self) -> str: ...


NameTasks = Callable[[Any, Sequence[TaskLine]], Mapping[str, Subject]]
"""A query that names the subjects of tasks, by task id."""

_OF_GOODS: Final = frozenset({"STOCK_BELOW_ZERO"})
_OF_MOVEMENTS: Final = frozenset({"TAKEN_BACK_TWICE"})
_OF_UNKNOWN_GOODS: Final = frozenset({"PRODUCT_UNKNOWN"})
_OF_COUNTS: Final = frozenset({"SEAL_BROKEN", "SAME_COUNTER", "COUNT_UNKNOWN", "OPENED_TWICE"})
_KEPT: Final = frozenset({"DOCUMENT_KEPT", "DOCUMENTS_KEPT"})
_OF_MONEY: Final = frozenset(
    {
        "STATIC_CODE_OVER_CAP",
        "REFUND_OTHER_TENDER",
        "RETURN_WITHOUT_RECEIPT",
        "POINTS_NOT_EARNED",
        "POINTS_NOT_LEASED",
        "COUPON_FORGED",
        "COUPON_NOT_LEASED",
        "COUPON_UNBALANCED",
        "COUPON_USED_TWICE",
    }
)
_OF_SHIFTS: Final = frozenset({"SHIFT_DIFFERENCE"})
_OF_RECEIVING: Final = frozenset({"CLAIM", "RECEIVED_TWICE"})
_SCREENS_OF: Final = {
    "sale": ("sales",),
    "shipment": ("shipments", "order-desk"),
    "receipt": ("receiving", "order-desk"),
    "movement": ("movements", "stock"),
    "count": ("stocktake",),
}
"""The screens that may show a document of a kind, the best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A task as the list shows it."""

    line: TaskLine
    subject: Subject | None
    text: str
    site_name: str
    kind: str
    """The word of its group."""


class Tasks(Watched):
    """What the tasks screen shows."""

    def __init__(
        self, desk: Desk, words: Words, screens: frozenset[str], names: NameTasks | None = None
    ) -> None:
        super().__init__()
        self._desk = desk
        self._words = words
        self._screens = screens
        self._names = names
        self._all: list[TaskRow] = []
        self.site_id = ""
        """Whose tasks are shown; '' = all."""
        self.kind = ""
        """Which group is shown; '' = all."""

    async def load(self) -> None:
        """Read the tasks again."""
        lines = await self._desk.fetch(open_tasks, limit=SHOWN_MAX)
        named: Mapping[str, Subject] = {}
        if self._names is not None and lines:
            named = await self._desk.fetch(self._names, lines)
        self._all = [self._row(line, named.get(line.id)) for line in lines]
        self.changed()

    @property
    def rows(self) -> list[TaskRow]:
        """The tasks shown, the latest first."""
        return [
            one
            for one in self._all
            if (not self.site_id or one.line.site_id == self.site_id)
            and (not self.kind or group_of(one.line.code) == self.kind)
        ]

    @property
    def sites(self) -> list[tuple[str, str]]:
        """The sites that have tasks, id and name."""
        found = {one.line.site_id: one.site_name for one in self._all}
        return sorted(found.items(), key=lambda one: one[1])

    @property
    def kinds(self) -> list[tuple[str, str, int]]:
        """The groups that have tasks: id, word, how many."""
        counts: dict[str, int] = {}
        for one in self._all:
            group = group_of(one.line.code)
            counts[group] = counts.get(group, 0) + 1
        return [(one, self._words(f"tasks.kind.{one}"), n) for one, n in sorted(counts.items())]

    def of_site(self, site_id: str) -> None:
        """Only the tasks of one site; '' = all."""
        self.site_id = site_id
        self.changed()

    def of_kind(self, kind: str) -> None:
        """Only the tasks of one group; '' = all."""
        self.kind = kind
        self.changed()

    async def close(self, row: TaskRow, reason: str) -> None:
        """Say that a task is done. Raises what ``close_task`` raises."""
        await self._desk.do(close_task, row.line.id, reason)
        await self.load()

    def place_of(self, row: TaskRow) -> tuple[str, str]:
        """The screen that shows what a task is about, and what it opens there; ('', '') = none
        this person has."""
        for screen, subject in _places(row):
            if screen in self._screens:
                return screen, subject
        return "", ""

    def _row(self, line: TaskLine, subject: Subject | None) -> TaskRow:
        site = (subject.site_name if subject else line.site_id) or self._words("tasks.head_office")
        return TaskRow(
            line=line,
            subject=subject,
            text=task_text(self._words, line, subject),
            site_name=site,
            kind=self._words(f"tasks.kind.{group_of(line.code)}"),
        )


def group_of(code: str) -> str:
    """``stock count sale money order kept other``: the kind of thing a task is about."""
    groups = (
        ("stock", _OF_GOODS | _OF_UNKNOWN_GOODS | _OF_MOVEMENTS),
        ("count", _OF_COUNTS),
        ("kept", _KEPT),
        ("order", _OF_RECEIVING),
        ("money", _OF_SHIFTS | _OF_MONEY),
        ("sale", frozenset({"SALE_UNBALANCED", "PROMOTION_DIFFERS", "LIMIT_PASSED"})),
    )
    for name, codes in groups:
        if code in codes:
            return name
    return "count" if code.startswith("COUNT") else "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownGoods:
    """What was sold without being known: as scanned or typed, at what price, on which receipt."""

    code: str
    name: str
    """'' where nothing but the code was said."""
    price_micro: int
    """0 = not told."""
    number: str
    """'' = not told."""


def unknown_goods(line: TaskLine) -> UnknownGoods | None:
    """What a task about unknown goods tells of them; None for any other task."""
    if line.code not in _OF_UNKNOWN_GOODS:
        return None
    told = {one.name: one.text for one in line.params}
    price = told.get("unit_price_micro", "")
    code = told.get("code") or line.subject.partition(":")[2] or line.subject
    name = told.get("name", "")
    return UnknownGoods(
        code=code,
        name=name if name != code else "",
        price_micro=int(price) if price.isdecimal() else 0,
        number=told.get("number", ""),
    )


def _unknown_text(words: Words, goods: UnknownGoods | None) -> str:
    if goods is None:
        return ""
    what = f"{goods.code} {goods.name}".rstrip()
    if not goods.number:
        return words("tasks.unknown", what=what)
    price = formats.price(goods.price_micro)
    return words("tasks.unknown_sold", what=what, price=price, number=goods.number)


def task_text(words: Words, line: TaskLine, subject: Subject | None) -> str:
    """The task as a sentence: names instead of ids, and reasons as sentences of their own."""
    values: dict[str, str | int] = {one.name: one.text for one in line.params}
    why = str(values.get("reason", "") or values.get("code", ""))
    if line.code in _KEPT:
        told = words.sentence(why, values) if why else ""
        values["code"] = told.replace("（）", "").replace(" ()", "").rstrip("。.")
        values["count"] = values.get("count", "")
        kind = words.of("kind", str(values.get("kind", ""))) or words("tasks.a_document")
        return words(
            "tasks.kept" if line.code == "DOCUMENT_KEPT" else "tasks.kept_many",
            kind=kind,
            device=values.get("device", ""),
            why=values["code"],
        )
    if line.code in _OF_UNKNOWN_GOODS:
        return _unknown_text(words, unknown_goods(line))
    named = (subject.product_name or subject.number) if subject is not None else ""
    if named:
        values["subject"] = named
        values.setdefault("number", named)
        values.setdefault("code", named)
    else:
        values.setdefault("subject", line.subject.rpartition(":")[2])
        values.setdefault("code", line.subject.rpartition(":")[2])
    return words.sentence(line.code, values)


def _places(row: TaskRow) -> list[tuple[str, str]]:
    line, subject = row.line, row.subject
    code = line.code
    goods = line.subject.rpartition(":")[2]
    if code in _KEPT:
        return [("kept", line.subject)]
    if code in _OF_GOODS:
        return [("stock", goods), ("consolidated", "stock"), ("goods", goods)]
    if code in _OF_UNKNOWN_GOODS:
        # The list of goods has nothing to show of them: the receipt has, and else the whole list.
        sold = subject.document if subject is not None and subject.document_kind == "sale" else ""
        return [*([("sales", sold)] if sold else []), ("goods", ""), ("register", goods)]
    if code in _OF_SHIFTS:
        return [("shift", line.subject)]
    found = []
    if subject is not None and subject.document:
        wanted = _SCREENS_OF.get(subject.document_kind, ())
        found = [(one, subject.document) for one in wanted]
    if group_of(code) == "count":
        found.append(("stocktake", line.subject.partition(":")[0]))
    if code in _OF_RECEIVING:
        found += [("receiving", line.subject), ("orders", ""), ("order-desk", "")]
    if group_of(code) in ("sale", "money"):
        found += [("sales", line.subject), ("consolidated", "sales")]
    return found
