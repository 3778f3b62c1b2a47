"""A policy read aloud, as a merchandiser or a clerk would say it, in both languages."""

from collections.abc import Mapping, Sequence
from typing import Final

from shared.core.decimals import write_scaled
from shared.core.money import minor_digits
from shared.core.rounding import MICRO
from shared.promotions.rules.policies import (
    Beyond,
    GiftPrice,
    Goods,
    Period,
    Policy,
    PolicyKind,
    Tier,
    Use,
)

NAMED_MAX: Final = 3
"""Goods named one by one; of more only how many there are is said."""
_DAY_MINUTES: Final = 24 * 60
_PLACES: Final = 6

_ZH: Final = {
    "all_goods": "全部商品",
    "and_more": "{names}等 {n} 种",
    "comma": "、",
    "semicolon": "；",
    "or": "或",
    "but": "（{names}除外）",
    "at_price": "{names} {price}",
    "at_ratio": "{goods} {ratio}",
    "tenths": "{n} 折",
    "first": "{prices}，限前 {n} 件，超出部分{beyond}",
    "beyond.normal": "按原价",
    "beyond.refuse": "不卖",
    "gift": "{goods}每满 {n} 件送 {gifts}",
    "gifts": "{g} 件{names}",
    "same": "同款",
    "choice": "（{names}任选）",
    "times": "最多 {n} 次",
    "part": "{names} {n} 件",
    "bundle": "{parts}，一套 {price}",
    "plus": " + ",
    "threshold": "{goods} {tiers}",
    "from_money": "满 {n}",
    "each_money": "每满 {n}",
    "pieces": "{n} 件",
    "off": "减 {n}",
    "pay": "打 {n} 折",
    "give": "送 {gifts}",
    "limit": "{goods}{period}最多 {n}",
    "period.order": "每单",
    "period.day": "每天",
    "period.week": "每周",
    "period.month": "每月",
    "period.policy": "活动期间",
    "holder.account": "每个客户",
    "holder.site": "每个门店",
    "holder.member": "每位会员",
    "no_special": "特价商品不计入",
    "gift_price.symbolic": "赠品每件收 {n}",
    "gift_price.list": "赠品按原价列出并等额折让",
    "gift_price.spread": "赠品金额由主品分摊",
    "who": "对象：{names}",
    "everybody": "对象：所有客户",
    "member": "会员",
    "hours": "{a}–{b}",
    "weekdays": "周{days}",
    "days": "一二三四五六日",
    "between": "{a} 至 {b}",
    "from": "{a} 起",
    "until": "到 {b} 为止",
    "group": "与“{group}”组的其他政策只能选一个",
    "use.till": "收银",
    "use.order": "订货",
    "use.invoice": "批发开单",
    "uses": "用于{names}",
    "end": "。",
}

_EN: Final = {
    "all_goods": "all goods",
    "and_more": "{n} goods ({names}…)",
    "comma": ", ",
    "semicolon": "; ",
    "or": " or ",
    "but": " (not {names})",
    "at_price": "{names} at {price}",
    "at_ratio": "{goods} at {ratio}",
    "tenths": "{n}% of the price",
    "first": "the first {n}: {prices}, then {beyond}",
    "beyond.normal": "at the normal price",
    "beyond.refuse": "no more",
    "gift": "{goods}: for every {n}, {gifts}",
    "gifts": "{g} {names} free",
    "same": "of the same",
    "choice": "({names}, as chosen)",
    "times": "at most {n} times",
    "part": "{n} × {names}",
    "bundle": "{parts} together for {price}",
    "plus": " + ",
    "threshold": "{goods}: {tiers}",
    "from_money": "from {n}:",
    "each_money": "for every full {n}:",
    "pieces": "{n} pieces",
    "off": "{n} off",
    "pay": "pay {n}%",
    "give": "{gifts}",
    "limit": "{goods}: at most {n} {period}",
    "period.order": "per order",
    "period.day": "a day",
    "period.week": "a week",
    "period.month": "a month",
    "period.policy": "while it holds",
    "holder.account": " for each customer",
    "holder.site": " for each shop",
    "holder.member": " for each member",
    "no_special": "goods at a special price do not count",
    "gift_price.symbolic": "each gift costs {n}",
    "gift_price.list": "gifts stand at list price with the same amount off",
    "gift_price.spread": "the main goods share what the gifts cost",
    "who": "for {names}",
    "everybody": "for everybody",
    "member": "members",
    "hours": "{a}–{b}",
    "weekdays": "on {days}",
    "days": "Mon Tue Wed Thu Fri Sat Sun",
    "between": "{a} to {b}",
    "from": "from {a} on",
    "until": "until {b}",
    "group": 'only one of the group "{group}"',
    "use.till": "the till",
    "use.order": "orders",
    "use.invoice": "wholesale invoices",
    "uses": "at {names}",
    "end": ".",
}

_WORDS_OF: Final = {"zh": _ZH, "en": _EN}


def read_policy(
    policy: Policy,
    names: Mapping[str, str] | None = None,
    language: str = "zh",
    *,
    currency: str = "CNY",
    from_text: str = "",
    until_text: str = "",
) -> str:
    """The whole policy in one sentence; what is not filled in yet is left out.

    ``names`` are the spoken names of products (``product:010204``), brands (``brand:CHENLU``) and
    dimensions (``level:L1``, ``site:SH01``); without one the id is said. The instants are given as
    texts of the reader's zone; '' leaves them unsaid.
    """
    reader = _Reader(names or {}, _WORDS_OF[language], currency, is_zh=language == "zh")
    parts = [reader.terms(policy), *reader.extras(policy), reader.whom(policy.who)]
    parts += reader.time(policy, from_text, until_text)
    if policy.group:
        parts.append(reader.say("group", group=policy.group))
    if policy.uses:
        places = [reader.words[f"use.{one.value}"] for one in Use if one in policy.uses]
        parts.append(reader.say("uses", names=reader.words["comma"].join(places)))
    text = reader.words["semicolon"].join(part for part in parts if part)
    return text[:1].upper() + text[1:] + reader.words["end"]


def read_terms(
    policy: Policy,
    names: Mapping[str, str] | None = None,
    language: str = "zh",
    *,
    currency: str = "CNY",
) -> str:
    """Only what it gives, without whom and when: for a line at the till or on an order."""
    reader = _Reader(names or {}, _WORDS_OF[language], currency, is_zh=language == "zh")
    return reader.terms(policy)


def read_who(who: Sequence[str], names: Mapping[str, str], language: str = "zh") -> str:
    """Whom a policy is for, as a list shows it; '' = everybody."""
    reader = _Reader(names, _WORDS_OF[language], "CNY", is_zh=language == "zh")
    return reader.words["comma"].join(map(reader.dimension, who))


class _Reader:
    def __init__(
        self, names: Mapping[str, str], words: Mapping[str, str], currency: str, *, is_zh: bool
    ) -> None:
        self.names = names
        self.words = words
        self.digits = minor_digits(currency)
        self.is_zh = is_zh

    def say(self, key: str, **values: object) -> str:
        return self.words[key].format_map(values)

    # numbers

    def money(self, minor: int) -> str:
        text = write_scaled(minor, self.digits, least_places=self.digits, grouped=True)
        return text.removesuffix("." + "0" * self.digits)

    def price(self, micro: int) -> str:
        return write_scaled(micro, _PLACES, least_places=2, grouped=True)

    def qty(self, micro: int) -> str:
        return write_scaled(micro, _PLACES, grouped=True)

    def ratio(self, micro: int) -> str:
        """八折 is what one pays: 8 of ten parts; in English 80 of a hundred."""
        return write_scaled(micro * (10 if self.is_zh else 100), _PLACES)

    # goods and people

    def product(self, product_id: str) -> str:
        return self.names.get(f"product:{product_id}", product_id)

    def listed(self, ids: Sequence[str], between: str = "comma") -> str:
        said = [self.product(one) for one in ids[:NAMED_MAX]]
        text = self.words[between].join(said)
        return text if len(ids) <= NAMED_MAX else self.say("and_more", names=text, n=len(ids))

    def goods(self, goods: Goods) -> str:
        said = [self.names.get(f"brand:{one}", one) for one in goods.brands]
        if goods.products:
            said.append(self.listed(goods.products))
        text = self.words["comma"].join(said) or self.words["all_goods"]
        return text + (self.say("but", names=self.listed(goods.but)) if goods.but else "")

    def dimension(self, text: str) -> str:
        if text in self.names:
            return self.names[text]
        if text == "list:member":
            return self.words["member"]
        parts = [self.names.get(one, one.partition(":")[2]) for one in text.split("+")]
        return " · ".join(parts)

    def whom(self, who: Sequence[str]) -> str:
        if not who:
            return self.words["everybody"]
        return self.say("who", names=self.words["comma"].join(map(self.dimension, who)))

    # what it gives

    def terms(self, policy: Policy) -> str:
        match policy.kind:
            case PolicyKind.SPECIAL:
                return self.prices(policy)
            case PolicyKind.FIRST:
                return self.first(policy)
            case PolicyKind.GIFT:
                n, goods = self.qty(policy.every_micro), self.goods(policy.goods)
                gifts = self.gifts(policy, policy.gift_micro)
                return self.say("gift", goods=goods, n=n, gifts=gifts)
            case PolicyKind.BUNDLE:
                return self.bundle(policy)
            case PolicyKind.THRESHOLD:
                tiers = self.words["comma"].join(self.tier(policy, one) for one in policy.tiers)
                return self.say("threshold", goods=self.goods(policy.goods), tiers=tiers)
        return self.limit(policy)

    def prices(self, policy: Policy) -> str:
        said = [
            self.say("at_price", names=self.product(one.product_id), price=self.price(price))
            for one in policy.specials[:NAMED_MAX]
            for price in (one.unit_price_micro,)
        ]
        text = self.words["comma"].join(said)
        if len(policy.specials) > NAMED_MAX:
            text = self.say("and_more", names=text, n=len(policy.specials))
        if not policy.pay_ratio_micro:
            return text
        ratio = self.say("tenths", n=self.ratio(policy.pay_ratio_micro))
        rest = self.say("at_ratio", goods=self.goods(policy.goods), ratio=ratio)
        return self.words["comma"].join(part for part in (text, rest) if part)

    def first(self, policy: Policy) -> str:
        beyond = self.words[f"beyond.{Beyond(policy.beyond).value}"]
        return self.say(
            "first",
            n=self.qty(policy.first_micro),
            prices=self.prices(policy),
            beyond=beyond,
        )

    def gifts(self, policy: Policy, gift_micro: int) -> str:
        if not policy.gifts:
            names = self.words["same"]
        elif len(policy.gifts) == 1:
            names = self.product(policy.gifts[0])
        else:
            names = self.say("choice", names=self.listed(policy.gifts, "or"))
        return self.say("gifts", g=self.qty(gift_micro), names=names)

    def bundle(self, policy: Policy) -> str:
        parts = [
            self.say(
                "part",
                names="/".join(map(self.product, one.goods.products)) or self.goods(one.goods),
                n=self.qty(one.qty_micro),
            )
            for one in policy.parts
        ]
        price = self.money(policy.bundle_minor)
        return self.say("bundle", parts=self.words["plus"].join(parts), price=price)

    def tier(self, policy: Policy, tier: Tier) -> str:
        measure = self.measure(policy, tier.from_measure)
        said = [self.say("each_money" if policy.is_per_full else "from_money", n=measure)]
        if tier.off_minor:
            said.append(self.say("off", n=self.money(tier.off_minor)))
        if tier.pay_ratio_micro < MICRO:
            said.append(self.say("pay", n=self.ratio(tier.pay_ratio_micro)))
        if tier.gift_micro:
            said.append(self.say("give", gifts=self.gifts(policy, tier.gift_micro)))
        return " ".join(said)

    def measure(self, policy: Policy, value: int) -> str:
        if policy.by_quantity:
            return self.say("pieces", n=self.qty(value))
        return self.money(value)

    def limit(self, policy: Policy) -> str:
        return self.say(
            "limit",
            goods=self.goods(policy.goods),
            period=self.counted_over(policy),
            n=self.measure(policy, policy.most),
        )

    def counted_over(self, policy: Policy) -> str:
        period = self.words[f"period.{policy.period.value}"]
        if policy.period is Period.ORDER:
            return period
        holder = self.words[f"holder.{policy.holder.value}"]
        return holder + period if self.is_zh else period + holder

    def extras(self, policy: Policy) -> list[str]:
        """What bounds it: how often, over what it counts, what a gift's line says."""
        said: list[str] = []
        if policy.kind is PolicyKind.FIRST:
            said.append(self.counted_over(policy).strip())
        if policy.most_times:
            said.append(self.say("times", n=policy.most_times))
        counts = (PolicyKind.GIFT, PolicyKind.BUNDLE, PolicyKind.THRESHOLD)
        if not policy.counts_special and policy.kind in counts:
            said.append(self.words["no_special"])
        if policy.gift_price is not GiftPrice.ZERO:
            key = f"gift_price.{policy.gift_price.value}"
            said.append(self.say(key, n=self.price(policy.symbolic_micro)))
        return said

    # when

    def time(self, policy: Policy, from_text: str, until_text: str) -> list[str]:
        said: list[str] = []
        if from_text and until_text:
            said.append(self.say("between", a=from_text, b=until_text))
        elif from_text or until_text:
            key = "from" if from_text else "until"
            said.append(self.say(key, a=from_text, b=until_text))
        if policy.weekdays:
            days = self.words["days"]
            each = list(days) if self.is_zh else days.split()
            between = "" if self.is_zh else ", "
            named = [each[one - 1] for one in sorted(policy.weekdays) if 1 <= one <= 7]
            said.append(self.say("weekdays", days=between.join(named)))
        if (policy.from_minute, policy.until_minute) != (0, _DAY_MINUTES):
            ends = (policy.from_minute, policy.until_minute)
            start, end = (f"{one // 60:02d}:{one % 60:02d}" for one in ends)
            said.append(self.say("hours", a=start, b=end))
        return said
