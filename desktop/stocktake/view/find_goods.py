"""Finding goods that have no barcode, by name; the list says what they are and nothing else."""

from PySide6.QtWidgets import QWidget

from desktop.stocktake.model.counting import CountingModel
from desktop.ui.finder import Finder, Hit
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel


class FindGoodsPanel(Panel):
    """Closes with the goods picked."""

    def __init__(self, frame: Frame, model: CountingModel) -> None:
        super().__init__(frame.words("counting.find"), width=520)
        self._finder = Finder(
            frame.words("counting.find_hint"),
            lambda text: [
                Hit(value=one, text=one.name, hint=f"{one.code} {one.spec}")
                for one in model.search(text)
            ],
        )
        self._finder.picked.connect(self.close_with)
        self.body.addWidget(self._finder)

    def first_focus(self) -> QWidget | None:
        return self._finder.field
