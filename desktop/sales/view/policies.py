"""Promotions as words: what they save, what is nearly met, why a price; and the list to choose."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtWidgets import QLabel, QWidget

from desktop.sales.model.choosing import Choosing
from desktop.sales.model.till import TillModel
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import TARGET_TILL
from desktop.ui.widgets import label
from desktop.words import formats
from desktop.words.texts import Words
from shared.core.errors import QutongError
from shared.core.rounding import MICRO
from shared.promotions.rules import Near, PolicyKind, Priced

_PRICES: Final = frozenset({PolicyKind.SPECIAL, PolicyKind.FIRST})
_AMOUNTS: Final = frozenset({PolicyKind.BUNDLE, PolicyKind.THRESHOLD})
NEAR_PIECES_MOST: Final = 5
"""What is further away is no hint but an advertisement."""
_SHOWN_MOST: Final = 8
_FRAME: Final = 76


def savings_of(model: Choosing, words: Words) -> list[tuple[str, str]]:
    """``满300减40`` and ``-40.00``, each policy that saves money, in the order they hold; what
    gifts are worth without a sign, for they are not off the sum."""
    opened, currency = model.opened, model.currency
    gives = {block.policy_id for block in model.deal.outcome.blocks}
    found: list[tuple[str, str]] = []
    for one in model.deal.outcome.applied:
        if one.policy_id in gives:
            amount = formats.money(one.saving_minor, currency)
            told = words("till.saving_gift", amount=amount)
        else:
            told = formats.money(-one.saving_minor, currency)
        if one.saving_minor:
            found.append((opened.name_of(one.policy_id), told))
    return found


def hint_of(model: Choosing, words: Words) -> str:
    """One quiet line: other policies to choose, and what is nearly met."""
    outcome = model.deal.outcome
    others = sum(len(offer.options) - 1 for offer in outcome.offers)
    parts = [words("till.offers", n=others)] if others else []
    near = _nearest(outcome.near, model.total_minor)
    if near is not None:
        parts.append(_near_text(words, near, model.currency))
    return words("till.hint_comma").join(parts)


def _nearest(found: Iterable[Near], total_minor: int) -> Near | None:
    pieces = [
        one for one in found
        if 0 < one.missing_micro <= NEAR_PIECES_MOST * MICRO
    ]  # fmt: skip
    if pieces:
        return min(pieces, key=lambda one: one.missing_micro)
    money = [one for one in found if 0 < one.missing_minor <= total_minor]
    return min(money, key=lambda one: one.missing_minor, default=None)


def _near_text(words: Words, near: Near, currency: str) -> str:
    missing = (
        words("till.near_pieces", n=formats.qty(near.missing_micro))
        if near.missing_micro
        else words("till.near_money", amount=formats.money(near.missing_minor, currency))
    )
    gives = (
        words("till.near_gift", n=formats.qty(near.gift_micro))
        if near.gift_micro
        else words("till.near_off", amount=formats.money(near.off_minor, currency))
    )
    return words("till.near", missing=missing, gives=gives, policy=near.name)


def promoted_texts(words: Words, model: TillModel) -> list[str]:
    """What promotions did to the line under the cursor, part by part (F7)."""
    line, parts = model.basket.line, model.deal.parts.get(model.basket.current + 1, ())
    if line is None:
        return []
    return [text for part in parts for text in part_texts(words, model, line.list_micro, part)]


def part_texts(words: Words, model: Choosing, list_micro: int, part: Priced) -> list[str]:
    """What promotions did to a part of a line."""
    opened, texts = model.opened, []
    kinds = {one.policy.policy_id: one.policy.kind for one in opened.policies}
    names: dict[str, list[str]] = {"price": [], "off": [], "counts": []}
    for policy_id in part.policy_ids:
        kind = kinds.get(policy_id)
        way = "price" if kind in _PRICES else "off" if kind in _AMOUNTS else "counts"
        names[way].append(opened.name_of(policy_id))
    comma = words("names.comma")
    if names["price"]:
        texts.append(
            words(
                "why.promoted",
                before=formats.price(list_micro),
                price=formats.price(part.unit_price_micro),
                policy=comma.join(names["price"]),
                n=formats.qty(part.qty_micro),
            )
        )
    if part.off_minor:
        off = formats.money(part.off_minor, model.currency)
        by = comma.join(names["off"] or names["counts"])
        texts.append(words("why.promotion_off", off=off, policy=by))
    elif names["counts"]:
        texts.append(words("why.counts_for", policy=comma.join(names["counts"])))
    return texts


class Hint(QLabel):
    """A quiet line that takes no room while it has nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("muted")
        self.setWordWrap(True)
        self.hide()

    def say(self, text: str) -> None:
        """Say this, or nothing."""
        self.setText(text)
        self.setVisible(bool(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """A policy, or none of a group, as it can be chosen."""

    name: str
    saving_minor: int | None
    is_on: bool
    group: str = ""
    policy_id: str = ""


def has_policies(model: Choosing) -> bool:
    """Whether there is anything to choose: policies that hold, or that were declined."""
    outcome = model.deal.outcome
    return bool(outcome.offers or outcome.applied or model.declined)


def policy_rows(model: Choosing, words: Words) -> list[PolicyRow]:
    """Of each exclusive group its policies, the best first; then those that hold by themselves."""
    opened, outcome = model.opened, model.deal.outcome
    own = {one.policy_id: one.saving_minor for one in outcome.applied}
    rows: list[PolicyRow] = []
    for offer in outcome.offers:
        # An option says what the whole basket would save: less what is saved whichever is taken.
        whole = {one.policy_id: one.saving_minor for one in offer.options}
        beside = sum(own.values())
        if offer.chosen:
            beside = whole.get(offer.chosen, 0) - own.get(offer.chosen, 0)
        rows += [
            PolicyRow(
                name=one.name,
                saving_minor=one.saving_minor - beside,
                is_on=one.policy_id == offer.chosen,
                group=offer.group,
                policy_id=one.policy_id,
            )
            for one in offer.options
        ]
        none = words("till.policy_none", group=offer.group)
        rows.append(
            PolicyRow(name=none, saving_minor=None, is_on=not offer.chosen, group=offer.group)
        )
    offered = {one.policy_id for one in rows}
    rows += [
        PolicyRow(
            name=opened.name_of(one.policy_id),
            saving_minor=one.saving_minor,
            is_on=True,
            policy_id=one.policy_id,
        )
        for one in outcome.applied
        if one.policy_id not in offered
    ]
    rows += [
        PolicyRow(name=opened.name_of(one), saving_minor=None, is_on=False, policy_id=one)
        for one in model.declined
    ]
    return rows


class PoliciesPanel(Panel):
    """The policies that can be chosen with what they save; Enter takes the one marked."""

    def __init__(self, frame: Frame, model: Choosing) -> None:
        super().__init__(frame.words("till.policies_title"), width=560)
        self._frame, self._model, words = frame, model, frame.words
        self.table = Table(
            frame,
            "till.policies",
            [
                Column(key="on", title="", get=lambda one: one.is_on, kind=Kind.CHECK, width=40),
                Column(
                    key="name",
                    title=words("till.policy"),
                    get=lambda one: one.name,
                    stretches=True,
                ),
                Column(
                    key="saving",
                    title=words("till.policy_saves"),
                    get=lambda one: one.saving_minor,
                    kind=Kind.MONEY,
                    currency=model.currency,
                    width=130,
                ),
            ],
            can_filter=False,
            row_height=TARGET_TILL,
        )
        rows = policy_rows(model, words)
        self.table.setMinimumHeight(min(len(rows), _SHOWN_MOST) * TARGET_TILL + _FRAME)
        self.table.set_rows(rows)
        self.table.go_to(0)
        self.table.activated.connect(self._take)
        self.body.addWidget(self.table)
        hint = label(words("till.policies_hint"), "muted")
        hint.setWordWrap(True)
        self.body.addWidget(hint)

    def first_focus(self) -> QWidget:
        return self.table.view

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(
                text="till.policy_take",
                keys=("Return",),
                run=lambda: self._take(self.table.current),
            ),
        )

    def _take(self, row: PolicyRow | None) -> None:
        if row is None:
            return
        act = (
            partial(self._model.choose_policy, row.group, row.policy_id)
            if row.group
            else partial(self._model.decline, row.policy_id)
        )
        try:
            act()
        except QutongError as error:
            self._frame.tell(error)
        self.close_with(row)


async def ask_policies(frame: Frame, model: Choosing) -> None:
    """Show the policies and take the chosen one."""
    await frame.ask(PoliciesPanel(frame, model))
