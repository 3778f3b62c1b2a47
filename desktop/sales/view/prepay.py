"""Taking a deposit at the till (F12, D): whose, how it is paid, how much; the receipt follows."""

from desktop.members.view.finding import MemberPanel
from desktop.sales.model.prepay import PrepayModel
from desktop.sales.model.till import TillModel
from desktop.sales.usecases.prepaying import AHEAD
from desktop.sales.view.panels import ChoicePanel, StepsPanel
from desktop.sales.view.payment_face import KEY_OF
from desktop.ui.frame import Frame
from desktop.ui.theme import Tone
from desktop.words import formats


async def ask_prepay(frame: Frame, till: TillModel) -> None:
    """Of the member of the basket, else of who is found."""
    words = frame.words
    member_id, name = till.basket.member_id, till.basket.member_name
    if not member_id:
        found = await frame.ask(MemberPanel(frame))
        if found is None:
            return
        member_id, name = found.member_id, found.name
    choices = [(KEY_OF[one], f"tender.{one.value}") for one in AHEAD]
    chosen = await frame.ask(ChoicePanel(frame, words("deposit.how"), choices))
    tender = next((one for one in AHEAD if KEY_OF[one] == chosen), None)
    if tender is None:
        return
    model = PrepayModel(frame.desk, member_id, tender, frame.person.currency)
    title = words("deposit.title", tender=words.of("tender", tender.value))
    await frame.ask(
        StepsPanel(
            frame,
            title,
            (("deposit.amount", ""),),
            lambda texts: model.take(texts[0]),
            hint=words("deposit.of", name=name),
        )
    )
    done = model.done
    if done is None:
        return
    amount = formats.signed_money(done.amount_minor, done.currency)
    said = words("deposit.done", name=name, amount=amount, number=done.number)
    frame.say(said, Tone.GOOD)
    till.tell_opened(model.shift_opened)
    job = await frame.desk.work(model.receipt, words, frame.settings.get)
    frame.paper.receipt(job, done.number)
