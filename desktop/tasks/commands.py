"""The commands of tasks."""

from collections.abc import Sequence

from desktop.store.asking import Params, Written
from desktop.store.command import Command
from desktop.store.writer import Store
from desktop.tasks import usecases
from shared.tasks.queries import TaskLine, open_tasks


class Tasks(Params):
    """Of one site, or of all this device holds."""

    site: str | None = None
    limit: int = 200


class CloseTask(Params):
    """Which task, and what was found and done."""

    task: str
    reason: str


def _tasks(store: Store, asked: Tasks) -> Sequence[TaskLine]:
    return store.read(
        lambda connection: open_tasks(connection, site_id=asked.site, limit=asked.limit)
    )


def _close(store: Store, asked: CloseTask) -> Written:
    return Written.of(store.write(usecases.close_task, asked.task, asked.reason).value)


COMMANDS = (
    Command(
        name="tasks", summary="What waits for a person, latest first.", params=Tasks, run=_tasks
    ),
    Command(name="task-close", summary="Close a task.", params=CloseTask, run=_close),
)
