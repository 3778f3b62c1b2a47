"""What the channel screen asks for: an account's terms, a new account, a new site."""

import msgspec
from PySide6.QtWidgets import QCheckBox, QWidget
from shiboken6 import isValid

from desktop.reporting.model.channel import ChannelTree
from desktop.ui.actions import Action
from desktop.ui.editors import Choice, MoneyField
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import Tone
from desktop.ui.widgets import Field, button, form_row, label, row, set_tone
from desktop.words import formats
from desktop.words.texts import Words
from shared.channel.documents import Account, Partner, Site
from shared.core.errors import RuleViolation
from shared.reporting.queries.applying import Applying

HEAD_OFFICE = ""
SITE_TYPES = ("store", "counter", "warehouse")
TERMS_DAYS_MAX = 999


class NewAccount:
    """What was keyed of a new account; ``partner`` None = one that stands already."""

    def __init__(self, partner: Partner | None, account: Account) -> None:
        self.partner = partner
        self.account = account


class AccountPanel(Panel):
    """Closed with the account as it is to be, or with ``NewAccount``."""

    def __init__(
        self,
        frame: Frame,
        model: ChannelTree,
        account: Account | None,
        *,
        beside: str = "",
        region_id: str = "",
    ) -> None:
        """``beside`` and ``region_id``: the sales organisation and region of the row the cursor is
        on, for a new one."""
        words = frame.words
        super().__init__(words("channel.change" if account else "channel.new_account"), width=540)
        assert model.channel is not None
        self._frame, self._model = frame, model
        self._before = account
        channel = model.channel
        first_org = model.org_id or beside or next(iter(channel.orgs), "")
        self._start = account or Account(
            account_id="",
            partner_id="",
            sales_org_id=first_org,
            name="",
            region_id=region_id,
        )
        start = self._start
        none = ("", words("channel.not_said"))
        self.code = Field(words("channel.code_hint"), text=start.account_id)
        self.name = Field(words("channel.name_hint"), text=start.name)
        partners = [("", words("channel.new_partner"))]
        partners += sorted(channel.partners.items(), key=lambda one: one[1])
        self.partner = Choice(words("channel.partner"), partners)
        orgs = list(channel.orgs.items())
        self.org = Choice(words("price.org"), orgs, value=start.sales_org_id)
        self.org.picked.connect(lambda _one: self._show_org())
        levels = [none, *channel.levels.items()]
        self.level = Choice(words("channel.level"), levels, value=start.level_id)
        regions = [none] + [(one.region_id, one.name) for one in channel.regions]
        self.region = Choice(words("channel.region"), regions, value=start.region_id)
        self.upstream = Choice(words("channel.upstream"), ())
        self.category = Choice(words("channel.category"), ())
        self.limit = MoneyField(words("channel.limit"), start.currency)
        self.limit.set_value(start.credit_limit_minor)
        self.terms = Field(words("channel.terms_hint"), text=str(start.terms_days))
        self.is_active = QCheckBox(words("channel.is_active"))
        self.is_active.setChecked(start.is_active)
        self._is_open_agreed = False
        self._asked_for: Account | None = None
        self._open = label("", tone=Tone.WAITING)
        self._applies = label("", "muted")
        for told in (self._open, self._applies):
            told.setWordWrap(True)
        self._show_org()
        self._build()
        for box in (self.org, self.level, self.region, self.category):
            box.picked.connect(lambda _one: self._show_applying())
        self._show_applying()

    def _build(self) -> None:
        words = self._frame.words
        fields: list[tuple[str, QWidget]] = []
        if self._before is None:
            fields += [
                ("channel.code", self.code),
                ("channel.partner", self.partner),
                ("price.org", self.org),
            ]
        fields += [
            ("channel.name", self.name),
            ("channel.level", self.level),
            ("channel.region", self.region),
            ("channel.upstream", self.upstream),
            ("channel.category", self.category),
            (
                "channel.limit",
                row(self.limit, label(words("channel.terms_in_days"), "muted"), self.terms),
            ),
        ]
        for key, field in fields:
            self.body.addWidget(form_row(words(key), field))
        self.body.addWidget(self._open)
        self.body.addWidget(self._applies)
        if self._before is not None:
            self.body.addWidget(self.is_active)
        self._go_on = button(words("channel.publish"), self._take, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), self._go_on))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="channel.publish", keys=("F10",), run=self._take),)

    def first_focus(self) -> QWidget:
        return self.limit if self._before is not None else self.code

    def _show_org(self) -> None:
        """Suppliers and categories are the sales organisation's own."""
        words, model = self._frame.words, self._model
        asked = msgspec.structs.replace(self._start, sales_org_id=self.org.value)
        suppliers = [(HEAD_OFFICE, words("channel.head_office")), *model.suppliers(asked)]
        first = (self._start.upstream_account_ids or (HEAD_OFFICE,))[0]
        for box, values, value in (
            (self.upstream, suppliers, first),
            (
                self.category,
                [("", words("channel.not_said")), *model.categories(self.org.value)],
                self._start.category_id,
            ),
        ):
            box.blockSignals(True)
            box.clear()
            for stored, word in values:
                box.addItem(word, stored)
            box.set_value(value)
            box.blockSignals(False)

    # what stays undetermined

    def _keyed(self) -> Account:
        return msgspec.structs.replace(
            self._start,
            sales_org_id=self.org.value,
            level_id=self.level.value,
            region_id=self.region.value,
            category_id=self.category.value,
        )

    def _show_applying(self) -> None:
        """What level and region leave undetermined, and which prices follow from it."""
        words, asked = self._frame.words, self._keyed()
        self._is_open_agreed = False
        self._go_on.setText(words("channel.publish"))
        missing = [
            words(key)
            for key, value in (
                ("channel.level_open", asked.level_id),
                ("channel.region_open", asked.region_id),
            )
            if not value
        ]
        self._open.setText("\n".join(missing))
        self._open.setVisible(bool(missing))
        self._asked_for = asked
        self._frame.tasks.start(self._look(asked))

    async def _look(self, asked: Account) -> None:
        found = await self._model.applying(asked)
        if asked is not self._asked_for or not isValid(self):
            return
        words = self._frame.words
        self._applies.setText(applying_text(words, found))
        lacks = found.priced < found.goods or not found.number
        set_tone(self._applies, Tone.BAD if lacks else Tone.PLAIN)

    def _leaves_open(self, account: Account) -> QWidget | None:
        """The first of level and region that nobody determined now; None once that was agreed."""
        before = self._before
        for field, said, was in (
            (self.level, account.level_id, before.level_id if before else "?"),
            (self.region, account.region_id, before.region_id if before else "?"),
        ):
            if not said and was and not self._is_open_agreed:
                return field
        return None

    def _take(self) -> None:
        try:
            account = self._account()
        except RuleViolation as error:
            self._frame.tell(error)
            return
        missing = self._leaves_open(account)
        if missing is not None:
            missing.setFocus()
            self._is_open_agreed = True
            self._go_on.setText(self._frame.words("channel.publish_open"))
            self._frame.say(self._frame.words("channel.open_twice"), Tone.WAITING)
            return
        if self._before is not None:
            self.close_with(account)
            return
        is_new = not self.partner.value
        partner = Partner(partner_id=account.partner_id, name=account.name) if is_new else None
        self.close_with(NewAccount(partner, account))

    def _account(self) -> Account:
        if self.limit.error is not None:
            self.limit.setFocus()
            raise RuleViolation(self.limit.error.code, **self.limit.error.params)
        terms = self.terms.text().strip() or "0"
        if not terms.isdigit() or int(terms) > TERMS_DAYS_MAX:
            self.terms.set_bad(True)
            self.terms.setFocus()
            raise RuleViolation("TERMS_UNREADABLE", text=terms[:20])
        before = self._start
        code = self.code.text().strip()
        further = before.upstream_account_ids[1:]
        first = self.upstream.value
        return msgspec.structs.replace(
            before,
            account_id=before.account_id or code,
            partner_id=before.partner_id or self.partner.value or code,
            sales_org_id=before.sales_org_id if self._before is not None else self.org.value,
            name=self.name.text().strip(),
            level_id=self.level.value,
            region_id=self.region.value,
            upstream_account_ids=(first, *(one for one in further if one != first)),
            category_id=self.category.value,
            credit_limit_minor=self.limit.value or 0,
            terms_days=int(terms),
            is_active=self.is_active.isChecked(),
        )


def applying_text(words: Words, found: Applying) -> str:
    """Which prices apply, in a sentence."""
    if not found.number:
        return words("channel.no_prices")
    if not found.priced:
        return words("channel.priced_none", goods=found.goods)
    key = "channel.priced_all" if found.priced == found.goods else "channel.priced_some"
    least, most = formats.percent(found.least_micro), formats.percent(found.most_micro)
    share = least if least == most else f"{least}–{most}"
    return words(
        key,
        goods=found.goods,
        none=found.goods - found.priced,
        share=share,
        n=found.number,
    )


class SitePanel(Panel):
    """Closed with the new site of an account."""

    def __init__(self, frame: Frame, account: Account) -> None:
        words = frame.words
        super().__init__(words("channel.new_site_of", name=account.name), width=480)
        self._account = account
        self.code = Field(words("channel.site_code_hint"))
        self.name = Field(words("channel.site_name_hint"))
        kinds = [(one, words(f"site.type.{one}")) for one in SITE_TYPES]
        self.kind = Choice(words("channel.site_type"), kinds)
        modes = [(one, words(f"site.mode.{one}")) for one in ("full", "simple")]
        self.mode = Choice(words("channel.sales_mode"), modes)
        self.phone = Field(words("channel.phone_hint"))
        for key, field in (
            ("channel.code", self.code),
            ("channel.name", self.name),
            ("channel.site_type", self.kind),
            ("channel.sales_mode", self.mode),
            ("channel.phone", self.phone),
        ):
            self.body.addWidget(form_row(words(key), field))
        go_on = button(words("channel.publish"), self._take, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), go_on))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="channel.publish", keys=("F10",), run=self._take),)

    def first_focus(self) -> QWidget:
        return self.code

    def _take(self) -> None:
        self.close_with(
            Site(
                site_id=self.code.text().strip(),
                name=self.name.text().strip(),
                site_type=self.kind.value,
                account_ids=(self._account.account_id,),
                sales_mode=self.mode.value,
                currency=self._account.currency,
                region_id=self._account.region_id,
                phone=self.phone.text().strip(),
            )
        )
