"""What opens and closes a task (待办): head office opens, a person closes."""

from collections.abc import Mapping

from shared.journal.document import Body, Part


class Param(Part, kw_only=True):
    """One named value of the text of a task or of a refusal; plain, never personal."""

    name: str
    text: str


def params_of(values: Mapping[str, str | int]) -> tuple[Param, ...]:
    """What an error or a sum says, as a task's text names it; in the same order."""
    return tuple(Param(name=name, text=str(value)) for name, value in values.items())


class TaskOpened(Body, kw_only=True):
    """Head office found something a person must look at.

    The same code about the same subject at the same site is one task, however often it happens.
    """

    code: str
    """Stable UPPER_CASE code; selects the text on screen."""
    subject: str
    """What the trouble is about, as a key: a location and product, a device, a document."""
    site_id: str = ""
    """The site whose business it is; '' for head office alone."""
    params: tuple[Param, ...] = ()
    about_uid: bytes = b""
    """The document that showed the trouble last."""


class TaskClosed(Body, kw_only=True):
    """A person looked at a task and says it is done. Opening it again is the trouble's business."""

    code: str
    subject: str
    site_id: str = ""
    """As they stand in the task: together they name it."""
    reason: str = ""
    """What was found and done, in the person's words."""
