"""Whether a device and a person may write a document: checked before it is posted."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shared.channel.queries import ever_supplied
from shared.channel.rules import HEAD_OFFICE
from shared.core.ids import uid_text
from shared.journal.document import Document, DocumentClass, Header, Write
from shared.journal.kind import Kind
from shared.sync import scopes as scope_names
from shared.sync.replica import load_rows
from sync_server.store.devices import Device
from sync_server.sync.head_office import SYSTEM_USER, HeadOffice, lock_journal

HQ_DEVICE = "hq"
_PARTNERS = "partner/"
_WAYS = "transit/"


class AuthorityCheck:
    """The checks of one batch; what it looked up once it does not look up again."""

    def __init__(self, connection: Connection, hq: HeadOffice, device: Device) -> None:
        self._connection = connection
        self._hq = hq
        self._device = device
        self._scopes = frozenset(hq.directory.scopes_of_device(connection, device.device_id))
        self._permissions: dict[tuple[str, str], frozenset[str]] = {}
        self._ends: dict[tuple[str, str], tuple[str, ...]] = {}
        self._made: dict[tuple[str, str], str] = {}

    def breach(self, document: Document, writes: Sequence[Write]) -> str:
        """The code of what this document may not do; '' when all is well.

        DEVICE_TYPE_NOT_ALLOWED, FOREIGN_SITE, PERMISSION_MISSING, APPROVER_MISSING,
        FOREIGN_ACCOUNT, FOREIGN_END, FOREIGN_ROW, ROW_TAKEN, MAY_NOT_FOUND.
        """
        header = document.header
        kind = self._hq.replica.registry.named(header.kind)
        if self._device.device_type not in kind.authority.device_types:
            return "DEVICE_TYPE_NOT_ALLOWED"
        if not self._is_own_site(header.site_id):
            return "FOREIGN_SITE"
        if kind.authority.founds and not self._may_found(header.site_id):
            return "MAY_NOT_FOUND"
        if not self._may(header.author_id, kind, header):
            return "PERMISSION_MISSING"
        if kind.authority.needs_approver and not self._approved(document):
            return "APPROVER_MISSING"
        field = kind.authority.speaks_for
        if field and not self._speaks_for(str(getattr(document.body, field))):
            return "FOREIGN_ACCOUNT"
        own = uid_text(header.uid)
        return (
            self._foreign_end(kind, header.site_id, writes)
            or self._foreign_row(own, writes)
            or self._taken_row(kind, own, writes)
        )

    def _speaks_for(self, account_id: str) -> bool:
        """A site speaks for its accounts; who works for none belongs to head office."""
        if self._device.device_type == HQ_DEVICE:
            return True
        if account_id:
            return scope_names.account(account_id) in self._scopes
        return not any(scope.startswith(scope_names.account("")) for scope in self._scopes)

    def _is_own_site(self, site_id: str) -> bool:
        if self._device.device_type == HQ_DEVICE:
            return True
        return scope_names.site(site_id) in self._scopes

    def _may_found(self, site_id: str) -> bool:
        public_key = self._device.public_key
        return self._hq.directory.may_found(self._connection, public_key, site_id)

    def beneath(self, kind: Kind, writes: Sequence[Write]) -> Sequence[Write]:
        """A founding that comes late adds to what head office has said of the shop since."""
        if not kind.authority.founds:
            return writes
        return [one for write in writes if (one := self._beneath(write)) is not None]

    def _beneath(self, write: Write) -> Write | None:
        table = self._hq.replica.schema[write.table]
        row = load_rows(self._connection, table, {write.id}).get(write.id)
        if row is None:
            return write
        added = self._hq.directory.founding_beneath(write.table, row, write.values)
        return write._replace(values=added) if added else None

    def _may(self, user_id: str, kind: Kind, header: Header) -> bool:
        """Whether a person may write this: now, or, for a fact, when it happened."""
        wanted = kind.authority.permission
        if not wanted or wanted in self._permissions_of(user_id, header.site_id):
            return True
        if kind.document_class is not DocumentClass.FACT or user_id == SYSTEM_USER:
            return False
        then = self._hq.directory.permissions_at(
            self._connection, user_id, header.site_id, header.happened_at_us
        )
        return wanted in then

    def _permissions_of(self, user_id: str, site_id: str) -> frozenset[str]:
        if user_id == SYSTEM_USER:
            return frozenset()
        known = self._permissions.get((user_id, site_id))
        if known is None:
            known = self._hq.directory.permissions_of(self._connection, user_id, site_id)
            self._permissions[user_id, site_id] = known
        return known

    def _approved(self, document: Document) -> bool:
        """Two different people: the approver must be known at the site, whatever the role."""
        header = document.header
        if not header.approver_id or header.approver_id == header.author_id:
            return False
        return bool(self._permissions_of(header.approver_id, header.site_id))

    def _foreign_end(self, kind: Kind, site_id: str, writes: Sequence[Write]) -> str:
        allowed = self._allowed_ends(kind, site_id)
        folders = tuple(end for end in allowed if end.endswith("/") and end != _WAYS)
        has_ways = _WAYS in allowed
        schema = self._hq.replica.schema
        for write in writes:
            for balance in schema[write.table].balances:
                for column in (balance.from_column, balance.to_column):
                    end = str(write.values.get(column, ""))
                    if has_ways and _is_way_of(site_id, end):
                        continue
                    if end not in allowed and not end.startswith(folders):
                        return "FOREIGN_END"
        return ""

    def _foreign_row(self, own: str, writes: Sequence[Write]) -> str:
        """A row that stands at other sites or accounts is not changed by naming its id."""
        if self._device.device_type == HQ_DEVICE:
            return ""
        named: dict[str, set[str]] = {}
        for write in writes:
            # Rows that a document makes anew carry its own uid.
            if not write.id.startswith(own):
                named.setdefault(write.table, set()).add(write.id)
        for name, ids in named.items():
            table = self._hq.replica.schema[name]
            for row in load_rows(self._connection, table, ids).values():
                holders = set(table.scopes(row)) - {scope_names.HQ}
                if holders and holders.isdisjoint(self._scopes):
                    return "FOREIGN_ROW"
        return ""

    def _taken_row(self, kind: Kind, own: str, writes: Sequence[Write]) -> str:
        """What an earlier document made stays its own; two of one batch count, too."""
        for name, column in kind.authority.keeps:
            # Two workers look one after the other: whoever comes second sees the first one's rows.
            lock_journal(self._connection, self._hq)
            ids = {write.id for write in writes if write.table == name}
            rows = load_rows(self._connection, self._hq.replica.schema[name], ids)
            makers = {row_id: row[column] for row_id, row in rows.items()}
            if any(makers.get(one, self._made.get((name, one), own)) != own for one in ids):
                return "ROW_TAKEN"
            self._made.update({(name, one): own for one in ids})
        return ""

    def _allowed_ends(self, kind: Kind, site_id: str) -> tuple[str, ...]:
        known = self._ends.get((kind.name, site_id))
        if known is None:
            outer = [one for one in kind.authority.outer_ends if one != _PARTNERS]
            if len(outer) < len(kind.authority.outer_ends):
                outer += self._supplied_ends()
            known = (f"site/{site_id}/", *self._partner_ends(), *outer)
            self._ends[kind.name, site_id] = known
        return known

    def _partner_ends(self) -> tuple[str, ...]:
        if self._device.device_type == HQ_DEVICE:
            return (_PARTNERS, "hq/")
        return tuple(f"{_PARTNERS}{account}/" for account in self._accounts())

    def _supplied_ends(self) -> list[str]:
        """Of partners' books only those of accounts the device's own supply, or once supplied."""
        if self._device.device_type == HQ_DEVICE:
            return [_PARTNERS]
        customers = ever_supplied(self._connection, self._accounts() or (HEAD_OFFICE,))
        return [f"{_PARTNERS}{account}/" for account in customers]

    def _accounts(self) -> tuple[str, ...]:
        prefix = scope_names.account("")
        return tuple(s.removeprefix(prefix) for s in self._scopes if s.startswith(prefix))


def _is_way_of(site_id: str, end: str) -> bool:
    """``transit/A/B`` is a way of A and of B, and of nobody else (G06)."""
    parts = end.split("/")
    return len(parts) == 3 and end.startswith(_WAYS) and site_id in parts[1:]
