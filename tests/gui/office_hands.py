"""What tests of head office's screens share: sitting down there, waiting, a second person's PIN."""

from typing import Any

from PySide6.QtGui import QGuiApplication

from tests.builders.hands import until
from tests.builders.window_house import Stage

OFFICE, EDITOR, APPROVER, PIN = "HQ.01", "hq-editor", "hq-approver", "2580"


async def sit(stage: Stage, user: str, screen: str, subject: str = "") -> Any:
    """Sign in at head office's desktop and open a screen."""
    await stage.sign_in(user, OFFICE, device_type="hq")
    stage.window.open(screen, subject)
    await stage.settle()
    return stage.window.current


async def opened(stage: Stage) -> Any:
    """The panel that comes up."""
    await until(lambda: stage.window.overlay.top is not None)
    return stage.window.overlay.top


def is_up(stage: Stage, panel: Any) -> bool:
    """Whether this panel is in front."""
    return stage.window.overlay.top is panel


async def closed(stage: Stage) -> None:
    """Until no panel is up any more."""
    await until(lambda: stage.window.overlay.top is None)


def with_pin(stage: Stage) -> None:
    """The approver has a PIN."""
    stage.house.do(
        OFFICE, EDITOR, "publish-user", user=APPROVER, name="示例总部审批", role="head_office",
        grants=[{}], pin=PIN,
    )  # fmt: skip


def clipboard(text: str) -> None:
    """Copy somewhere else."""
    QGuiApplication.clipboard().setText(text)
