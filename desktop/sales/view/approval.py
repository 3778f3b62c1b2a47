"""Who stands for an act, with their name for the screen."""

from desktop.sales.usecases.showing import person_names
from desktop.ui.frame import Frame


async def approver_of(frame: Frame, permission: str, why: str = "") -> tuple[str, str] | None:
    """Id and name of another person who stands for it by PIN; None when nobody does. ``why`` says
    what for, where it is not the usual of the permission."""
    given = await frame.approve(permission, why)
    if not given:
        return None
    names = frame.desk.read(person_names, frame.person.site_id)
    return str(given), names.get(str(given), str(given))
