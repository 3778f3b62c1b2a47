"""The form of a policy: its terms, goods, whom, when; beside it how it reads, and a trial."""

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.promotions.model.draft import PolicyDraft
from desktop.promotions.model.policies import PoliciesModel
from desktop.promotions.view.fields import NAME_WIDTH, Binder, HourField, InstantFields
from desktop.promotions.view.goods_list import GoodsList
from desktop.promotions.view.tiers import TierTable
from desktop.promotions.view.trial import TrialCard
from desktop.promotions.view.whom import WhomList
from desktop.ui.editors import Choice
from desktop.ui.finder import Finder
from desktop.ui.frame import Frame
from desktop.ui.theme import SPACE_M, Tone
from desktop.ui.widgets import Card, form_row, label, row, set_tone
from desktop.words import formats
from shared.core.clock import business_day
from shared.core.errors import RuleViolation
from shared.promotions.rules import Beyond, GiftPrice, Holder, Period, Use
from shared.promotions.rules.reading import read_policy

_COUNTS_GOODS = ("gift", "off", "ratio", "full_gift", "special", "first", "limit")
_GIVES = ("gift", "full_gift")
_NOT_READ = (None, "name", "policy_id", "group")
"""What the sentence does not speak of."""


class PolicyForm(QWidget):
    """One draft on the screen; made anew for each draft."""

    def __init__(self, frame: Frame, model: PoliciesModel, draft: PolicyDraft) -> None:
        super().__init__()
        self.frame, self.model, self.draft = frame, model, draft
        self.words = frame.words
        self.bind = Binder(frame, draft, model.currency)
        self.lists: list[GoodsList] = []
        self.tiers: TierTable | None = None
        self.whom = WhomList(frame, model, draft)
        self.reading = label("")
        self.reading.setWordWrap(True)
        self.reading.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem = label("", "strong")
        self.problem.setWordWrap(True)
        self.trial = TrialCard(frame, model, draft)
        self._symbolic: QWidget | None = None
        self._build()
        self.show_draft()

    def _build(self) -> None:
        inside = QWidget()
        down = QVBoxLayout(inside)
        down.setContentsMargins(0, 0, SPACE_M, 0)
        down.setSpacing(SPACE_M)
        for card in (self._basics(), self._terms(), self._goods(), self._when()):
            if card is not None:
                down.addWidget(card)
        down.addWidget(Card(self.whom))
        down.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        side = QVBoxLayout()
        side.setSpacing(SPACE_M)
        reads = label(self.words("promo.reads"), "strong")
        side.addWidget(Card(reads, self.reading, self.problem))
        side.addWidget(self.trial, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area, 5)
        layout.addLayout(side, 3)

    # sections

    def _basics(self) -> Card:
        bind, words = self.bind, self.words
        self.name = bind.text("promo.name", "name", words(f"promo.kind_hint.{self.draft.template}"))
        self.code = bind.text("promo.code", "policy_id", width=180)
        self.code.setEnabled(self.draft.is_new)
        uses: list[QWidget | int | None] = []
        for use in Use:
            box = QCheckBox(words(f"promo.use.{use.value}"))
            box.setChecked(use in self.draft.policy.uses)
            box.toggled.connect(lambda on, one=use: self._toggle_use(one, on))
            uses.append(box)
        group = bind.text("promo.group", "group", width=180)
        kind = label(words(f"promo.kind.{self.draft.template}"), "title")
        return Card(
            kind,
            bind.named("promo.name", self.name),
            form_row(words("promo.code"), row(self.code, 16, *uses, None), width=NAME_WIDTH),
            bind.named("promo.group", group, "promo.group_hint"),
        )

    def _terms(self) -> Card | None:
        made = {
            "gift": self._gift_rows,
            "off": self._tier_rows,
            "ratio": self._tier_rows,
            "full_gift": self._tier_rows,
            "special": self._special_rows,
            "first": self._first_rows,
            "bundle": self._bundle_rows,
            "limit": self._limit_rows,
        }[self.draft.template]()
        return Card(label(self.words("promo.terms"), "strong"), *made)

    def _gift_rows(self) -> list[QWidget]:
        bind = self.bind
        every, give = bind.qty("promo.every", "every_micro"), bind.qty("promo.give", "gift_micro")
        both = row(every, label(self.words("promo.give"), "muted"), give, None)
        return [
            bind.named("promo.every", both),
            bind.named("promo.most_times", bind.count("promo.most_times", "most_times"),
                       "promo.most_times_hint"),
            self._gift_price(),
            bind.check("promo.counts_special", "counts_special"),
        ]  # fmt: skip

    def _tier_rows(self) -> list[QWidget]:
        bind, words = self.bind, self.words
        values = [("", words("promo.measure.amount")), ("1", words("promo.measure.qty"))]
        by = Choice(
            words("promo.measure"), values, value="1" if self.draft.policy.by_quantity else ""
        )
        by.picked.connect(lambda value: self.draft.set(by_quantity=bool(value)))
        self.tiers = TierTable(self.frame, self.draft, self.model.currency)
        found: list[QWidget] = [
            bind.named("promo.measure", row(by, None)),
            label(words("promo.tiers"), "small"),
            self.tiers,
            bind.check("promo.per_full", "is_per_full"),
        ]
        if self.draft.template == "full_gift":
            times = bind.count("promo.most_times", "most_times")
            found += [
                bind.named("promo.most_times", times, "promo.most_times_hint"),
                self._gift_price(),
            ]
        found.append(bind.check("promo.counts_special", "counts_special"))
        return found

    def _gift_price(self) -> QWidget:
        bind = self.bind
        mode = bind.choice("promo.gift_price", "gift_price", "promo.gift_price", list(GiftPrice))
        price = bind.price("promo.symbolic", "symbolic_micro")
        self._symbolic = row(label(self.words("promo.symbolic"), "muted"), price)
        return bind.named("promo.gift_price", row(mode, self._symbolic, None))

    def _special_rows(self) -> list[QWidget]:
        bind = self.bind
        ratio = bind.ratio("promo.ratio", "pay_ratio_micro")
        return [
            self._list("specials", "promo.specials", "promo.specials_hint", value="specials"),
            form_row(self.words("promo.ratio"), row(ratio, None), width=NAME_WIDTH + 40),
        ]

    def _first_rows(self) -> list[QWidget]:
        bind = self.bind
        beyond = bind.choice("promo.beyond", "beyond", "promo.beyond", list(Beyond))
        first = bind.qty("promo.first", "first_micro")
        both = row(first, label(self.words("promo.beyond"), "muted"), beyond, None)
        return [bind.named("promo.first", both), self._counted(), *self._special_rows()]

    def _bundle_rows(self) -> list[QWidget]:
        bind = self.bind
        price = bind.money("promo.bundle_price", "bundle_minor")
        times = bind.count("promo.most_times", "most_times")
        return [
            bind.named("promo.bundle_price", row(price, None)),
            self._list("parts", "promo.parts", "promo.parts_hint", value="parts"),
            bind.named("promo.most_times", times, "promo.most_times_hint"),
            bind.check("promo.counts_special", "counts_special"),
        ]

    def _limit_rows(self) -> list[QWidget]:
        self._most = QHBoxLayout()
        self._most.setContentsMargins(0, 0, 0, 0)
        words = self.words
        values = [("1", words("promo.measure.qty")), ("", words("promo.measure.amount"))]
        by = Choice(
            words("promo.measure"), values, value="1" if self.draft.policy.by_quantity else ""
        )
        holder = QWidget()
        holder.setLayout(self._most)
        self._put_most()
        by.picked.connect(self._measure_by)
        return [self.bind.named("promo.most", row(holder, by, None)), self._counted()]

    def _measure_by(self, value: str) -> None:
        self.draft.set(by_quantity=bool(value), most=0, weights=())
        self._put_most()

    def _put_most(self) -> None:
        while (item := self._most.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        is_qty = self.draft.policy.by_quantity
        make = self.bind.qty if is_qty else self.bind.money
        self._most.addWidget(make("promo.most", "most"))

    def _counted(self) -> QWidget:
        bind = self.bind
        period = bind.choice("promo.counted_over", "period", "promo.counted_over", list(Period))
        holder = bind.choice("promo.holder", "holder", "promo.holder", list(Holder))
        named = label(self.words("promo.holder"), "muted")
        return bind.named("promo.counted_over", row(period, named, holder, None))

    def _goods(self) -> Card | None:
        template = self.draft.template
        parts: list[QWidget] = []
        if template in _COUNTS_GOODS:
            is_limit = template == "limit"
            hint = "promo.weights_hint" if is_limit else "promo.goods_hint"
            value = "weights" if is_limit else ""
            parts.append(self._list("goods", "promo.goods", hint, value=value, has_brands=True))
        if template in _GIVES:
            parts.append(self._list("gifts", "promo.gifts", "promo.gifts_hint"))
        return Card(*parts) if parts else None

    def _list(
        self, which: str, title: str, hint: str, *, value: str = "", has_brands: bool = False
    ) -> GoodsList:
        made = GoodsList(
            self.frame,
            self.model,
            self.draft,
            which,
            title=self.words(title),
            hint=self.words(hint),
            value=value,
            brands=self.model.brands if has_brands else (),
        )
        self.lists.append(made)
        return made

    def _when(self) -> Card:
        words, policy, draft = self.words, self.draft.policy, self.draft
        zone = self.model.zone
        today = date.fromisoformat(business_day(self.frame.desk.now_us, zone))
        start = InstantFields(
            words("promo.from"),
            policy.from_us,
            zone,
            today,
            lambda us: draft.set(from_us=us),
            words=words,
        )
        end = InstantFields(
            words("promo.until"),
            policy.until_us,
            zone,
            today,
            lambda us: draft.set(until_us=us),
            words=words,
        )
        hours = row(
            HourField(words("promo.hours"), policy.from_minute,
                      lambda minute: draft.set(from_minute=minute)),
            label(words("promo.hours_to"), "muted"),
            HourField(words("promo.hours"), policy.until_minute,
                      lambda minute: draft.set(until_minute=minute)),
            None,
        )  # fmt: skip
        boxes: list[QWidget | int | None] = []
        for day in range(1, 8):
            box = QCheckBox(words(f"promo.day.{day}"))
            box.setChecked(not policy.weekdays or day in policy.weekdays)
            box.toggled.connect(lambda on, one=day: self._toggle_day(one, on))
            boxes.append(box)
        named = label(words("promo.until"), "muted")
        return Card(
            label(words("promo.when"), "strong"),
            form_row(words("promo.from"), row(start, named, end, None), width=NAME_WIDTH),
            form_row(words("promo.hours"), hours, width=NAME_WIDTH),
            form_row(words("promo.weekdays"), row(*boxes, None), width=NAME_WIDTH),
        )

    # what a person does

    def _toggle_use(self, use: Use, on: bool) -> None:
        uses = set(self.draft.policy.uses) ^ {use}
        assert (use in uses) is on
        self.draft.set(uses=tuple(one for one in Use if one in uses))

    def _toggle_day(self, day: int, on: bool) -> None:
        days = set(self.draft.policy.weekdays) or set(range(1, 8))
        days = days | {day} if on else days - {day}
        self.draft.set(weekdays=() if len(days) == 7 else tuple(sorted(days)))

    def remove(self) -> None:
        """Take out what is chosen in the list somebody works in."""
        for one in self.lists:
            if one.has_focus:
                one.remove()
                return
        if self.whom.has_focus:
            self.whom.remove()
        elif self.tiers is not None and self.tiers.view.hasFocus():
            self.tiers.remove()

    def join(self) -> None:
        """In a set, the chosen product becomes a choice beside the one above it."""
        for one in self.lists:
            one.join()

    def scanned(self, code: str) -> bool:
        """A scan goes to the trial while somebody is there, else into the list in use."""
        if self.trial.entry.has_focus:
            return self.trial._take(code, "1")
        wanted = next((one for one in self.lists if one.has_focus), None)
        wanted = wanted or next(iter(self.lists), None)
        return wanted is not None and wanted.take(code)

    def to_goods(self) -> None:
        """To the first list of goods, then the next one."""
        at = next((n for n, one in enumerate(self.lists) if one.has_focus), -1)
        if self.lists:
            self.lists[(at + 1) % len(self.lists)].finder.field.setFocus()

    def half_typed(self) -> Finder | None:
        """Where goods or people were typed and not taken; an empty list means everything."""
        finders = [*(one.finder for one in self.lists), self.whom.finder]
        return next((one for one in finders if one.field.text().strip()), None)

    # showing

    def show_draft(self) -> None:
        """Draw what follows from the draft: lists, sentence, what is missing."""
        for one in self.lists:
            one.show_rows()
        self.whom.show_rows()
        if self.tiers is not None:
            self.tiers.show_rows()
        if self._symbolic is not None:
            self._symbolic.setVisible(self.draft.policy.gift_price is GiftPrice.SYMBOLIC)
        # Half a policy makes no sentence: what is missing is said instead.
        problem = self.draft.problem
        field = problem.params.get("field") if problem else None
        self.reading.setText(self._sentences() if field in _NOT_READ else "")
        self.reading.setVisible(bool(self.reading.text()))
        self._say_problem(self.problem)

    def _sentences(self) -> str:
        mine = self.words.language.value
        return "\n\n".join(self._read(one) for one in (mine, "en" if mine == "zh" else "zh"))

    def sentence(self) -> str:
        """The policy in one sentence without its full stop, as who approves it reads it."""
        return self._read(self.words.language.value)[:-1]

    def _read(self, language: str) -> str:
        policy, zone = self.draft.policy, self.model.zone
        return read_policy(
            policy,
            self.model.names,
            language,
            currency=self.model.currency,
            from_text=formats.instant(policy.from_us, zone),
            until_text=formats.instant(policy.until_us, zone),
        )

    def _say_problem(self, shown: QLabel) -> None:
        problem = self.draft.problem
        shown.setText(said_of(self.frame, problem) if problem else self.words("promo.good"))
        set_tone(shown, Tone.WAITING if problem else Tone.GOOD)


def said_of(frame: Frame, problem: RuleViolation) -> str:
    """What is still to be done about a draft, in the words of its form."""
    if problem.code != "PROMOTION_BAD":
        return frame.words.error(problem)
    field = frame.words.of("promo.field", str(problem.params["field"]))
    return frame.words("promo.bad", field=field.removeprefix("promo.field."))
