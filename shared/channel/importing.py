"""Partners and their channel accounts from a list (渠道建户, A07), nobody created twice."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from shared.channel.documents import Account, ChannelPublished, Partner
from shared.channel.import_columns import KINDS, PARTNER_FIELDS
from shared.channel.rules import ENTRIES_MAX, is_usable_name
from shared.core.import_rows import RowReader
from shared.core.importing import (
    KNOWN,
    Imported,
    Problem,
    Sheet,
    Skipped,
    data_lines,
    find_table,
)
from shared.core.text import fold, half_width

_HEAD_OFFICE: Final = frozenset({"总部", "公司", "hq", "headoffice", "总公司"})
_APART = re.compile(r"[;；,，、/\s]+")
_TERMS = re.compile(r"(?:月结|账期|票到)?\s*([0-9]{1,3})\s*(?:天|日|days?)?")
_PREPAID: Final = frozenset({"款到发货", "现款", "现结", "预付", "prepaid"})
_TAX_ID = re.compile(r"[0-9A-Z]{15,20}")
_PHONE = re.compile(r"\+?[0-9]{7,15}")
_CREDIT_LETTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAccount:
    """An account that stands at head office already."""

    account_id: str
    partner_id: str
    sales_org_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRow:
    """A partner and its account in one sales organisation, as a row of the file states them."""

    row_number: int
    partner: Partner
    account: Account
    is_new_partner: bool
    """False when head office, or an earlier row, has the partner already."""


def read_partners(
    sheets: Sequence[Sheet],
    *,
    sales_org_id: str = "",
    known: Iterable[KnownAccount] = (),
    levels: Mapping[str, str] | None = None,
    regions: Mapping[str, str] | None = None,
    currency: str = "CNY",
    from_at_us: int = 0,
    chosen: Mapping[str, str] | None = None,
) -> Imported[PartnerRow]:
    """The partners and accounts of a file that are not there yet (A07).

    A partner is told by its tax id, else by its phone (kept as a digest, never in clear), else
    by its code; in one sales organisation it stands once. A row that repeats an earlier one is
    a problem of its own, a row that head office has already is passed over as KNOWN.
    `levels` and `regions` are id → name. `sales_org_id` is used where the file names none;
    `from_at_us` says from when the accounts sit in their regions.

    Raises: RuleViolation COLUMN_MISSING, COLUMN_CHOICE_UNKNOWN, SHEET_EMPTY.
    """
    sheet, mapping = find_table(sheets, PARTNER_FIELDS, chosen)
    lines, skipped = data_lines(sheet, mapping, ("name", "code", "tax_id"))
    reading = _Reading(
        sales_org_id=sales_org_id,
        currency=currency,
        from_at_us=from_at_us,
        levels=_by_wording(levels or {}),
        regions=_by_wording(regions or {}),
        known={one.account_id: one for one in known},
    )
    reading.known_pairs = {(one.partner_id, one.sales_org_id) for one in reading.known.values()}
    reading.partner_ids = {one.partner_id for one in reading.known.values()}
    for line in lines:
        reading.take(RowReader(line))
    items = reading.with_upstreams()
    return Imported(
        items=tuple(items),
        problems=tuple(sorted(reading.problems, key=lambda one: one.row_number)),
        warnings=tuple(reading.warnings),
        skipped=tuple(sorted([*skipped, *reading.skipped], key=lambda one: one.row_number)),
        mapping=mapping,
    )


def publications(rows: Sequence[PartnerRow]) -> tuple[ChannelPublished, ...]:
    """The documents that publish these partners and accounts, as many as their limit asks for."""
    most = ENTRIES_MAX // 2
    return tuple(
        ChannelPublished(
            partners=tuple(one.partner for one in part if one.is_new_partner),
            accounts=tuple(one.account for one in part),
        )
        for part in (rows[at : at + most] for at in range(0, len(rows), most))
    )


def _by_wording(names: Mapping[str, str]) -> dict[str, str]:
    return {fold(name): key for key, name in names.items()} | {fold(key): key for key in names}


# Gathers while the rows are read; it never leaves the import that made it.
@dataclass(slots=True, kw_only=True)
class _Reading:
    sales_org_id: str
    currency: str
    from_at_us: int
    levels: Mapping[str, str]
    regions: Mapping[str, str]
    known: Mapping[str, KnownAccount]
    known_pairs: set[tuple[str, str]] = field(default_factory=set)
    items: list[tuple[RowReader, PartnerRow]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    by_phone: dict[str, tuple[str, str]] = field(default_factory=dict)
    """phone → tax id and partner id of the first row with it."""
    standing: dict[tuple[str, str], int] = field(default_factory=dict)
    """partner and sales organisation → row."""
    codes: dict[str, int] = field(default_factory=dict)
    partner_ids: set[str] = field(default_factory=set)

    def take(self, reader: RowReader) -> None:
        """Read one row; it becomes an item, a problem, or is passed over."""
        tax_id, phone = _tax_id(reader), _phone(reader)
        code = reader.code("code")
        org = reader.text("sales_org") or self.sales_org_id
        name = reader.text("name", is_required=True, most=200)
        if not org:
            reader.doubt("sales_org", "CELL_EMPTY")
        partner_id = self._partner_id(reader, tax_id, phone, code)
        if not partner_id and not reader.problems:
            reader.doubt("tax_id", "PARTNER_UNIDENTIFIED", name)
        account_id = code or f"{partner_id}-{org}"
        if not reader.problems and not is_usable_name(account_id):
            reader.doubt("code", "NAME_UNUSABLE", account_id)
        row = self._row(reader, partner_id, account_id, org, name)
        if reader.problems:
            self.problems += reader.problems
        elif not self._is_repeated(reader, row):
            if phone:
                self.by_phone.setdefault(phone, (tax_id, partner_id))
            self._keep(reader, row)

    def _partner_id(self, reader: RowReader, tax_id: str, phone: str, code: str) -> str:
        named = reader.code("partner")
        first_tax, first_id = self.by_phone.get(phone, ("", ""))
        # One phone and two tax ids: one person, two companies.
        if not named and first_id and not (tax_id and first_tax and tax_id != first_tax):
            return first_id
        if named or tax_id:
            return named or f"T{tax_id}"
        return f"M{_phone_digest(phone)}" if phone else code

    def _row(
        self, reader: RowReader, partner_id: str, account_id: str, org: str, name: str
    ) -> PartnerRow:
        return PartnerRow(
            row_number=reader.line.number,
            partner=Partner(
                partner_id=partner_id,
                name=name,
                kind=reader.choice("kind", KINDS, "KIND_UNKNOWN") or "dealer",
            ),
            account=Account(
                account_id=account_id,
                partner_id=partner_id,
                sales_org_id=org,
                name=name,
                level_id=reader.choice("level", self.levels, "LEVEL_UNKNOWN"),
                region_id=reader.choice("region", self.regions, "REGION_UNKNOWN"),
                region_from_at_us=self.from_at_us,
                category_id=reader.text("category"),
                credit_limit_minor=_credit_limit(reader, self.currency),
                terms_days=_terms_days(reader),
                currency=self.currency,
            ),
            is_new_partner=partner_id not in self.partner_ids,
        )

    def _is_repeated(self, reader: RowReader, row: PartnerRow) -> bool:
        account = row.account
        partner_row = self.standing.get((account.partner_id, account.sales_org_id))
        code_row = self.codes.get(account.account_id)
        if partner_row is not None:
            reader.doubt("name", "ROW_TWICE", f"{account.name} ← {partner_row}")
        elif code_row is not None:
            reader.doubt("code", "CODE_TWICE", f"{account.account_id} ← {code_row}")
        self.problems += reader.problems
        return bool(reader.problems)

    def _keep(self, reader: RowReader, row: PartnerRow) -> None:
        account = row.account
        pair = (account.partner_id, account.sales_org_id)
        self.standing[pair] = self.codes[account.account_id] = row.row_number
        if account.account_id in self.known or pair in self.known_pairs:
            self.skipped.append(
                Skipped(row_number=row.row_number, reason=KNOWN, text=account.account_id)
            )
            return
        self.items.append((reader, row))
        self.warnings += reader.warnings
        self.partner_ids.add(account.partner_id)

    def with_upstreams(self) -> list[PartnerRow]:
        """The rows with their suppliers, which may stand further down in the file."""
        accounts = {fold(one): one for one in (*self.known, *self.codes)}
        named = {fold(row.account.name): row.account.account_id for _, row in self.items}
        rows: list[PartnerRow] = []
        for reader, row in self.items:
            texts = [one for one in _APART.split(reader.text("upstream")) if one]
            found = [self._upstream(reader, text, named | accounts) for text in texts]
            self.problems += reader.problems
            if not reader.problems:
                upstreams = tuple(dict.fromkeys(found))
                rows.append(_with_upstreams(row, upstreams))
        return rows

    def _upstream(self, reader: RowReader, text: str, accounts: Mapping[str, str]) -> str:
        if fold(text) in _HEAD_OFFICE:
            return ""
        if fold(text) not in accounts:
            reader.doubt("upstream", "UPSTREAM_UNKNOWN", text)
        return accounts.get(fold(text), "")


def _with_upstreams(row: PartnerRow, upstreams: tuple[str, ...]) -> PartnerRow:
    return PartnerRow(
        row_number=row.row_number,
        partner=row.partner,
        account=msgspec.structs.replace(row.account, upstream_account_ids=upstreams),
        is_new_partner=row.is_new_partner,
    )


def _tax_id(reader: RowReader) -> str:
    tax_id = reader.code("tax_id").upper()
    if tax_id and not _TAX_ID.fullmatch(tax_id):
        reader.doubt("tax_id", "PARTNER_ID_UNREADABLE")
    elif len(tax_id) == 18 and not _credit_code_ok(tax_id):
        reader.doubt("tax_id", "TAX_ID_CHECK_DIGIT", is_warning=True)
    return tax_id


def _credit_code_ok(code: str) -> bool:
    """The check character of a 统一社会信用代码 (GB 32100-2015, modulo 31, weights 3^i)."""
    if any(letter not in _CREDIT_LETTERS for letter in code):
        return False
    weighed = sum(_CREDIT_LETTERS.index(one) * pow(3, at, 31) for at, one in enumerate(code[:17]))
    return _CREDIT_LETTERS[-weighed % 31] == code[17]


def _phone(reader: RowReader) -> str:
    """The digits of a phone, without blanks, hyphens and the country code of China."""
    text = half_width(reader.line.text("phone"))
    digits = re.sub(r"[\s\-()]", "", text)
    if digits and not _PHONE.fullmatch(digits):
        # What was typed may be most of a person's number: its end is enough to find the cell.
        reader.doubt("phone", "PARTNER_ID_UNREADABLE", f"…{digits[-3:]}")
        return ""
    return digits.removeprefix("+86").removeprefix("0086").removeprefix("+")


def _phone_digest(phone: str) -> str:
    """A phone is personal: the id says whether two are the same, not which it is at a glance."""
    return hashlib.blake2b(phone.encode(), digest_size=8, person=b"qutong.phone").hexdigest()


def _credit_limit(reader: RowReader, currency: str) -> int:
    limit = reader.money_minor("credit_limit", currency) or 0
    if limit < 0:
        reader.doubt("credit_limit", "PRICE_NEGATIVE")
    return limit


def _terms_days(reader: RowReader) -> int:
    """Days; 款到发货 and a blank are 0."""
    text = reader.text("terms_days")
    if not text or text in _PREPAID:
        return 0
    found = _TERMS.fullmatch(text)
    if found is None:
        reader.doubt("terms_days", "TERMS_UNREADABLE")
        return 0
    return int(found[1])
