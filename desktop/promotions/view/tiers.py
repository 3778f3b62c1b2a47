"""The tiers of a threshold: from so much on, so much off, a ratio, or gifts."""

from dataclasses import dataclass

from desktop.promotions.model.draft import PolicyDraft
from desktop.ui.frame import Frame
from desktop.ui.table.columns import Column
from desktop.ui.table.table import Table
from desktop.ui.theme import scaled
from desktop.words import formats
from shared.core.money import parse_money, parse_ratio_micro
from shared.core.quantity import parse_quantity
from shared.core.rounding import MICRO
from shared.promotions.rules import Tier

_HEIGHT = 150


@dataclass(frozen=True, slots=True)
class TierRow:
    """A tier at its place; the last one is empty and begins a further tier."""

    at: int
    tier: Tier | None


class TierTable(Table):
    """Type over a cell; type into the last line for one more tier."""

    def __init__(self, frame: Frame, draft: PolicyDraft, currency: str) -> None:
        self.draft = draft
        self._currency = currency
        words = frame.words
        columns = [
            self._column("from", words("promo.tier_from"), self._from_text, self._type_from),
            self._column("off", words("promo.tier_off"), self._off_text, self._type_off),
            self._column("ratio", words("promo.tier_ratio"), self._ratio_text, self._type_ratio),
            self._column("gift", words("promo.tier_gift"), self._gift_text, self._type_gift),
        ]
        wanted = {
            "off": ("from", "off"),
            "ratio": ("from", "ratio"),
            "full_gift": ("from", "gift"),
        }[draft.template]
        super().__init__(
            frame,
            f"promo-tiers-{draft.template}",
            [one for one in columns if one.key in wanted],
            can_filter=False,
            row_height=28,
        )
        self.setFixedHeight(scaled(_HEIGHT))
        self.show_rows()

    def show_rows(self) -> None:
        """Draw the tiers again, one empty line behind them."""
        tiers = self.draft.policy.tiers
        rows = [TierRow(at, tier) for at, tier in enumerate(tiers)]
        if not self.draft.policy.is_per_full or not tiers:
            rows.append(TierRow(len(tiers), None))
        self.set_rows(rows)

    def _show_state(self) -> None:
        # Its last line is for typing: a count of lines would not be that of tiers.
        super()._show_state()
        self._foot.hide()

    def remove(self) -> None:
        """Take the chosen tier away."""
        if self.current is not None and self.current.tier is not None:
            self.draft.drop_tier(self.current.at)

    @staticmethod
    def _column(key: str, title: str, get, edit) -> Column:  # type: ignore[no-untyped-def]
        return Column(key=key, title=title, get=get, edit=edit, width=150, is_number=True)

    def _from_text(self, one: TierRow) -> str:
        if one.tier is None or not one.tier.from_measure:
            return ""
        if self.draft.policy.by_quantity:
            return formats.qty(one.tier.from_measure)
        return formats.money(one.tier.from_measure, self._currency)

    def _off_text(self, one: TierRow) -> str:
        off = one.tier.off_minor if one.tier else 0
        return formats.money(off, self._currency) if off else ""

    @staticmethod
    def _ratio_text(one: TierRow) -> str:
        ratio = one.tier.pay_ratio_micro if one.tier else MICRO
        return formats.percent(ratio) if ratio < MICRO else ""

    @staticmethod
    def _gift_text(one: TierRow) -> str:
        gift = one.tier.gift_micro if one.tier else 0
        return formats.qty(gift) if gift else ""

    def _type_from(self, one: TierRow, text: str) -> None:
        if self.draft.policy.by_quantity:
            value = parse_quantity(text) if text.strip() else 0
        else:
            value = self._minor(text)
        self.draft.set_tier(one.at, from_measure=value)

    def _type_off(self, one: TierRow, text: str) -> None:
        self.draft.set_tier(one.at, off_minor=self._minor(text))

    def _type_ratio(self, one: TierRow, text: str) -> None:
        ratio = parse_ratio_micro(text) if text.strip() else MICRO
        self.draft.set_tier(one.at, pay_ratio_micro=ratio)

    def _type_gift(self, one: TierRow, text: str) -> None:
        gift = parse_quantity(text) if text.strip() else 0
        self.draft.set_tier(one.at, gift_micro=gift)

    def _minor(self, text: str) -> int:
        return parse_money(text, self._currency).minor if text.strip() else 0
