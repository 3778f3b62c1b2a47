"""The channel as a tree of regions, accounts and sites, and what is changed in it (A01-A07)."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.reporting.usecases.channel import (
    add_account,
    add_site,
    change_account,
    read_partner_file,
    take_partners,
)
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.channel.documents import Account, Partner, Site
from shared.channel.importing import PartnerRow
from shared.core.importing import Imported, Problem
from shared.ordering.queries.deciding import credit
from shared.ordering.rules import Credit
from shared.reporting.queries.applying import Applying, prices_applying
from shared.reporting.queries.channel import AccountLine, Channel, SiteLine, read_channel


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """A row of the tree: a region, an account or a site."""

    key: str
    name: str
    account: AccountLine | None = None
    site: SiteLine | None = None
    below: tuple["ChannelRow", ...] = ()

    @property
    def accounts(self) -> int:
        """How many accounts stand in it."""
        own = 1 if self.account is not None else 0
        return own + sum(one.accounts for one in self.below)

    @property
    def limit_minor(self) -> int:
        """The credit limits in it together."""
        if self.account is not None:
            return self.account.account.credit_limit_minor
        return sum(one.limit_minor for one in self.below)


class ChannelTree(Watched):
    """What the channel screen shows and changes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.channel: Channel | None = None
        self.org_id = ""
        """Whose accounts are shown; '' = all."""
        self.credit: Credit | None = None
        """Of the account last looked at."""
        self.rows: tuple[ChannelRow, ...] = ()

    async def load(self) -> None:
        """Read the channel again."""
        self.channel = await self._desk.fetch(read_channel, self._desk.now_us)
        self._arrange()

    def choose_org(self, org_id: str) -> None:
        """Only the accounts of one sales organisation; '' = all."""
        self.org_id = org_id
        self._arrange()

    async def look_at(self, account: Account) -> Credit:
        """What an account owes and may owe."""
        self.credit = await self._desk.fetch(
            credit, account.account_id, account.currency, account.credit_limit_minor
        )
        return self.credit

    # changes

    async def change(self, before: Account, after: Account) -> None:
        """State an account anew. Raises what ``change_account`` raises."""
        await self._desk.do(change_account, before, after)
        await self.load()

    async def add(self, partner: Partner | None, account: Account) -> None:
        """A new account. Raises what ``add_account`` raises."""
        await self._desk.do(add_account, partner, account)
        await self.load()

    async def add_site(self, site: Site) -> None:
        """A new site. Raises what ``add_site`` raises."""
        await self._desk.do(add_site, site)
        await self.load()

    async def applying(self, asked: Account) -> Applying:
        """Which prices would apply to an account as it is keyed."""
        return await self._desk.fetch(
            prices_applying,
            asked.sales_org_id,
            asked.level_id,
            asked.region_id,
            asked.category_id,
            self._desk.now_us,
        )

    # words

    def suppliers(self, account: Account) -> list[tuple[str, str]]:
        """Who could supply an account: the others of its sales organisation, by name."""
        if self.channel is None:
            return []
        found = [
            (one.account.account_id, one.account.name)
            for one in self.channel.accounts
            if one.account.sales_org_id == account.sales_org_id
            and one.account.account_id != account.account_id
            and one.account.is_active
        ]
        return sorted(found, key=lambda one: one[1])

    def categories(self, org_id: str) -> list[tuple[str, str]]:
        """The customer categories of a sales organisation."""
        held = self.channel.categories if self.channel else {}
        return [(one, name) for one, (org, name) in held.items() if org == org_id]

    def _arrange(self) -> None:
        self.rows = _tree(self.channel, self.org_id) if self.channel is not None else ()
        self.changed()


def _tree(channel: Channel, org_id: str) -> tuple[ChannelRow, ...]:
    in_region: dict[str, list[ChannelRow]] = {}
    for one in channel.accounts:
        if org_id and one.account.sales_org_id != org_id:
            continue
        row = ChannelRow(
            key=f"account/{one.account.account_id}",
            name=one.account.name,
            account=one,
            below=tuple(_site(site, one.account.account_id) for site in one.sites),
        )
        in_region.setdefault(one.account.region_id, []).append(row)
    for site in channel.sites:
        if not site.account_ids and (not org_id or org_id in site.sales_org_ids):
            in_region.setdefault(site.region_id, []).append(_site(site, ""))
    below: dict[str, list[tuple[str, str]]] = {}
    known = {one.region_id for one in channel.regions}
    for region in channel.regions:
        parent = region.parent_id if region.parent_id in known else ""
        below.setdefault(parent, []).append((region.region_id, region.name))
    loose = in_region.pop("", [])
    return (*_regions("", below, in_region, 0), *loose)


def _regions(
    parent: str,
    below: dict[str, list[tuple[str, str]]],
    held: dict[str, list[ChannelRow]],
    depth: int,
) -> tuple[ChannelRow, ...]:
    found = []
    for region_id, name in below.get(parent, ()) if depth < 20 else ():
        inside = (*_regions(region_id, below, held, depth + 1), *held.get(region_id, ()))
        if inside:
            found.append(ChannelRow(key=f"region/{region_id}", name=name, below=inside))
    return tuple(found)


def _site(site: SiteLine, account_id: str) -> ChannelRow:
    return ChannelRow(key=f"site/{account_id}/{site.site_id}", name=site.name, site=site)


class PartnerImport(Watched):
    """A list of partners on its way in."""

    def __init__(self, desk: Desk, org_id: str) -> None:
        super().__init__()
        self._desk = desk
        self.org_id = org_id
        self.file_name = ""
        self.found: Imported[PartnerRow] | None = None

    async def open(self, content: bytes, name: str) -> None:
        """Read a csv, xlsx or xls file. Raises RuleViolation COLUMN_MISSING, SHEET_EMPTY…"""
        self.found = await self._desk.fetch(
            read_partner_file, content, name, self.org_id, self._desk.now_us
        )
        self.file_name = name
        self.changed()

    @property
    def rows(self) -> Sequence[PartnerRow]:
        """What would be taken."""
        return self.found.items if self.found else ()

    @property
    def problems(self) -> list[tuple[Problem, bool]]:
        """Rows kept out first, then doubts about rows taken."""
        if self.found is None:
            return []
        return [(one, True) for one in self.found.problems] + [
            (one, False) for one in self.found.warnings
        ]

    @property
    def undetermined(self) -> int:
        """Rows whose level or region the file does not say: some prices will not apply."""
        return sum(1 for one in self.rows if not (one.account.level_id and one.account.region_id))

    @property
    def known(self) -> int:
        """Rows passed over because head office has them already."""
        return len(self.found.skipped) if self.found else 0

    async def take(self) -> int:
        """Publish them; how many accounts. Raises what ``publish_channel`` raises."""
        taken = await self._desk.do(take_partners, self.rows)
        self.found, self.file_name = None, ""
        self.changed()
        return taken
