"""What the price screen asks for before it publishes: an instant and a reason."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtWidgets import QCheckBox, QGridLayout, QScrollArea, QWidget

from desktop.pricing.model.draft import PriceDraft, Publication
from desktop.ui.actions import Action
from desktop.ui.editors import DayField
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import Tone, scaled
from desktop.ui.widgets import Field, button, column, form_row, label, line, row
from shared.core.clock import business_day, instant_of_local_iso
from shared.core.errors import RuleViolation
from shared.pricing.documents import MESSAGE_CHARACTERS_MAX

_REGIONS_IN_LINE: Final = 4


class PublishPanel(Panel):
    """What changes, from when, and why; then another person approves."""

    def __init__(
        self,
        frame: Frame,
        draft: PriceDraft,
        today: date,
        regions: Sequence[tuple[str, str]] = (),
    ) -> None:
        words = frame.words
        super().__init__(words("price.submit"), width=600)
        self._frame = frame
        counts = draft.counts
        summary = words(
            "price.counts", up=counts.up, down=counts.down, new=counts.new, gone=counts.gone
        )
        self._day = DayField(words("price.from_day"), today, words=words, may_be_empty=True)
        self._time = Field("00:00", text="00:00", name=words("price.from_time"))
        self._time.setFixedWidth(scaled(80))
        head = draft.header
        self._reason = Field(words("price.reason_hint"), text=head.reason)
        self._message = Field(words("price.message_hint"), text=head.message)
        self._message.setMaxLength(MESSAGE_CHARACTERS_MAX)
        self._labels = QCheckBox(words("price.labels"))
        self._labels.setChecked(head.prints_labels)
        self._regions = {one: QCheckBox(name) for one, name in regions}
        for one, box in self._regions.items():
            box.setProperty("data", True)
            box.setChecked(one in head.excluded)
        self._reason.entered.connect(lambda _text: self._take())
        self.body.addWidget(label(summary, "strong"))
        if free := draft.free:
            self.body.addWidget(label(words("price.free", n=free), tone=Tone.BAD))
        if outside := draft.outside:
            told = label(words("price.outside", n=outside), tone=Tone.WAITING)
            told.setWordWrap(True)
            self.body.addWidget(told)
        self.body.addWidget(
            form_row(words("price.from_day"), row(self._day, self._time, None), width=110)
        )
        self.body.addWidget(label(words("price.from_day_hint"), "small"))
        self.body.addWidget(form_row(words("price.reason"), self._reason, width=110))
        self.body.addWidget(form_row(words("price.message"), self._message, width=110))
        self.body.addWidget(form_row("", self._labels, width=110))
        if self._regions:
            self.body.addWidget(form_row(words("price.except"), self._boxes(), width=110))
            hint = label(words("price.except_hint"), "small")
            hint.setWordWrap(True)
            self.body.addWidget(hint)
        go_on = button(words("price.to_approval"), self._take, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), go_on))

    def _boxes(self) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        for place, box in enumerate(self._regions.values()):
            grid.addWidget(box, place // _REGIONS_IN_LINE, place % _REGIONS_IN_LINE)
        return made

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="price.to_approval", keys=("F10",), run=self._take),)

    def first_focus(self) -> QWidget:
        return self._day

    def _take(self) -> None:
        if not self._reason.text().strip():
            self._reason.set_bad(True)
            self._reason.setFocus()
            self._frame.tell(RuleViolation("REASON_MISSING"))
            return
        try:
            at_us = self._instant_us()
        except RuleViolation as error:
            self._time.set_bad(not error.code.startswith("DAY_"))
            self._frame.tell(error)
            return
        excluded = tuple(one for one, box in self._regions.items() if box.isChecked())
        self.close_with(
            Publication(
                at_us,
                self._reason.text().strip(),
                self._message.text().strip(),
                self._labels.isChecked(),
                excluded,
            )
        )

    def _instant_us(self) -> int:
        """When it takes effect; 0 = at once, which an earlier hour of today means as well.

        Raises: RuleViolation DAY_UNREADABLE, DAY_IS_PAST and as ``instant_of_local_iso``.
        """
        day = self._day.checked()
        if not day:
            return 0
        now_us, zone = self._frame.desk.now_us, self._frame.person.zone
        today = business_day(now_us, zone)
        if day < today:
            self._day.set_bad(True)
            self._day.setFocus()
            raise RuleViolation("DAY_IS_PAST", day=day, today=today)
        at_us = instant_of_local_iso(f"{day}T{self._time.text() or '00:00'}", zone)
        return at_us if at_us > now_us else 0


def problems_list(problems: Sequence[tuple[str, str]]) -> QWidget:
    """What could not be taken, row by row, with what to do."""
    parts: list[QWidget | int | None] = []
    for where, why in problems[:200]:
        reason = label(why, "muted")
        reason.setWordWrap(True)
        named = label(where)
        named.setWordWrap(True)
        parts += [named, reason, line()]
    inside = column(*parts, None, spacing=4)
    area = QScrollArea()
    area.setWidget(inside)
    area.setWidgetResizable(True)
    return area
