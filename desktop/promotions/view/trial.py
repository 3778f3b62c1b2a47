"""The trial beside the form: type a basket, see what the engine makes of it."""

from PySide6.QtWidgets import QCheckBox, QVBoxLayout

from desktop.promotions.model.draft import PolicyDraft
from desktop.promotions.model.policies import PoliciesModel
from desktop.promotions.model.trial import TrialLine
from desktop.ui.frame import Frame
from desktop.ui.goods_entry import GoodsEntry
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import Tone
from desktop.ui.widgets import Card, Empty, label, row, set_tone
from desktop.words import formats
from shared.core.errors import RuleViolation
from shared.core.rounding import MICRO
from shared.promotions.rules import PolicyKind


class TrialCard(Card):
    """Goods in, lines with prices and gifts out."""

    def __init__(self, frame: Frame, model: PoliciesModel, draft: PolicyDraft) -> None:
        super().__init__()
        self.frame, self.model, self.draft = frame, model, draft
        words = frame.words
        self.entry = GoodsEntry(
            (words("promo.trial_hint"), words("promo.qty")),
            words("promo.add"),
            model.find,
            self._take,
        )
        self.entry.qty.setFixedWidth(70)
        self.others = QCheckBox(words("promo.trial_others"))
        self.others.setChecked(draft.with_others)
        self.others.toggled.connect(self._with_others)
        self.table = Table(
            frame,
            "promo-trial",
            self._columns(),
            can_filter=False,
            row_height=28,
            empty=Empty("calculator", words("promo.trial_hint")),
        )
        self.result = label("", "strong")
        self.result.setWordWrap(True)
        inside = self.inside
        assert isinstance(inside, QVBoxLayout)
        inside.addWidget(row(label(words("promo.trial"), "strong"), None, self.others))
        inside.addWidget(self.entry)
        inside.addWidget(self.table, 1)
        inside.addWidget(self.result)

    def show_trial(self) -> None:
        """Draw what the engine made of it."""
        trial, words = self.model.trial, self.frame.words
        if trial is None:
            product_lines = [
                TrialLine(
                    product_id=one,
                    qty_micro=qty,
                    unit_price_micro=0,
                    off_minor=0,
                    is_gift=False,
                    policies=(),
                )
                for one, qty in self.draft.trial
            ]
            self.table.set_rows(product_lines)
            self.result.setText("")
            return
        self.table.set_rows(trial.lines)
        amount = formats.signed_money(trial.saving_minor, self.model.currency)
        said = [words("promo.saved", amount=amount)] if trial.saving_minor else []
        if trial.left_micro:
            said.append(words("promo.left", n=trial.left_micro // MICRO))
        said += [
            words("promo.over_limit", n=formats.qty(cut.allowed_micro))
            for cut in trial.outcome.cuts
        ]
        is_limit = self.draft.policy.kind is PolicyKind.LIMIT
        otherwise = words("promo.within" if is_limit else "promo.nothing")
        self.result.setText(" · ".join(said) or otherwise)
        tone = Tone.BAD if trial.outcome.cuts else Tone.GOOD if said else Tone.PLAIN
        set_tone(self.result, tone)

    def _take(self, code: str, quantity: str) -> bool:
        try:
            self.model.try_goods(code, quantity)
        except RuleViolation as error:
            self.frame.tell(error)
            return False
        return True

    def _with_others(self, on: bool) -> None:
        self.draft.with_others = on
        self.draft.touch()
        self.model.run_trial()

    def _columns(self) -> list[Column]:
        words = self.frame.words
        return [
            Column(key="name", title=words("promo.name"), get=self._name, stretches=True),
            Column(
                key="qty",
                title=words("promo.qty"),
                get=lambda one: one.qty_micro,
                kind=Kind.QTY,
                width=44,
            ),
            Column(
                key="price",
                title=words("promo.unit_price"),
                get=lambda one: one.unit_price_micro or None,
                kind=Kind.PRICE,
                width=72,
            ),
            Column(
                key="off",
                title=words("promo.off"),
                get=lambda one: -one.off_minor or None,
                kind=Kind.MONEY,
                currency=self.model.currency,
                width=72,
            ),
        ]

    def _name(self, one: TrialLine) -> str:
        name = self.model.names.get(f"product:{one.product_id}", one.product_id)
        return self.frame.words("promo.gift_line", name=name) if one.is_gift else name
