"""The picture of one product in a sheet: its letter until the picture is here, and offline."""

from typing import Final

from desktop.catalog.model.pictures import Pictures
from desktop.ui.cards import Tile, initial
from desktop.ui.frame import Frame
from desktop.ui.theme import scaled
from shared.catalog.rules import LARGE

_HEIGHT: Final = 160
_LETTER_HEIGHT: Final = 132


class GoodsPicture(Tile):
    """Draws itself anew when the picture has come; nobody waits for it (B01)."""

    def __init__(
        self,
        frame: Frame,
        product_id: str,
        name: str,
        *,
        seed: str = "",
        letters: str = "",
        size: str = LARGE,
    ) -> None:
        self._pictures = Pictures(frame.desk, frame.album, frame.tasks.start)
        self._product_id, self._size = product_id, size
        super().__init__(letters or initial(name), seed or name, self._path())
        self._fit()
        stop = self._pictures.watch(self._look)
        self.destroyed.connect(lambda _gone: stop())

    def show_goods(self, product_id: str, name: str) -> None:
        """Show another product."""
        if product_id != self._product_id:
            self._product_id = product_id
            self._letters, self._seed = initial(name), name
            self._look()

    @property
    def has_picture(self) -> bool:
        """Whether a picture is shown, and no letter."""
        return not self._picture.isNull()

    def _path(self) -> str:
        if not self._product_id:
            return ""
        return self._pictures.path_of(self._product_id, self._size)

    def _look(self) -> None:
        self.show_picture(self._path())
        self._fit()

    def _fit(self) -> None:
        """A letter needs less room than a picture."""
        self.setFixedHeight(scaled(_HEIGHT if self.has_picture else _LETTER_HEIGHT))
