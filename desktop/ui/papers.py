"""The document flow as a sheet: who did what, where and when, and when it came here (E11)."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.store.identity import load_state
from desktop.store.papers import FlowNode
from desktop.ui.frame import Frame
from desktop.ui.theme import Tone
from desktop.ui.timeline import Step, Timeline
from desktop.words import formats
from desktop.words.texts import Words
from shared.access.rules import SYSTEM_USER

BAD_KINDS = frozenset({"request_refused", "claim", "return"})
BAD_CODES = frozenset({"rejected"})
MINUTE_US = 60 * 1_000_000


def flow_sheet(frame: Frame, nodes: Sequence[FlowNode]) -> QWidget:
    """Every paper with its person, place and time; what is not here is hollow and says so."""
    synced_at_us = frame.desk.read(lambda connection: load_state(connection).synced_at_us)
    at = formats.instant(synced_at_us, frame.person.zone) if synced_at_us else ""
    return Timeline([_step(frame, one, at) for one in nodes])


def _step(frame: Frame, node: FlowNode, as_of: str) -> Step:
    words = frame.words
    title = words.of("flow", node.kind)
    if node.is_missing:
        return Step(title=title, details=_of_missing(words, node, as_of), is_hollow=True)
    details = [part for part in (node.number, _who_and_where(words, node)) if part]
    when = formats.instant(node.at_us, frame.person.zone)
    details.append(f"{when}  {_delay(words, node)}".rstrip())
    if node.code:
        said = f"orders.state_{node.code}"
        details.append(words(said) if words.has(said) else words.sentence(node.code))
    if node.amount_minor:
        details.append(formats.signed_money(node.amount_minor, node.currency))
    if node.note:
        details.append(node.note)
    return Step(title=title, details=tuple(details), tone=_tone(node))


def _of_missing(words: Words, node: FlowNode, as_of: str) -> tuple[str, ...]:
    details = []
    if node.is_known and as_of:
        details.append(words("flow.missing", at=as_of))
    elif as_of and not node.is_own:
        details.append(words("flow.not_yet_as_of", at=as_of))
    elif not node.is_own:
        details.append(words("flow.not_yet"))
    if node.amount_minor:
        open_text = formats.signed_money(node.amount_minor, node.currency)
        details.append(words("flow.open", amount=open_text))
    return tuple(details)


def _who_and_where(words: Words, node: FlowNode) -> str:
    office = words("orders.head_office")
    who = office if node.who == SYSTEM_USER else node.who
    return " · ".join(dict.fromkeys(part for part in (who, node.where or office) if part))


def _delay(words: Words, node: FlowNode) -> str:
    if node.is_unsent:
        return words("flow.unsent")
    if node.is_own or not node.arrived_at_us:
        return ""
    minutes = max(node.arrived_at_us - node.at_us, 0) // MINUTE_US
    if minutes < 1:
        return words("flow.at_once")
    if minutes < 120:
        return words("flow.after_minutes", n=minutes)
    return words("flow.after_hours", n=minutes // 60)


def _tone(node: FlowNode) -> Tone:
    if node.kind in BAD_KINDS or node.code in BAD_CODES:
        return Tone.BAD
    return Tone.WAITING if node.is_unsent else Tone.GOOD
