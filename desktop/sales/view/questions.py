"""What the till asks while goods are scanned: quantity, price, discount, member, unknown codes."""

from collections.abc import Awaitable, Callable

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from desktop.catalog.view.goods_picture import GoodsPicture
from desktop.members.view.finding import MemberPanel
from desktop.sales.model.discounts import shown_factor_micro, shown_price_micro
from desktop.sales.model.till import TillModel
from desktop.sales.model.typed import looks_like_code
from desktop.sales.usecases.basket import Line
from desktop.sales.view.approval import approver_of
from desktop.sales.view.discount import DiscountPanel
from desktop.sales.view.fingers import QuantityPanel
from desktop.sales.view.panels import HeldPanel, StepsPanel, UnknownPanel
from desktop.sales.view.policies import promoted_texts
from desktop.sales.view.why import why_sheet
from desktop.ui.frame import Frame
from desktop.ui.widgets import column
from desktop.words import formats
from shared.catalog.rules import SMALL
from shared.core.errors import QutongError
from shared.core.rounding import MICRO
from shared.pricing.queries.story import stored_story


class Questions:
    """Asks by panels over the till and changes its basket."""

    def __init__(self, frame: Frame, model: TillModel) -> None:
        self._frame, self._model, self._words = frame, model, frame.words
        self._why: QWidget | None = None
        """What F7 laid into the sheet, and the line it tells of."""
        self._why_of: Line | None = None

    def member(self) -> None:
        async def work() -> None:
            found = await self._frame.ask(MemberPanel(self._frame))
            if found is not None:
                self._model.set_member(found.member_id, found.name)

        self._frame.tasks.start(work())

    def quantity(self) -> None:
        line = self._model.basket.line
        if line is not None:
            panel = QuantityPanel(
                self._frame,
                line.qty_micro * MICRO // line.factor_micro,
                lambda texts: self._model.set_quantity(texts[0]),
                hint=f"{line.name}   {line.unit}",
            )
            self._frame.tasks.start(self._frame.ask(panel))  # type: ignore[arg-type]

    def price(self) -> None:
        line = self._model.basket.line
        if line is not None:
            is_whole = shown_factor_micro(line) == line.factor_micro
            unit = line.unit if is_whole else line.base_unit
            self._ask(
                "till.price",
                (("till.unit_price", formats.price(shown_price_micro(line))),),
                lambda texts: self._model.set_price(texts[0]),
                hint=f"{line.name}   1 {unit}\n{self._words('till.price_hint')}",
                after=self.approve,
            )

    def discount(self) -> None:
        async def work() -> None:
            panel = DiscountPanel(self._frame, self._model)
            if await self._frame.ask(panel) is not None:
                await self.approve()

        self._frame.tasks.start(work())

    async def approve(self) -> bool:
        """Whether nothing is left that somebody else has to stand for."""
        if not self._model.needs_approval():
            return True
        given = await approver_of(self._frame, "sale.approve", self._asked_for())
        if given is None:
            self._model.refused()
            return False
        self._model.approved(*given)
        return True

    def _asked_for(self) -> str:
        """What somebody is called to the till for, in money."""
        model = self._model
        off, currency = model.asked_minor, model.currency
        before = model.due.list_minor - model.due.promotion_minor
        return self._words(
            "till.approve_off",
            off=formats.money(off, currency),
            list=formats.money(before, currency),
        )

    def why(self) -> None:
        """Why this price (F7); pressed again it closes what it opened."""
        if self._is_why_shown():
            self._close_why()
        else:
            self._show_why()

    def mind_why(self) -> None:
        """The sheet follows the cursor: it never tells of a line that is gone."""
        if self._is_why_shown() and self._model.basket.line != self._why_of:
            if self._model.basket.line is None:
                self._close_why()
            else:
                self._show_why()

    def _is_why_shown(self) -> bool:
        shown = self._why
        return shown is not None and isValid(shown) and shown.isVisible()

    def _close_why(self) -> None:
        self._why, self._why_of = None, None
        self._frame.show_sheet(None, "")

    def _show_why(self) -> None:
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
            self._why, self._why_of = column(picture, sheet), line
            self._frame.show_sheet(self._why, self._words("till.why_title"))

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

    async def unknown(self, code: str, search_again: Callable[[str], None]) -> None:
        panel = UnknownPanel(
            self._frame,
            code,
            is_name=not looks_like_code(code),
            may_take_up=self._frame.person.may("own_goods.write"),
            has_office=self._model.has_office,
        )
        chosen = await self._frame.ask(panel)
        if chosen == "F2":
            search_again(code)
        elif chosen == "N":
            await self._frame.ask(
                StepsPanel(
                    self._frame,
                    self._words("till.take_up"),
                    (("till.own_name", ""), ("till.own_price", "")),
                    lambda texts: self._model.add_own(code, texts[0], texts[1]),
                    hint=code,
                )
            )
        elif chosen == "P":
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
        after: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        async def work() -> None:
            panel = StepsPanel(self._frame, self._words(title), steps, accept, hint=hint)
            if await self._frame.ask(panel) is not None and after is not None:
                await after()

        self._frame.tasks.start(work())

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except QutongError as error:
            self._frame.tell(error)
