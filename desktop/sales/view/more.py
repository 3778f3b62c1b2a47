"""What else is done at a till (F12): shifts, the sales of the day, the register, sync."""

from desktop.sales.model.till import TillModel
from desktop.sales.usecases.payments import PaymentProvider
from desktop.sales.view.panels import ChoicePanel, StepsPanel
from desktop.sales.view.payment import STATIC_CODE
from desktop.ui.frame import Frame

_CHOICES = (
    ("Z", "till.more.z"),
    ("O", "till.more.open"),
    ("X", "till.more.x"),
    ("L", "till.more.sales"),
    ("R", "till.more.register"),
    ("D", "till.more.deposit"),
    ("P", "till.more.payments"),
    ("C", "till.more.code"),
    ("S", "till.more.sync"),
    ("H", "till.more.home"),
)


_NEEDS = {"X": "shift.report", "C": "shop.settings", "R": "register.write", "Z": "shift.run"}


async def ask_more(frame: Frame, model: TillModel, provider: PaymentProvider | None) -> None:
    """Show the choices and do the chosen one."""
    from desktop.sales.view.payment_list import PaymentListPanel
    from desktop.sales.view.prepay import ask_prepay
    from desktop.sales.view.shift import ask_open_shift, show_x

    choices = [one for one in _CHOICES if frame.person.may(_NEEDS.get(one[0], ""))]
    if provider is None:
        # Without a provider there is no such payment.
        choices = [one for one in choices if one[0] != "P"]
    chosen = await frame.ask(ChoicePanel(frame, frame.words("till.more"), choices))
    if chosen == "Z":
        frame.open("shift", "close")
    elif chosen == "O":
        await ask_open_shift(frame)
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
