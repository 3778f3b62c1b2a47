"""The story of a policy: each of its publications, by whom, and why."""

from collections.abc import Sequence

from PySide6.QtWidgets import QScrollArea, QWidget

from desktop.promotions.model.policies import PoliciesModel
from desktop.promotions.view.form import said_of
from desktop.promotions.view.policy_columns import STATE_TONES
from desktop.ui.frame import Frame
from desktop.ui.theme import Tone
from desktop.ui.widgets import column, label, line, pill, row
from desktop.words import formats
from shared.core.errors import RuleViolation
from shared.promotions.queries import PolicyView


def history_sheet(
    frame: Frame, model: PoliciesModel, versions: Sequence[PolicyView]
) -> QScrollArea:
    """The publications in the order they are given in, to be read from top to bottom."""
    parts: list[QWidget | int | None] = []
    for version in versions:
        parts += _version(frame, model, version)
    area = QScrollArea()
    area.setWidget(column(*parts, None))
    area.setWidgetResizable(True)
    return area


def _version(frame: Frame, model: PoliciesModel, one: PolicyView) -> list[QWidget | int | None]:
    """A publication: its number and state, when it was asked for, by whom, and why."""
    words, state, people = frame.words, model.state(one), model.writers
    number = words("promo.n", n=one.number) if one.number else "–"
    at = formats.instant(one.asked_at_us, frame.person.zone)
    who = [
        f"{words(key)} {people.get(user_id, user_id)}"
        for key, user_id in (
            ("promo.author", one.author_id),
            ("promo.approver", one.approver_id),
        )
        if user_id
    ]
    shown: list[QWidget | int | None] = [
        row(
            label(number, "strong"),
            pill(words(f"promo.state.{state.value}"), STATE_TONES.get(state, Tone.PLAIN)),
            None,
            label(at, "muted"),
        ),
        label(" · ".join(who), "small"),
    ]
    reason = one.reason or why_of(frame, one)
    if reason:
        said = label(reason)
        said.setWordWrap(True)
        shown.append(said)
    return [*shown, line()]


def why_of(frame: Frame, one: PolicyView) -> str:
    """Why a publication was rejected; '' when it was not."""
    if not one.code:
        return ""
    params = dict(part.partition("=")[::2] for part in one.detail.split())
    return said_of(frame, RuleViolation(one.code, **params))
