"""What the till asks while goods are scanned: quantity, price, discount, member, unknown codes."""

from collections.abc import Callable

from desktop.catalog.view.goods_picture import GoodsPicture
from desktop.members.view.finding import MemberPanel
from desktop.sales.model.till import TillModel
from desktop.sales.usecases.basket import due_of
from desktop.sales.view.approval import approver_of
from desktop.sales.view.panels import HeldPanel, StepsPanel, UnknownPanel
from desktop.sales.view.policies import promoted_texts
from desktop.sales.view.why import why_sheet
from desktop.ui.frame import Frame
from desktop.ui.widgets import column
from desktop.words import formats
from shared.catalog.rules import SMALL
from shared.core.errors import QutongError
from shared.pricing.queries.story import stored_story


class Questions:
    """Asks by panels over the till and changes its basket."""

    def __init__(self, frame: Frame, model: TillModel) -> None:
        self._frame, self._model, self._words = frame, model, frame.words

    def member(self) -> None:
        async def work() -> None:
            found = await self._frame.ask(MemberPanel(self._frame))
            if found is not None:
                self._model.set_member(found.member_id, found.name)

        self._frame.tasks.start(work())

    def quantity(self) -> None:
        line = self._model.basket.line
        if line is not None:
            self._ask(
                "till.quantity",
                (("till.qty", formats.qty(line.qty_micro * 1_000_000 // line.factor_micro)),),
                lambda texts: self._model.set_quantity(texts[0]),
                hint=f"{line.name}   {line.unit}",
            )

    def price(self) -> None:
        line = self._model.basket.line
        if line is not None:
            self._ask(
                "till.price",
                (("till.unit_price", formats.price(line.pays_micro)),),
                lambda texts: self._model.set_price(texts[0]),
                hint=line.name,
            )

    def discount(self) -> None:
        async def work() -> None:
            panel = StepsPanel(
                self._frame,
                self._words("till.discount"),
                (("till.discount_typed", ""),),
                lambda texts: self._model.set_discount(texts[0]),
                hint=self._words("till.discount_hint"),
                preview=self._preview,
            )
            if await self._frame.ask(panel) is not None:
                await self.approve()

        self._frame.tasks.start(work())

    def _preview(self, texts: list[str]) -> str:
        if not texts[0].strip():
            return ""
        basket = self._model.discounted(texts[0])
        due = due_of(basket, self._model.currency, self._model.deal)
        key = "till.discount_asks" if self._model.needs_approval(basket) else "till.discount_gives"
        return self._words(
            key,
            off=formats.money(due.off_minor, self._model.currency),
            total=formats.money(due.total_minor, self._model.currency),
        )

    async def approve(self) -> bool:
        """Whether nothing is left that somebody else has to stand for."""
        if not self._model.needs_approval():
            return True
        given = await approver_of(self._frame, "sale.approve")
        if given is None:
            self._model.say("till.not_approved", "waiting")
            return False
        self._model.approved(*given)
        return True

    def why(self) -> None:
        line = self._model.basket.line
        if line is not None:
            person = self._frame.person
            story = self._frame.desk.read(stored_story, person.site_id, line.trail)
            sheet = why_sheet(
                self._words,
                story,
                line,
                self._model.currency,
                person.zone,
                promoted=promoted_texts(self._words, self._model),
                amount_minor=self._model.line_minor,
            )
            picture = GoodsPicture(self._frame, line.product_id, line.name, size=SMALL)
            self._frame.show_sheet(column(picture, sheet), self._words("till.why_title"))

    def hold(self) -> None:
        if self._model.basket.lines or self._model.basket.came_back is not None:
            self._try(self._model.hold)
        else:
            self._frame.tasks.start(self._resume())

    async def _resume(self) -> None:
        held, places = self._model.shelf()
        if not held:
            self._model.say("till.none_held")
            return
        amounts = {one.uid: self._model.worth_minor(one) for one in held}
        uid = await self._frame.ask(HeldPanel(self._frame, held, amounts, places))
        if uid is not None:
            await self._model.take_up(uid)

    async def unknown(self, code: str) -> None:
        may = self._frame.person.may("own_goods.write")
        chosen = await self._frame.ask(UnknownPanel(self._frame, code, may_take_up=may))
        if chosen == "new":
            await self._frame.ask(
                StepsPanel(
                    self._frame,
                    self._words("till.take_up"),
                    (("till.own_name", ""), ("till.own_price", "")),
                    lambda texts: self._model.add_own(code, texts[0], texts[1]),
                    hint=code,
                )
            )
        elif chosen == "sell":
            await self._frame.ask(
                StepsPanel(
                    self._frame,
                    self._words("till.sell_unknown"),
                    (("till.own_price", ""),),
                    lambda texts: self._model.sell_unknown(code, texts[0]),
                    hint=code,
                )
            )

    def _ask(
        self,
        title: str,
        steps: tuple[tuple[str, str], ...],
        accept: Callable[[list[str]], None],
        *,
        hint: str = "",
    ) -> None:
        panel = StepsPanel(self._frame, self._words(title), steps, accept, hint=hint)
        self._frame.tasks.start(self._frame.ask(panel))  # type: ignore[arg-type]

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except QutongError as error:
            self._frame.tell(error)
