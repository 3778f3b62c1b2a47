"""A panel that takes a photo with a note: from a file, the clipboard, or dropped on it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.ui.actions import Action
from desktop.ui.file_choice import Purpose, file_dialog
from desktop.ui.frame import Frame
from desktop.ui.icons import pixmap
from desktop.ui.panel import Panel
from desktop.ui.scaling import (
    FILES,
    fitting_jpeg,
    image_of_file,
    image_of_jpeg,
    is_picture_file,
    pasted_image,
)
from desktop.ui.theme import Tone, scaled, tokens_now
from desktop.ui.widgets import Field, button, label, row, set_tone
from desktop.words.texts import Words
from shared.core.errors import QutongError


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """What somebody said of something, with its photo or without (b'')."""

    note: str
    data: bytes


class PictureView(QLabel):
    """A picture as large as there is room, never cut and never blown up; an icon without one."""

    def __init__(self, *, height: int) -> None:
        super().__init__()
        self.setMinimumHeight(scaled(height))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self._image = QPixmap()
        self.show_bytes(b"")

    @property
    def has_picture(self) -> bool:
        """Whether there is something to see."""
        return not self._image.isNull()

    def show_bytes(self, data: bytes) -> None:
        """Show a JPEG; b'' shows that there is none."""
        self._image = QPixmap.fromImage(image_of_jpeg(data)) if data else QPixmap()
        self._draw()

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        self._draw()

    def _draw(self) -> None:
        ratio = self.devicePixelRatioF()
        if self._image.isNull():
            self.setPixmap(pixmap("image", tokens_now().muted, 56, ratio))
            return
        room = QSize(int(self.width() * ratio), int(self.height() * ratio))
        shown = self._image
        if shown.width() > room.width() or shown.height() > room.height():
            shown = shown.scaled(
                room,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        shown.setDevicePixelRatio(ratio)
        self.setPixmap(shown)


class PhotoPanel(Panel):
    """Closes with a ``Snap``; a photo is asked for, and without one the note alone stands."""

    def __init__(
        self,
        frame: Frame,
        title: str,
        hint: str,
        *,
        side: int,
        bytes_max: int,
        needs_photo: bool = False,
    ) -> None:
        super().__init__(title, width=520)
        words = frame.words
        self._words, self._desk, self._tasks = words, frame.desk, frame.tasks
        self._settings = frame.settings
        self._side, self._bytes_max, self._needs_photo = side, bytes_max, needs_photo
        self.data = b""
        self._busy = False
        self.setAcceptDrops(True)
        self.view = PictureView(height=220)
        how = "photo.how_needed" if needs_photo else "photo.how"
        self._state = label(words(how), "muted")
        self._state.setWordWrap(True)
        self.note = _NoteField(hint, self.paste)
        self.note.entered.connect(lambda _text: self._done())
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self._state)
        self.body.addWidget(self.note)
        self.body.addWidget(
            row(
                button(words("photo.choose"), self._choose, icon_name="image"),
                None,
                button(words("ask.back"), lambda: self.close_with(None)),
                button(words("ask.go_on"), self._done, kind="primary"),
            )
        )

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="photo.choose", keys=("Ctrl+O",), run=self._choose),
            Action(text="ask.go_on", keys=("F10",), run=self._done),
        )

    def takes_key(self, key: str) -> bool:
        return key == "Ctrl+V" and self.paste()

    def first_focus(self) -> QWidget | None:
        return self.note

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        found = _dropped(event)
        if found is not None:
            event.acceptProposedAction()
            self._tasks.start(self.take(found))

    def paste(self) -> bool:
        """Take the clipboard's picture; False when it holds none."""
        found = pasted_image()
        if found is None:
            return False
        self._tasks.start(self.take(found))
        return True

    async def take(self, source: QImage | Path) -> None:
        """Show a picture made small; what is none is said in the panel."""
        self._busy = True
        self._say(self._words("photo.working"), Tone.PLAIN)
        try:
            self.data = await self._desk.work(self._made, source)
        except QutongError:
            self._say(self._words("photo.unreadable"), Tone.BAD)
        else:
            self.view.show_bytes(self.data)
            kilobytes = max(len(self.data) // 1024, 1)
            self._say(self._words("photo.taken", kb=kilobytes), Tone.GOOD)
        finally:
            self._busy = False

    def _made(self, source: QImage | Path) -> bytes:
        image = image_of_file(source) if isinstance(source, Path) else source
        return fitting_jpeg(image, side=self._side, bytes_max=self._bytes_max)

    def _choose(self) -> None:
        dialog = file_dialog(
            self,
            self._words("photo.choose"),
            self._settings,
            Purpose.PICTURE,
            lambda path: self._tasks.start(self.take(path)),
        )
        dialog.setNameFilter(f"{self._words('photo.files')} ({FILES})")
        dialog.open()

    def _done(self) -> None:
        if self._busy:
            return
        if self._needs_photo and not self.data:
            self._say(self._words("photo.needed"), Tone.BAD)
            return
        self.close_with(Snap(note=self.note.text().strip(), data=self.data))

    def _say(self, text: str, tone: Tone) -> None:
        self._state.setText(text)
        set_tone(self._state, tone)


class LargePicture(Panel):
    """A picture as large as the window allows; Space, Enter or Esc goes back."""

    def __init__(self, words: Words, title: str, data: bytes, told: str = "") -> None:
        super().__init__(title, width=1000)
        self.view = PictureView(height=430)
        self.view.show_bytes(data)
        self.body.addWidget(self.view, 1)
        if told:
            said = label(told, "muted")
            said.setWordWrap(True)
            self.body.addWidget(said)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="ask.back", keys=("Space", "Return"), run=self.back),)


class _NoteField(Field):
    """A field that hands a pasted picture on; text is pasted as ever."""

    def __init__(self, hint: str, paste: Callable[[], bool]) -> None:
        super().__init__(hint)
        self._paste = paste
        # A file dropped on the field is a picture for the panel and not its name as text.
        self.setAcceptDrops(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.matches(QKeySequence.StandardKey.Paste) and self._paste():
            return
        super().keyPressEvent(event)


def _dropped(event: QDropEvent) -> QImage | Path | None:
    mime = event.mimeData()
    if mime.hasImage():
        image = QImage(mime.imageData())
        return None if image.isNull() else image
    files = [Path(one.toLocalFile()) for one in mime.urls() if one.isLocalFile()]
    return next((one for one in files if is_picture_file(one)), None)
