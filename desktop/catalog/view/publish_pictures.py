"""Head office publishes pictures of its goods: one of the product in front, or a whole folder."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QProgressBar, QWidget

from desktop.catalog.model.publishing import PicturePublishing
from desktop.ui.actions import Action
from desktop.ui.file_choice import Purpose, file_dialog
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.scaling import FILES, fitting_jpeg, image_of_file, is_picture_file
from desktop.ui.theme import Tone
from desktop.ui.widgets import button, label, row, set_tone
from shared.catalog.rules import PICTURE_SIZES

NAMES_SHOWN = 8


def choose_picture(frame: Frame, parent: QWidget, take: Callable[[Path], None]) -> None:
    """Let the person choose one picture file."""
    title = frame.words("photo.choose")
    dialog = file_dialog(parent, title, frame.settings, Purpose.PICTURE, take)
    dialog.setNameFilter(f"{frame.words('photo.files')} ({FILES})")
    dialog.open()


def choose_folder(frame: Frame, parent: QWidget, take: Callable[[Path], None]) -> None:
    """Let the person choose a folder of pictures."""
    title = frame.words("goods.pictures_folder")
    dialog = file_dialog(parent, title, frame.settings, Purpose.PICTURES, take)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.open()


def pictures_in(folder: Path) -> list[Path]:
    """The picture files of a folder, by name; not those of folders within."""
    return sorted(one for one in folder.iterdir() if one.is_file() and is_picture_file(one))


def make_sizes(path: Path) -> dict[str, bytes]:
    """A picture file in all size classes. Raises: PICTURE_UNREADABLE, PICTURE_TOO_LARGE."""
    image = image_of_file(path)
    return {
        name: fitting_jpeg(image, side=size.side, bytes_max=size.bytes_max)
        for name, size in PICTURE_SIZES.items()
    }


class PublishPicturesPanel(Panel):
    """Publishes while it is open; Esc stops after the file in hand, and closes when all is done."""

    def __init__(self, frame: Frame, files: Sequence[Path], codes: Mapping[str, str]) -> None:
        words = frame.words
        super().__init__(words("goods.pictures"), width=520)
        self._words = words
        keeper = frame.album.pictures if frame.album is not None else None
        self.model = PicturePublishing(frame.desk, make_sizes, keeper)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._done = label("", "strong")
        self._left = label("")
        for one in (self._done, self._left):
            one.setWordWrap(True)
        self._close = button(words("ask.back"), self.back)
        for part in (self._done, self._bar, self._left, row(None, self._close)):
            self.body.addWidget(part)
        stop = self.model.watch(self._draw)
        self.destroyed.connect(lambda _gone: stop())
        frame.tasks.start(self.model.run(files, codes))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="ask.back", keys=("Return",), run=self.back),)

    def first_focus(self) -> QWidget | None:
        return self._close

    def back(self) -> None:
        if self.model.is_running:
            self.model.cancel()
        else:
            self.close_with(self.model)

    def _draw(self) -> None:
        model, words = self.model, self._words
        self._bar.setRange(0, max(model.total, 1))
        self._bar.setValue(model.looked_at)
        self._bar.setVisible(model.is_running)
        said = {"n": len(model.published), "done": model.looked_at, "total": model.total}
        text = "goods.pictures_running" if model.is_running else "goods.pictures_done"
        self._done.setText(words(text, **said))
        self._close.setText(words("goods.pictures_stop" if model.is_running else "ask.back"))
        told = [
            words(key, n=len(names), names=words("names.comma").join(names[:NAMES_SHOWN]))
            for key, names in (
                ("goods.pictures_strangers", model.strangers),
                ("goods.pictures_unreadable", model.unreadable),
            )
            if names
        ]
        self._left.setText("\n".join(told))
        set_tone(self._left, Tone.WAITING)
