"""Labels to be printed: which products, how many of each, on what paper (B07)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from desktop.printing.pdf.labels import (
    A4_3_BY_8,
    A4_4_BY_10,
    ROLL_40_30,
    ROLL_50_30,
    ROLL_60_40,
    ROLL_70_38,
    Label,
    LabelSheet,
    labels_pdf,
)
from desktop.printing.words import Words as PrintWords
from desktop.stock.usecases import (
    LabelGoods,
    LabelJob,
    Sources,
    changed_goods,
    goods_named,
    label_goods,
    label_jobs,
)
from desktop.store.asking import now_us
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.core.errors import RuleViolation
from shared.core.money import line_amount_minor
from shared.core.rounding import MICRO

SIZES: Final = {
    "40_30": ROLL_40_30,
    "50_30": ROLL_50_30,
    "60_40": ROLL_60_40,
    "70_38": ROLL_70_38,
    "a4_24": A4_3_BY_8,
    "a4_40": A4_4_BY_10,
}
COPIES_MAX: Final = 999
DOUBLED_SHOWN_US: Final = 3 * 86_400_000_000
"""So long it is said that two devices printed the same labels."""


@dataclass(slots=True, kw_only=True)
class LabelRow:
    """A product and how many labels of it."""

    label: LabelGoods
    copies: int = 1


class LabelsModel(Watched):
    """The labels somebody is putting together."""

    def __init__(self, desk: Desk, sources: Sources, site_id: str, currency: str) -> None:
        super().__init__()
        self._desk = desk
        self._sources = sources
        self.site_id = site_id
        self.currency = currency
        self.rows: list[LabelRow] = []
        self.size = "60_40"
        self.jobs: list[LabelJob] = []

    def add(self, code: str) -> None:
        """One more label of a scanned or typed product. Raises: RuleViolation PRODUCT_UNKNOWN."""
        goods, _qty = self._desk.read(goods_named, self.site_id, code)
        self.take([goods.product_id])

    def take(self, product_ids: Sequence[str]) -> None:
        """One more label of each of these products."""
        known = {row.label.goods.product_id: row for row in self.rows}
        new = [one for one in product_ids if one not in known]
        for one in product_ids:
            if one in known:
                known[one].copies = min(known[one].copies + 1, COPIES_MAX)
        at_us = now_us(self._desk.store)
        found = self._desk.read(label_goods, self._sources, self.site_id, new, at_us)
        self.rows += [LabelRow(label=one) for one in found]
        self.changed()

    @property
    def job(self) -> LabelJob | None:
        """Labels head office asked for that nobody here printed yet; None when all are done."""
        return next((one for one in self.jobs if one.is_open), None)

    @property
    def done(self) -> LabelJob | None:
        """The last labels head office asked for, when they are printed."""
        printed = [one for one in self.jobs if not one.is_open and one.made]
        return max(printed, key=lambda one: one.made[-1].printed_at_us, default=None)

    @property
    def doubled(self) -> LabelJob | None:
        """The last labels, while it matters that two devices printed them."""
        done = self.done
        if done is None or not done.was_doubled:
            return None
        since_us = now_us(self._desk.store) - done.made[-1].printed_at_us
        return done if since_us < DOUBLED_SHOWN_US else None

    async def look(self) -> None:
        """Read again what head office asked for, and what another device printed of it."""
        at_us = now_us(self._desk.store)
        self.jobs = await self._desk.fetch(label_jobs, self._sources, self.site_id, at_us)
        self.changed()

    async def take_job(self) -> LabelJob | None:
        """The open job as it is now, with its labels in place of those put together by hand; None
        when another device has printed it meanwhile."""
        await self.look()
        job = self.job
        if job is not None:
            self.rows = []
            self.take(job.product_ids)
        return job

    async def note_printed(self) -> bool:
        """The labels here were printed: whether that did the open job, all of it."""
        job = self.job
        here = {row.label.goods.product_id for row in self.rows}
        if job is None or not here.issuperset(job.product_ids):
            return False
        await self._desk.do(self._sources.note_labels, job, len(job.product_ids), self.count)
        await self.look()
        return True

    async def take_changed(self) -> int:
        """A label for each product in stock whose price changed: those of the open job, else those
        of the version in force; how many."""
        await self.look()
        at_us = now_us(self._desk.store)
        if self.job is not None:
            found = list(self.job.product_ids)
        else:
            found = await self._desk.fetch(changed_goods, self._sources, self.site_id, at_us)
        known = {row.label.goods.product_id for row in self.rows}
        new = [one for one in found if one not in known]
        self.take(new)
        return len(new)

    def set_copies(self, row: LabelRow, text: str) -> None:
        """How many labels. Raises: RuleViolation NUMBER_BAD."""
        number = int(text) if text.strip().isdecimal() else 0
        if not 0 < number <= COPIES_MAX:
            raise RuleViolation("NUMBER_BAD")
        row.copies = number
        self.changed()

    def remove(self, row: LabelRow) -> None:
        """No label of this product."""
        self.rows.remove(row)
        self.changed()

    def clear(self) -> None:
        """Begin again."""
        self.rows = []
        self.changed()

    def choose(self, size: str) -> None:
        """Another paper."""
        self.size = size
        self.changed()

    @property
    def sheet(self) -> LabelSheet:
        """The paper chosen."""
        return SIZES[self.size]

    @property
    def count(self) -> int:
        """Labels in all."""
        return sum(row.copies for row in self.rows)

    def pdf(self, words: PrintWords, *, only: LabelRow | None = None) -> bytes:
        """The labels as pages; with ``only`` a single one, to look at."""
        rows = [only] if only is not None else self.rows
        labels = [self._label(row, 1 if only is not None else row.copies) for row in rows]
        sheet = self.sheet
        return labels_pdf(labels, words, sheet)

    def _label(self, row: LabelRow, copies: int) -> Label:
        one = row.label
        return Label(
            code=one.goods.code,
            name=f"{one.goods.name} {one.goods.spec}".strip(),
            price_minor=line_amount_minor(MICRO, one.price_micro, self.currency),
            currency=self.currency,
            unit=one.goods.unit,
            barcode=one.barcode,
            price_version=one.version,
            copies=copies,
        )
