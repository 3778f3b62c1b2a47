"""What the promotion screen asks: the kind of a new policy, and why one is published."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from desktop.promotions.model.draft import TEMPLATES
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import scaled

_ROW = 36


class KindPanel(Panel):
    """Eight kinds as merchandisers call them: a digit or arrows and Enter."""

    def __init__(self, frame: Frame) -> None:
        words = frame.words
        super().__init__(words("promo.choose_kind"), width=560)
        self.list = QListWidget()
        self.list.setObjectName("card")
        for place, template in enumerate(TEMPLATES, 1):
            name, hint = words(f"promo.kind.{template}"), words(f"promo.kind_hint.{template}")
            item = QListWidgetItem(f"  {place}   {name}  ·  {hint}")
            item.setData(Qt.ItemDataRole.UserRole, template)
            item.setSizeHint(QSize(0, scaled(_ROW)))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setFixedHeight(scaled(_ROW) * len(TEMPLATES) + 6)
        self.list.itemClicked.connect(lambda _item: self._take())
        self.body.addWidget(self.list)

    def key_actions(self) -> tuple[Action, ...]:
        digits = tuple(
            Action(
                text=f"promo.kind.{template}",
                keys=(str(place),),
                run=lambda one=template: self.close_with(one),  # type: ignore[misc]
                in_line=False,
            )
            for place, template in enumerate(TEMPLATES, 1)
        )
        return (Action(text="ask.go_on", keys=("Return",), run=self._take), *digits)

    def first_focus(self) -> QWidget:
        return self.list

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.close_with(item.data(Qt.ItemDataRole.UserRole))
