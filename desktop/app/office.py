"""Head office's screens, given what they ask of other areas."""

from desktop.pricing.view.prices import PricesScreen
from desktop.reporting.usecases.deliveries import recall_version
from desktop.tasks.view import TasksScreen
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from shared.reporting.queries.task_names import task_subjects


def tasks(frame: Frame) -> Screen:
    """What waits for a person, with the names of what it is about."""
    return TasksScreen(frame, names=task_subjects)


def prices(frame: Frame) -> Screen:
    """Price versions; an earlier one can be called back."""

    async def recall(org_id: str, back_to: int, approver: str, reason: str) -> None:
        await frame.desk.do(recall_version, org_id, back_to, approver_id=approver, reason=reason)

    return PricesScreen(frame, recall=recall)
