"""What a device does when head office has another journal of it: it begins a new incarnation."""

from collections.abc import Generator

from desktop.store.identity import load_state
from desktop.sync.conversation import Ask, Talk
from shared.core.errors import Unavailable
from shared.sync.confirm import Finding
from shared.sync.messages import Fork, ForkAnswer, Hello, Message


def fork(talk: Talk, hello: Hello, code: str = "DEVICE_FORKED") -> Generator[Ask, Message, None]:
    """This disk was restored from an older copy, or copied: go on beside the other copy. Or a
    document is damaged in both files, and what stands behind it has to be linked without it.

    What head office lacks is linked anew, with its bytes and printed numbers; nothing is asked of
    anybody, and a finding of this ``code`` tells it. Raises Unavailable ANSWER_WRONG.
    """
    state = talk.store.on_writer(lambda local: local.read(load_state))
    asked = Fork(
        incarnation=hello.incarnation,
        known_n=state.acknowledged_n,
        known_hash=state.acknowledged_hash,
        head_n=hello.head_n,
        head_hash=hello.head_hash,
    )
    answer = yield from talk.ask("/fork", asked, ForkAnswer)
    is_new = answer.incarnation > hello.incarnation
    if not is_new or not 0 <= answer.since_n <= state.acknowledged_n:
        raise Unavailable("ANSWER_WRONG", path="/fork")
    finding = Finding(
        code=code,
        scope="",
        slot=answer.since_n,
        detail=f"{hello.incarnation} to {answer.incarnation}",
    )
    talk.identity = talk.store.on_writer(
        lambda local: local.begin_incarnation(answer.incarnation, answer.since_n, finding)
    )
    talk.summary.findings.append(finding)
