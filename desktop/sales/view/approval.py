"""Who stands for an act, read from the answer of the approval panel."""

from desktop.ui.frame import Frame


async def approver_of(frame: Frame, permission: str) -> tuple[str, str] | None:
    """Id and name of another person who stands for it by PIN; None when nobody does."""
    given = await frame.approve(permission)
    if not given:
        return None
    if isinstance(given, str):
        return given, given
    return given.approver_id, given.name
