"""The versions of a sales organisation, what each changed, and the draft of the next one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from desktop.catalog.model.choosing import Memory
from desktop.pricing import usecases
from desktop.pricing.model.draft import PriceDraft, Publication, parent_of
from desktop.pricing.model.price_file import PriceFile
from desktop.pricing.model.version_lists import VersionLists
from desktop.pricing.usecases.looking import steps_of
from desktop.store.desk import Desk
from desktop.store.drafts import consuming, draft_of, put_draft, remove_draft
from desktop.watched import Watched
from shared.access.queries import names_of_users
from shared.catalog.queries import by_barcode
from shared.channel.queries import region_names, region_tree, sales_orgs
from shared.channel.rules import path_to_root
from shared.core.errors import RuleViolation
from shared.core.text import fold
from shared.pricing.queries import VersionView, spoken_names, versions
from shared.pricing.queries.rehearsing import kept_rows
from shared.pricing.queries.stated import stated_rows
from shared.pricing.rules import RETAIL, PriceRow
from shared.pricing.rules.dimensions import is_dimension

_RETAIL_WORDS = frozenset({"零售", "零售价", "建议零售价", "retail"})


class VersionsModel(Watched):
    """What the price screen shows of one sales organisation at a time."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.orgs: Sequence[tuple[str, str]] = desk.read(sales_orgs)
        self.names = desk.read(spoken_names)
        self.org_id = self.orgs[0][0] if self.orgs else ""
        self.versions: Sequence[VersionView] = ()
        self.people: Mapping[str, str] = {}
        """What those are called who wrote or approved one of them."""
        self.draft: PriceDraft | None = None
        self.lists = VersionLists(desk)
        """Of the version looked at."""
        self.refresh()

    # versions

    def choose_org(self, org_id: str) -> None:
        """Look at another sales organisation; the draft of the first one stays."""
        self.org_id = org_id
        self.refresh()

    def next_org(self) -> None:
        """The sales organisation after this one, round and round."""
        ids = [one for one, _name in self.orgs]
        if ids:
            self.choose_org(ids[(ids.index(self.org_id) + 1) % len(ids)])

    def refresh(self) -> None:
        """Read the versions again, and the draft that is kept."""
        self.versions = self._desk.read(versions, self.org_id)
        people = {who for one in self.versions for who in (one.author_id, one.approver_id)}
        self.people = self._desk.read(names_of_users, people)
        kept = self._desk.read(draft_of, self._key)
        self.draft = self._load(kept) if kept else None
        self.changed()

    @property
    def newest(self) -> VersionView | None:
        """The sealed version with the highest number."""
        sealed = [one for one in self.versions if one.number]
        return max(sealed, key=lambda one: one.number, default=None)

    def in_force(self, now_us: int) -> int:
        """The number that prices now; 0 before the first."""
        return max(
            (one.number for one in self.versions if one.number and one.effective_at_us <= now_us),
            default=0,
        )

    # the draft

    def clone(self) -> PriceDraft:
        """Begin the next version from the newest one, or go on with the draft."""
        if self.draft is None:
            number = self.newest.number if self.newest else 0
            self.draft = self._new_draft(number)
            self.draft.set_header(Publication())
            self.changed()
        return self.draft

    def discard(self) -> None:
        """Throw the draft away."""
        self._desk.do_now(remove_draft, self._key)
        self.draft = None
        self.changed()

    def product_of(self, code: str) -> str | None:
        """The product a code or barcode names."""
        hit = self._desk.read(by_barcode, code)
        return hit.product_id if hit else None

    def dimension_of(self, text: str) -> str | None:
        """Whom a price is for: written out, or by the name of a level, region, category…"""
        if is_dimension(text):
            return text
        wanted = fold(text)
        if wanted in _RETAIL_WORDS:
            return RETAIL
        return next((one for one, name in self.names.items() if fold(name) == wanted), None)

    def file(self, memory: Memory) -> PriceFile:
        """A file of prices on its way into the draft."""
        return PriceFile(self._desk, memory, self.org_id, self.clone)

    async def submit(self, approver: Any) -> str:
        """Ask head office to seal the draft; the version's id.

        Raises: RuleViolation NOTHING_TO_PUBLISH and what publishing raises.
        """
        draft = self.draft
        if draft is None or not draft.changes:
            raise RuleViolation("NOTHING_TO_PUBLISH")
        steps = self._desk.read(steps_of, self.org_id, draft.parent_number)
        head = draft.header
        version_id = await self._desk.do(
            consuming(self._key, usecases.publish_prices),
            self.org_id,
            await self.rows_to_publish(),
            steps,
            approver_id=approver,
            effective_at_us=head.effective_at_us,
            parent_number=draft.parent_number,
            reason=head.reason,
            message=head.message,
            prints_labels=head.prints_labels,
        )
        self.refresh()
        return version_id

    async def rows_to_publish(self) -> list[PriceRow]:
        """The draft's changes, and what keeps the regions it leaves out at their prices."""
        draft = self.draft
        if draft is None:
            return []
        rows = list(draft.changes.values())
        if not draft.header.excluded:
            return rows
        tree = self._desk.read(region_tree, self._desk.now_us)
        regions = {one: path_to_root(one, tree) for one in draft.header.excluded}
        kept = await self._desk.fetch(kept_rows, self.org_id, draft.parent_number, rows, regions)
        return [*rows, *kept]

    def regions(self) -> list[tuple[str, str]]:
        """The large regions, which a version may leave out: id and name."""
        tree = self._desk.read(region_tree, self._desk.now_us)
        names = self._desk.read(region_names)
        tops = {one for one, parent in tree.items() if not parent}
        below = {one for one, parent in tree.items() if parent in tops}
        # A single one at the top is the whole country.
        found = tops if len(tops) > 1 else below
        return [(one, names.get(one, one)) for one in sorted(found)]

    @property
    def _key(self) -> str:
        return f"prices/{self.org_id}"

    def _load(self, content: bytes) -> PriceDraft:
        draft = self._new_draft(parent_of(content))
        draft.load(content)
        return draft

    def _new_draft(self, number: int) -> PriceDraft:
        stated = self._desk.read(stated_rows, self.org_id, number)
        return PriceDraft(number, stated, self._keeper(self._key))

    def _keeper(self, key: str) -> Callable[[bytes], None]:
        def keep(content: bytes) -> None:
            self._desk.do_now(put_draft, key, content)

        return keep
