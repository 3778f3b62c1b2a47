"""Photos of a count on screen: taken with a note, listed beside what they are about, seen large."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.stocktake.model.supervising import SupervisorModel
from desktop.stocktake.usecases.photos import CountPhoto
from desktop.stocktake.usecases.reviewing import VarianceLine
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.photo_panel import LargePicture, PhotoPanel, PictureView
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, scaled
from desktop.ui.widgets import column, label
from desktop.words import formats
from shared.stocktake.documents import PHOTO_BYTES_MAX

SIDE = 1024
"""Pixels of a photo's longer side, at most."""


def unknown_panel(frame: Frame, code: str) -> PhotoPanel:
    """What a counter says of a code nobody knows, with a photo when there is one."""
    words = frame.words
    title = words("counting.unknown_title", code=code)
    return _panel(frame, title, words("counting.unknown_hint"), needs_photo=False)


def line_panel(frame: Frame, line: VarianceLine) -> PhotoPanel:
    """The photo of a line that differs."""
    title = frame.words("photo.of_line", name=line.goods.name)
    return _panel(frame, title, frame.words("photo.line_hint"), needs_photo=True)


def _panel(frame: Frame, title: str, hint: str, *, needs_photo: bool) -> PhotoPanel:
    return PhotoPanel(
        frame,
        title,
        hint,
        side=SIDE,
        bytes_max=PHOTO_BYTES_MAX,
        needs_photo=needs_photo,
    )


class PhotosPanel(Panel):
    """The photos of a count or of one line: the list, the one in front, Space shows it large."""

    def __init__(self, frame: Frame, model: SupervisorModel, photos: Sequence[CountPhoto]) -> None:
        words = frame.words
        super().__init__(words("photo.title", n=len(photos)), width=960)
        self.frame, self.model = frame, model
        self.photos = Table(
            frame,
            "count_photos",
            [
                Column(key="zone", title=words("counting.zone"), width=70,
                       get=lambda one: one.zone_id),
                Column(key="about", title=words("photo.about"), stretches=True, get=self._about),
                Column(key="by", title=words("photo.taken_by"), width=120,
                       get=lambda one: one.taken_by),
                Column(key="at", title=words("photo.taken_at"), width=130, kind=Kind.INSTANT,
                       zone=frame.person.zone, get=lambda one: one.taken_at_us),
            ],
            can_filter=False,
        )  # fmt: skip
        self.view = PictureView(height=300)
        self._note = label("", "strong")
        self._note.setWordWrap(True)
        side = column(self.view, self._note)
        side.setFixedWidth(scaled(360))
        both = QWidget()
        across = QHBoxLayout(both)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE_L)
        across.addWidget(self.photos, 1)
        across.addWidget(side)
        both.setMinimumHeight(scaled(400))
        self.body.addWidget(both)
        self.photos.chosen.connect(self._show)
        self.photos.activated.connect(lambda _one: self._large())
        self.photos.set_rows(list(photos))
        self.photos.go_to(0)
        self._show(self.photos.current)

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="photo.large", keys=("Space", "Return"), run=self._large),)

    def first_focus(self) -> QWidget | None:
        return self.photos.view

    def _about(self, one: CountPhoto) -> str:
        return one.goods or one.code

    def _show(self, one: object) -> None:
        if isinstance(one, CountPhoto):
            self.view.show_bytes(self.model.photo_of(one))
            self._note.setText(one.note)

    def _large(self) -> None:
        one = self.photos.current
        if isinstance(one, CountPhoto):
            self.frame.tasks.start(self._show_large(one))

    async def _show_large(self, one: CountPhoto) -> None:
        at = formats.instant(one.taken_at_us, self.frame.person.zone)
        told = " · ".join(part for part in (one.note, one.zone_id, one.taken_by, at) if part)
        data = self.model.photo_of(one)
        await self.frame.ask(LargePicture(self.frame.words, self._about(one), data, told))
