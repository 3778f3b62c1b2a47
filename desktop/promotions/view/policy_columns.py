"""The columns of the list of promotion policies."""

from desktop.promotions.model.draft import template_of
from desktop.promotions.model.policies import PoliciesModel, State
from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import Tone
from desktop.words import formats
from desktop.words.texts import Words
from shared.promotions.queries import PolicyView
from shared.promotions.rules.reading import read_who

STATE_TONES = {
    State.IN_FORCE: Tone.GOOD,
    State.WAITING: Tone.WAITING,
    State.TO_COME: Tone.ACCENT,
    State.REJECTED: Tone.BAD,
}


def policy_columns(words: Words, model: PoliciesModel, zone: str) -> list[Column]:
    """What the list says of a policy; head office also sees what it cost and its number."""
    found = [
        Column(
            key="state",
            title=words("promo.state"),
            get=lambda one: words(f"promo.state.{model.state(one).value}"),
            tone=lambda one: STATE_TONES.get(model.state(one)),
            width=84,
        ),
        Column(key="name", title=words("promo.name"), get=lambda one: one.policy.name, width=150),
        Column(
            key="kind",
            title=words("promo.kind"),
            get=lambda one: words(f"promo.kind.{template_of(one.policy)}"),
            width=150,
        ),
        Column(
            key="who",
            title=words("promo.who"),
            get=lambda one: _who(words, model, one),
            stretches=True,
        ),
        Column(
            key="where", title=words("promo.where"), get=lambda one: _where(words, one), width=92
        ),
        Column(
            key="from",
            title=words("promo.from"),
            get=lambda one: one.policy.from_us or one.sealed_at_us or None,
            kind=Kind.INSTANT,
            zone=zone,
            width=128,
        ),
        Column(
            key="until",
            title=words("promo.until"),
            get=lambda one: formats.instant(one.policy.until_us, zone) or words("promo.always"),
            width=128,
        ),
    ]
    return found + (_office_columns(words, model) if model.can_write else [])


def _office_columns(words: Words, model: PoliciesModel) -> list[Column]:
    return [
        Column(
            key="documents",
            title=words("promo.documents"),
            get=lambda one: one.documents or None,
            kind=Kind.COUNT,
            width=86,
        ),
        Column(
            key="saving",
            title=words("promo.saving"),
            get=lambda one: one.saving_minor or None,
            kind=Kind.MONEY,
            currency=model.currency,
            width=92,
        ),
        Column(
            key="number",
            title=words("promo.number"),
            get=lambda one: words("promo.n", n=one.number) if one.number else "–",
            width=64,
        ),
        Column(
            key="code",
            title=words("promo.code"),
            get=lambda one: one.policy_id,
            width=100,
            is_shown=False,
        ),
    ]


def _who(words: Words, model: PoliciesModel, one: PolicyView) -> str:
    said = read_who(one.policy.who, model.names, words.language.value)
    return said or words("promo.everybody")


def _where(words: Words, one: PolicyView) -> str:
    return " / ".join(words(f"promo.use.{use.value}") for use in one.policy.uses)
