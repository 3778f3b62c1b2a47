"""What else is done at a till (F12): shifts, the sales of the day, the register, sync,
and the ways out: home, or another person."""

from desktop.sales.model.shift import ShiftModel
from desktop.sales.model.till import TillModel
from desktop.sales.usecases.payments import PaymentProvider
from desktop.sales.view.code_picture import STATIC_CODE
from desktop.sales.view.panels import ChoicePanel, StepsPanel
from desktop.sales.view.questions import Questions
from desktop.ui.frame import Frame

_CHOICES = (
    ("J", "till.price"),
    ("E", "till.delete"),
    ("Z", "till.more.z"),
    ("O", "till.more.open"),
    ("B", "till.more.float"),
    ("X", "till.more.x"),
    ("L", "till.more.sales"),
    ("R", "till.more.register"),
    ("D", "till.more.deposit"),
    ("P", "till.more.payments"),
    ("C", "till.more.code"),
    ("S", "till.more.sync"),
    ("H", "till.more.home"),
    ("U", "till.more.lock"),
)


_NEEDS = {
    "X": "shift.report",
    "C": "shop.settings",
    "R": "register.write",
    "Z": "shift.run",
    "B": "shift.run",
    "J": "sale.discount",
}
_SCREENS = {"L": "sales", "R": "register", "H": "home"}
"""Ways to another screen, for who has it in sight: a cashier has none of these; another
person may always take over."""
_OF_LINE = frozenset("J")
"""What needs a line under the cursor."""
_OF_OFFICE = frozenset("SD")
"""What a shop without a head office has no use for."""


async def ask_more(
    frame: Frame, model: TillModel, provider: PaymentProvider | None, ask: Questions
) -> None:
    """Show the choices and do the chosen one."""
    from desktop.sales.view.payment_list import PaymentListPanel
    from desktop.sales.view.prepay import ask_prepay
    from desktop.sales.view.shift_asking import ask_float, ask_open_shift, show_x

    choices = [one for one in _CHOICES if frame.person.may(_NEEDS.get(one[0], ""))]
    # A drawer is open or it is not: only one of the two makes sense.
    left_out = "O" if ShiftModel(frame.desk, frame.person.currency).now.shift else "B"
    away = {left_out} | (_OF_OFFICE if not model.has_office else set())
    away |= _OF_LINE if model.basket.line is None else set()
    away |= set() if model.can_take_out() else {"E"}
    away |= {key for key, screen in _SCREENS.items() if screen not in frame.offered}
    choices = [one for one in choices if one[0] not in away]
    if provider is None:
        # Without a provider there is no such payment.
        choices = [one for one in choices if one[0] != "P"]
    chosen = await frame.ask(ChoicePanel(frame, frame.words("till.more"), choices))
    if chosen == "J":
        ask.price()
    elif chosen == "E":
        model.delete_line()
    elif chosen == "Z":
        frame.open("shift", "close")
    elif chosen == "O":
        await ask_open_shift(frame)
    elif chosen == "B":
        await ask_float(frame, ShiftModel(frame.desk, frame.person.currency))
    elif chosen == "X":
        await show_x(frame)
    elif chosen == "L":
        frame.open("sales", "")
    elif chosen == "R":
        frame.open("register", "")
    elif chosen == "D":
        await ask_prepay(frame, model)
    elif chosen == "P" and provider is not None:
        await frame.ask(PaymentListPanel(frame, provider))
    elif chosen == "C":
        await _set_code(frame)
    elif chosen == "S":
        frame.sync()
        model.say("till.syncing")
    elif chosen == "H":
        frame.open("home", "")
    elif chosen == "U":
        frame.lock()


async def _set_code(frame: Frame) -> None:
    """Where the customer's money goes is for who runs the shop to say, not for who sells."""
    await frame.ask(
        StepsPanel(
            frame,
            frame.words("till.more.code"),
            (("till.code_content", frame.settings.get(STATIC_CODE)),),
            lambda texts: frame.settings.put(STATIC_CODE, texts[0].strip()),
            hint=frame.words("till.code_hint"),
        )
    )
