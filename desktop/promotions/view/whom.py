"""Whom a policy is for: found by name, listed below, none = everybody."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.promotions.model.draft import PolicyDraft
from desktop.promotions.model.policies import PoliciesModel
from desktop.ui.finder import Finder, Hit
from desktop.ui.frame import Frame
from desktop.ui.table.columns import Column
from desktop.ui.table.table import PastedRows, Table
from desktop.ui.theme import Tone, scaled
from desktop.ui.widgets import Empty, button, column, label, row
from shared.promotions.rules.checking import is_who

_HEIGHT: Final = 140
MEMBERS: Final = "list:member"


class WhomList(QWidget):
    """The levels, regions, categories, accounts, shops and members of a draft."""

    def __init__(self, frame: Frame, model: PoliciesModel, draft: PolicyDraft) -> None:
        super().__init__()
        self.frame, self.model, self.draft = frame, model, draft
        words = frame.words
        self.finder = Finder(words("promo.find_who"), self._hits)
        self.finder.picked.connect(self._take)
        self.finder.typed.connect(self._typed)
        self.finder.pasted.connect(self._paste)
        columns = [
            Column(key="what", title=words("promo.dimension"), get=self._kind, width=110),
            Column(key="name", title=words("promo.name"), get=self._name, stretches=True),
        ]
        self.table = Table(
            frame,
            "promo-who",
            columns,
            can_filter=False,
            row_height=28,
            empty=Empty("users", words("promo.everybody"), words("promo.whom_hint")),
        )
        self.table.setFixedHeight(scaled(_HEIGHT))
        members = button(words("promo.members"), lambda: draft.toggle_who(MEMBERS))
        head = row(label(words("promo.whom"), "strong"), self.finder, members)
        inside = head.layout()
        assert isinstance(inside, QHBoxLayout)
        inside.setStretch(1, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(column(head, self.table, spacing=4))
        self.show_rows()

    @property
    def has_focus(self) -> bool:
        """Whether somebody works here."""
        return self.table.view.hasFocus() or self.finder.field.hasFocus()

    def show_rows(self) -> None:
        """Draw the list again."""
        self.table.set_rows(self.draft.policy.who)

    def remove(self) -> None:
        """Take the chosen ones out."""
        for one in self.table.selected:
            self.draft.toggle_who(one)

    def _hits(self, text: str) -> list[Hit]:
        return [
            Hit(value=one.dimension, text=one.name, hint=one.dimension)
            for one in self.model.find_people(text)
        ]

    def _take(self, dimension: str) -> None:
        if dimension not in self.draft.policy.who:
            self.draft.toggle_who(dimension)
        self.finder.clear()

    def _typed(self, text: str) -> None:
        """A dimension written out, such as ``region:HD+level:L1``."""
        if is_who(text):
            self._take(text)
        else:
            self._say_unknown([text])

    def _paste(self, lines: PastedRows) -> None:
        known = {one.dimension.partition(":")[2]: one.dimension for one in self.model.people}
        known |= {one.name: one.dimension for one in self.model.people}
        unknown: list[str] = []
        for cells in lines:
            text = cells[0].strip()
            found = text if is_who(text) else known.get(text, "")
            if found:
                self._take(found)
            elif text:
                unknown.append(text)
        if unknown:
            self._say_unknown(unknown)

    def _say_unknown(self, unknown: Sequence[str]) -> None:
        """Whom nobody found is not left out silently: an empty list means everybody."""
        codes = ", ".join(unknown[:5])
        told = self.frame.words("promo.not_found", n=len(unknown), codes=codes)
        self.frame.say(told, Tone.BAD)

    def _kind(self, one: str) -> str:
        return self.frame.words.of("promo.dimension", one.partition(":")[0])

    def _name(self, one: str) -> str:
        if one == MEMBERS:
            return self.frame.words("promo.members")
        names = self.model.names
        return " · ".join(names.get(part, part.partition(":")[2]) for part in one.split("+"))
