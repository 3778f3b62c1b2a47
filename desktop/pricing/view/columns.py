"""The columns of the price screen: versions, what one changed, the draft."""

from collections.abc import Callable

from desktop.pricing.model.draft import GridRow
from desktop.pricing.model.versions import VersionsModel
from desktop.pricing.model.words import dimension_text, is_ratio
from desktop.pricing.view.cells import Shown, tone_of_change
from desktop.ui.frame import Frame
from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import Tone
from shared.pricing.queries import VersionView


class Columns:
    """Made for one screen."""

    def __init__(self, frame: Frame, model: VersionsModel) -> None:
        self._frame, self._model, self._words = frame, model, frame.words

    def versions(self) -> list[Column]:
        """Of the list of versions."""
        words, zone = self._words, self._frame.person.zone
        return [
            Column(
                key="number",
                title=words("price.number"),
                get=lambda one: words("price.v", n=one.number) if one.number else "–",
                width=90,
            ),
            Column(key="state", title=words("price.state"), get=self._state_text, width=110),
            Column(
                key="effective",
                title=words("price.effective"),
                get=lambda one: one.effective_at_us or None,
                kind=Kind.INSTANT,
                zone=zone,
                width=150,
            ),
            Column(
                key="sealed",
                title=words("price.sealed"),
                get=lambda one: one.sealed_at_us or None,
                kind=Kind.INSTANT,
                zone=zone,
                width=150,
            ),
            Column(
                key="author",
                title=words("price.author"),
                get=lambda one: self._model.people.get(one.author_id, one.author_id),
            ),
            Column(
                key="approver",
                title=words("price.approver"),
                get=lambda one: self._model.people.get(one.approver_id, one.approver_id),
            ),
            Column(
                key="reason",
                title=words("price.reason"),
                get=lambda one: one.reason or (words.sentence(one.code) if one.code else ""),
                stretches=True,
            ),
        ]

    def changes(self) -> list[Column]:
        """Of what a version changed."""
        words = self._words
        return [
            Column(key="code", title=words("price.code"), get=lambda one: one.code, width=110),
            Column(
                key="name",
                title=words("price.name"),
                get=lambda one: one.name or ("" if one.product_id else words("price.brand_ratio")),
                stretches=True,
            ),
            Column(
                key="from_qty",
                title=words("price.field.from_qty"),
                get=lambda one: one.from_qty_micro or None,
                kind=Kind.QTY,
                width=90,
                is_shown=False,
            ),
            Column(
                key="before",
                title=words("price.was"),
                get=lambda one: Shown(one.is_ratio, one.before_micro),
                is_number=True,
            ),
            Column(
                key="after",
                title=words("price.holds"),
                get=lambda one: Shown(one.is_ratio, one.after_micro),
                is_number=True,
            ),
            Column(
                key="change",
                title=words("price.change"),
                get=lambda one: one.change_micro,
                kind=Kind.RATIO,
                tone=tone_of_change,
            ),
        ]

    def draft(self, type_value: Callable[[GridRow, str], None]) -> list[Column]:
        """Of the draft as a grid."""
        words = self._words
        return [
            Column(
                key="code",
                title=words("price.code"),
                get=lambda one: one.stated.code or one.stated.row.brand,
                width=110,
            ),
            Column(
                key="name",
                title=words("price.name"),
                get=lambda one: (
                    one.stated.name
                    or ("" if one.stated.row.product_id else words("price.brand_ratio"))
                ),
                stretches=True,
            ),
            Column(
                key="dimension",
                title=words("price.dimension"),
                get=lambda one: dimension_text(words, self._model.names, one.stated.row.dimension),
                width=150,
            ),
            Column(
                key="before",
                title=words("price.before"),
                get=lambda one: Shown(is_ratio(one.stated.row), one.before_micro),
                kind=Kind.TEXT,
                width=110,
                is_number=True,
            ),
            Column(
                key="after",
                title=words("price.after"),
                get=lambda one: Shown(is_ratio(one.stated.row), one.after_micro),
                width=110,
                edit=type_value,
                tone=self._tone_of_after,
                is_number=True,
            ),
            Column(
                key="change",
                title=words("price.change"),
                get=lambda one: one.change_micro,
                kind=Kind.RATIO,
                width=100,
                tone=tone_of_change,
            ),
        ]

    def _tone_of_after(self, one: GridRow) -> Tone | None:
        if one.after is None:
            return None
        draft = self._model.draft
        return Tone.BAD if draft is not None and draft.is_outside(one) else Tone.ACCENT

    def _state_text(self, one: VersionView) -> str:
        now_us = self._frame.desk.now_us
        if one.number and one.number == self._model.in_force(now_us):
            return self._words("price.in_force")
        if one.number and one.effective_at_us > now_us:
            return self._words("price.waiting")
        return self._words.of("price.status", one.status)
