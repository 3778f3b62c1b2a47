"""What tests of a warehouse's screens share: its people, its goods, sitting down, signing."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget

from desktop.stocktake.view.counting import CountingScreen
from tests.builders.hands import until
from tests.builders.window_house import Stage

SITE, DEVICE = "DL01", "DL01.01"
BOSS, KEEPER = "dealer-east", "warehouse-east"
CLEANSER, CLEANSER_EA, CLEANSER_BOX = "010101", "2000101010005", "2010101010004"
CREAM = "010204"
BOX = 24


def at_boss(stage: Stage, command: str, /, **params: Any) -> Any:
    """A command of the boss at the warehouse's device."""
    return stage.house.do(DEVICE, BOSS, command, **params)


def staffed(stage: Stage) -> None:
    """Two counters; the boss and the keeper have PINs."""
    for user, name, role in (
        ("li", "李敏", "clerk"),
        ("zhao", "赵强", "clerk"),
        (KEEPER, "示例华东仓管", "warehouse"),
    ):
        stage.house.do(
            "HQ.01", "hq-editor", "publish-user", user=user, name=name, role=role,
            grants=[{"site": SITE}], pin="2580",
        )  # fmt: skip


def opened(stage: Stage, goods: dict[str, int]) -> None:
    """The site opened with these pieces."""
    count = at_boss(stage, "count-open", scope="opening", zones=["A"])["number"]
    lines = [{"code": code, "qty": str(qty)} for code, qty in goods.items()]
    stage.house.do(DEVICE, "li", "count-zone", count=count, lines=lines)
    for step in ("count-reveal", "count-approve", "count-post"):
        at_boss(stage, step, count=count)


async def sit(stage: Stage, user: str, screen: str) -> Any:
    """Sign in at the warehouse's desktop and open a screen."""
    await stage.sign_in(user, DEVICE, device_type="dealer")
    stage.window.open(screen)
    await stage.settle()
    return stage.window.current


def texts(stage: Stage) -> str:
    """Every text of the window, hidden ones too."""
    found = [one.text() for one in stage.window.findChildren(QLabel)]
    for view in stage.window.findChildren(CountingScreen):
        for table in (view.lines, view.zones):
            found += [c.text(one) for one in table.rows.all for c in table.rows.columns]
    return " ".join(found)


async def sign(stage: Stage, user: str) -> None:
    """Another person proves by PIN that they stand for it."""
    panel: Any = stage.window.overlay.top
    panel.who.setText(user)
    panel.pin.setFocus()
    await stage.keys("2580", "Return")
    await until(lambda: stage.window.overlay.top is None)
    await stage.settle()


def every_text(stage: Stage) -> str:
    """All that stands anywhere in the window: labels, buttons, fields, lists, tips."""
    found: list[str] = []
    for one in stage.window.findChildren(QWidget):
        for of in ("text", "placeholderText", "toPlainText", "title"):
            read = getattr(one, of, None)
            if callable(read):
                found.append(str(read()))
        found += [one.toolTip(), one.accessibleName(), one.accessibleDescription()]
    for view in stage.window.findChildren(QAbstractItemView):
        model = view.model()
        root = QModelIndex()
        for place in range(model.rowCount(root)):
            columns = model.columnCount(root) if isinstance(model, QAbstractTableModel) else 1
            for column in range(columns):
                found.append(str(model.index(place, column).data() or ""))
    return " ".join(found).replace(",", "")
