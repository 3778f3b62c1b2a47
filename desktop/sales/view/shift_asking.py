"""What is asked of a shift beside its screen: its float at the opening or later, and its X."""

from desktop.sales.model.shift import ShiftModel, check_amount
from desktop.sales.view.panels import StepsPanel
from desktop.sales.view.shift_report import report_widget
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from desktop.ui.theme import Tone
from desktop.ui.widgets import column
from desktop.words import formats


async def ask_open_shift(frame: Frame) -> bool:
    """Propose the float of a new shift; Enter opens it. Whether a shift runs then."""
    model = ShiftModel(frame.desk, frame.person.currency)
    if model.now.shift is not None:
        frame.say(frame.words("shift.runs", number=model.now.shift.number), Tone.PLAIN)
        return True
    proposed = formats.money(model.now.proposed_minor, model.currency)
    panel = StepsPanel(
        frame,
        frame.words("shift.open"),
        (("shift.float", proposed),),
        lambda _texts: None,
        hint=frame.words("shift.none_hint"),
    )
    texts = await frame.ask(panel)
    if texts is None:
        return False
    await model.open(texts[0])
    frame.say(frame.words("shift.is_open"), Tone.GOOD)
    return True


async def ask_float(frame: Frame, model: ShiftModel) -> None:
    """Ask what the float of the running shift was."""
    shift, words = model.now.shift, frame.words
    if shift is None:
        frame.say(words("shift.none"), Tone.WAITING)
        return
    panel = StepsPanel(
        frame,
        words("shift.state_float"),
        (("shift.float", formats.money(shift.float_minor, shift.currency)),),
        lambda texts: check_amount(texts[0], shift.currency),
        hint=words("shift.state_float_hint"),
    )
    texts = await frame.ask(panel)
    if texts is not None:
        await model.state_float(texts[0])
        frame.say(words("shift.float_stated"), Tone.GOOD)


async def show_x(frame: Frame) -> None:
    """The figures of the running shift, for who may see them."""
    model = ShiftModel(frame.desk, frame.person.currency)
    report = await model.x_report()
    holder = Screen(frame)
    frame.show_sheet(column(report_widget(holder, report), None), frame.words("shift.x"))
    holder.deleteLater()
