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


class DocumentKept(Body, kw_only=True):
    """Head office keeps a document aside and shows what it says, as far as it can be read (Q03)."""

    device_id: str
    incarnation: int
    n: int
    """The slot."""
    site_id: str
    """The device's own; what the document says of itself may be wrong."""
    code: str
    uid: str = ""
    kind: str = ""
    author_id: str = ""
    happened_at_us: int = 0
    content: str = ""
    """Readable text (JSON) of at most ``rules.CONTENT_CHARACTERS_MAX`` letters."""


class KeptRepairRequested(Body, kw_only=True):
    """A person of head office wants a kept document tried again: its cause was mended."""

    device_id: str
    incarnation: int
    n: int
    site_id: str


class KeptSettled(Body, kw_only=True):
    """Head office tried: the document is posted now, or it is kept and why."""

    device_id: str
    incarnation: int
    n: int
    site_id: str
    outcome: str
    """``stored`` or ``kept``."""
    code: str = ""
    settled_by: str = ""


class KeptClosed(Body, kw_only=True):
    """A person of head office lays a kept document down for good, and says why."""

    device_id: str
    incarnation: int
    n: int
    site_id: str
    reason: str
    replaced_by: str = ""
    """uid text of the document that says it right; '' = none is needed."""
