"""进销存: opening + in − out = closing of a period, by product (O02)."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.days import OverDays
from desktop.stock.usecases import GoodsName, Sources, read_report
from desktop.store.asking import now_us
from desktop.store.desk import Desk
from shared.core.clock import business_day
from shared.core.errors import AccessDenied, RuleViolation


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A product's line; quantities in millionths of the base unit."""

    goods: GoodsName
    opening_micro: int
    in_micro: int
    out_micro: int
    closing_micro: int


class ReportModel(OverDays):
    """The report of one site for days from..to inclusive."""

    def __init__(
        self, desk: Desk, sources: Sources, site_id: str, person_id: str, zone: str
    ) -> None:
        super().__init__(business_day(now_us(desk.store), zone))
        self._desk = desk
        self._sources = sources
        self.site_id = site_id
        self.person_id = person_id
        self.rows: Sequence[ReportRow] = ()
        self.refused: AccessDenied | None = None
        self.untold: RuleViolation | None = None
        """Why these days cannot be told here."""

    async def load(self) -> None:
        """Read the report; who counts blind gets nothing (H04).

        Raises: RuleViolation DETAIL_AT_HEAD_OFFICE, and shows nothing.
        """
        self.untold = None
        try:
            found = await self._desk.fetch(
                read_report,
                self._sources,
                self.site_id,
                self.from_day,
                self.to_day,
                self.person_id,
            )
        except AccessDenied as error:
            self.rows, self.refused = (), error
        except RuleViolation as error:
            self.rows, self.refused, self.untold = (), None, error
            self.changed()
            raise
        else:
            self.refused = None
            self.rows = [
                ReportRow(
                    goods=goods,
                    opening_micro=line.opening_micro,
                    in_micro=line.in_micro,
                    out_micro=line.out_micro,
                    closing_micro=line.closing_micro,
                )
                for goods, line in found
            ]
        self.changed()

    def totals(self) -> tuple[int, int, int, int]:
        """Opening, in, out and closing over all rows."""
        return (
            sum(row.opening_micro for row in self.rows),
            sum(row.in_micro for row in self.rows),
            sum(row.out_micro for row in self.rows),
            sum(row.closing_micro for row in self.rows),
        )
