"""Head office's screens, given what they ask of other areas."""

from collections.abc import Sequence

from desktop.app.taking import take_up_own
from desktop.pricing.view.goods import OwnGoodsPanel
from desktop.pricing.view.prices import PricesScreen
from desktop.reporting.usecases.deliveries import recall_version
from desktop.reporting.view.price_history import HistoryPanel
from desktop.reporting.view.rehearsal import RehearsalPanel
from desktop.tasks.model import UnknownGoods
from desktop.tasks.view import TasksScreen
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from shared.pricing.rules import PriceRow
from shared.reporting.queries.task_names import task_subjects


def tasks(frame: Frame) -> Screen:
    """What waits for a person, with the names of what it is about."""
    return TasksScreen(frame, names=task_subjects, take_up=_take_up)


async def _take_up(frame: Frame, goods: UnknownGoods) -> str:
    """Own goods for a code nobody knew, its code and price filled in; their name, '' = not now."""
    panel = OwnGoodsPanel(frame, code=goods.code, name=goods.name, price_micro=goods.price_micro)
    answer = await frame.ask(panel)
    if answer is None:
        return ""
    code, name, unit, price_micro = answer
    await take_up_own(frame.desk, code, name, unit, price_micro)
    return str(name)


def prices(frame: Frame) -> Screen:
    """Price versions; an earlier one can be called back."""

    async def recall(org_id: str, back_to: int, approver: str, reason: str) -> None:
        await frame.desk.do(recall_version, org_id, back_to, approver_id=approver, reason=reason)

    async def rehearse(org_id: str, parent_number: int, rows: Sequence[PriceRow]) -> None:
        await frame.ask(RehearsalPanel(frame, org_id, parent_number, rows))

    async def history(org_id: str, product_id: str) -> None:
        await frame.ask(HistoryPanel(frame, org_id, product_id))

    return PricesScreen(frame, recall=recall, rehearse=rehearse, history=history)
