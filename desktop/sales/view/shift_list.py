"""The shifts that were handed over, newest first: each on the slip, or on a sheet of A4."""

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from desktop.printing.pdf.reports import z_report_pdf
from desktop.sales.model.receipts import ROLL
from desktop.sales.model.shift import z_bytes, z_value
from desktop.sales.usecases.showing import person_names
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import Tone
from desktop.ui.widgets import Empty
from shared.accounts.queries import ShiftView, shifts_of
from shared.sales.queries import ShiftReport, shift_report

WIDTH, HEIGHT = 760, 380


async def print_sheet(frame: Frame, report: ShiftReport, names: Mapping[str, str]) -> None:
    """The closed shift on A4."""
    person = frame.person
    value = z_value(report, frame.words, person.site_name, person.zone, names)
    pdf = await frame.desk.work(z_report_pdf, value, frame.words)
    frame.paper.document(pdf, report.closing_number)
    frame.say(frame.words("shift.sheet_made", number=report.closing_number), Tone.GOOD)


def print_slip(frame: Frame, report: ShiftReport, names: Mapping[str, str]) -> None:
    """The closed shift on the receipt printer."""
    person, roll = frame.person, frame.settings.get(ROLL, "80")
    job = z_bytes(report, frame.words, person.site_name, person.zone, names, roll)
    frame.paper.receipt(job, report.closing_number)


class ShiftListPanel(Panel):
    """The closed shifts of this site."""

    def __init__(self, frame: Frame) -> None:
        words, person = frame.words, frame.person
        super().__init__(words("shift.list"), width=WIDTH)
        self._frame = frame
        self._names = frame.desk.read(person_names, person.site_id)
        self.table = Table(
            frame,
            "shift.list",
            [
                Column(key="day", title=words("shift.day"), get=lambda one: one.business_day,
                       width=110),
                Column(key="number", title=words("shift.number"), get=lambda one: one.number,
                       kind=Kind.NUMBER, stretches=True),
                Column(key="device", title=words("shift.device"), get=lambda one: one.device_id,
                       width=110),
                Column(key="who", title=words("sales.who"),
                       get=lambda one: self._names.get(one.closed_by, one.closed_by), width=130),
                Column(key="closed", title=words("shift.closed_at"),
                       get=lambda one: one.closed_at_us, kind=Kind.INSTANT, zone=person.zone,
                       width=150),
            ],
            empty=Empty("hand-coins", words("shift.none_closed")),
        )  # fmt: skip
        self.table.setFixedHeight(HEIGHT)
        self.table.activated.connect(lambda _one: self._sheet())
        self.body.addWidget(self.table)
        frame.tasks.start(self._load())

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="shift.sheet", keys=("Return",), run=self._sheet),
            Action(text="shift.slip", keys=("F10",), run=self._slip),
        )

    def first_focus(self) -> QWidget:
        return self.table.view

    async def _load(self) -> None:
        found = await self._frame.desk.fetch(shifts_of, self._frame.person.site_id)
        # What runs still is nobody's to look at here: its drawer is counted blind.
        self.table.set_rows([one for one in found if one.closed_at_us])
        self.table.go_to(0)

    async def _report(self) -> ShiftReport | None:
        one = self.table.current
        if not isinstance(one, ShiftView):
            return None
        return await self._frame.desk.fetch(shift_report, one.shift_id)

    def _sheet(self) -> None:
        self._frame.tasks.start(self._print(is_sheet=True))

    def _slip(self) -> None:
        self._frame.tasks.start(self._print(is_sheet=False))

    async def _print(self, *, is_sheet: bool) -> None:
        report = await self._report()
        if report is None:
            return
        if is_sheet:
            await print_sheet(self._frame, report, self._names)
        else:
            print_slip(self._frame, report, self._names)
            said = self._frame.words("shift.slip_sent", number=report.closing_number)
            self._frame.say(said, Tone.GOOD)
