"""What tests of the till share: the shop's clerk, two goods of hers, sitting down there."""

from typing import Any

from PySide6.QtWidgets import QLabel, QWidget

from desktop.sales.usecases.basket import Last
from desktop.sales.view.till import TillScreen
from tests.builders.window_house import Stage

CLERK, DEVICE = "clerk-guanqian", "SH01.01"
CLEANSER, TONER = "2000101010005", "2000102010004"
"""59.00 and 119.00."""


async def at_till(stage: Stage) -> TillScreen:
    """Sign in as the clerk, at an empty till."""
    await stage.sign_in(CLERK, DEVICE)
    stage.window.open("till")
    await stage.settle()
    till = stage.window.current
    assert isinstance(till, TillScreen)
    return till


def sales_of(stage: Stage) -> list[dict[str, Any]]:
    """What the till sold, as the house tells it."""
    found: list[dict[str, Any]] = stage.house.do(DEVICE, CLERK, "sales")
    return found


def last_of(till: TillScreen) -> Last | None:
    """The sale shown as just made."""
    return till.model.basket.last


def boss(stage: Stage) -> None:
    """Somebody at the shop who may approve, with a PIN."""
    stage.house.do(
        "HQ.01", "hq-editor", "publish-user", user="boss", name="店长", role="dealer",
        grants=[{"site": "SH01"}], pin="2580",
    )  # fmt: skip


def texts_of(widget: QWidget) -> set[str]:
    """What a person can read there."""
    labels = widget.findChildren(QLabel)
    return {one.text() for one in labels if one.isVisibleTo(widget) and one.text()}
