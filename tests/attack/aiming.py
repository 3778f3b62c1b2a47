"""Documents of every kind, in good form, aimed at another's books, rows and names."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from shared.areas import REGISTRY, SCHEMA
from shared.core.ids import uid_text
from shared.journal.document import Body, Header
from shared.journal.kind import Kind
from tests.attack.house import DEALER, House, account_id, site_id
from tests.integration.server.two_shops import DAY, Till
from tests.integration.server.world import NOON_US

VICTIM = 2
"""The shop that is aimed at."""

_DOCUMENTS = (0, 11, 12)
"""A sale, a count and an order of the shop, by their place in its journal."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Who aims, and what is known of the victim: everything."""

    made: House
    end: Till
    chance: random.Random

    def document(self, kind: Kind) -> tuple[Body, dict[str, Any]]:
        """A document of this kind, and what its header says."""
        shape = msgspec.inspect.type_info(kind.body)
        fields = {one.name: self._value(one.name, one.type) for one in getattr(shape, "fields", ())}
        return kind.body(**fields), self._header()

    def _header(self) -> dict[str, Any]:
        own = self.end.site_id
        victim = site_id(VICTIM)
        authors = ["boss", "dealer", "keeper", f"owner{VICTIM}", "system"]
        if own.startswith("S"):
            authors += [f"owner{int(own[1:])}"] * 6
        return {
            "site_id": self.chance.choice((own, own, own, victim)),
            "author_id": self.chance.choice(authors),
            "approver_id": self.chance.choice(("", "second", f"owner{VICTIM}")),
            "predecessor": self.chance.choice((b"", self._uid())),
        }

    def _uid(self) -> bytes:
        slots = self.made.till(VICTIM).slots
        header: Header = REGISTRY.decode(slots[self.chance.choice(_DOCUMENTS)].stored).header
        return header.uid

    def _value(self, name: str, kind: Any) -> Any:
        match kind:
            case msgspec.inspect.StrType():
                return self._text(name)
            case msgspec.inspect.BoolType():
                return self.chance.random() < 0.5
            case msgspec.inspect.IntType():
                return self._number(name)
            case msgspec.inspect.BytesType():
                return self._uid() if name.endswith("uid") else bytes(32)
            case msgspec.inspect.ListType():
                return self._items(name, kind.item_type)
            case msgspec.inspect.VarTupleType():
                return tuple(self._items(name, kind.item_type))
            case msgspec.inspect.StructType() | msgspec.inspect.NamedTupleType():
                return kind.cls(
                    **{one.name: self._value(one.name, one.type) for one in kind.fields}
                )
            case msgspec.inspect.UnionType():
                return self._value(name, kind.types[0])
            case _:
                return 0

    def _items(self, name: str, item: Any) -> list[Any]:
        return [self._value(name.rstrip("s"), item) for _ in range(self.chance.choice((1, 1, 2)))]

    def _number(self, name: str) -> int:
        if name.endswith(("_micro", "_minor")):
            return self.chance.choice((1_000_000, 500, 0, -500))
        if name.endswith("at_us"):
            return NOON_US
        return self.chance.choice((0, 1, 2, 3))

    def _text(self, name: str) -> str:
        chance, victim, account = self.chance, site_id(VICTIM), account_id(VICTIM)
        own = self.end.site_id
        ends = (
            f"site/{victim}/-/sellable", f"site/{own}/-/sellable", "customer", "suspense",
            f"transit/{victim}/S003", f"transit/S003/{victim}", f"partner/{account}/receivable",
            f"site/{victim}/tender/cash", f"transit/{victim}/{own}", "opening", "adjustment",
        )  # fmt: skip
        uid = uid_text(self._uid())
        pools: Mapping[str, tuple[str, ...]] = {
            "site_id": (victim, own, victim, f"{victim}/x"),
            "to_site": (victim, "S003", f"{victim}/-", f"{own}/../{victim}"),
            "from_site": (victim, "S003"),
            "deliver_to": (victim,),
            "account_id": (account, account, self._own_account(), DEALER),
            "supplier": (self._own_account(), self._own_account(), account, "", DEALER),
            "upstream_account_id": (account,),
            "device_id": (f"{victim}.01",),
            "user_id": (f"owner{VICTIM}", "boss"),
            "product_id": ("P1", f"own:{victim}:x"),
            "from_location": ends,
            "to_location": ends,
            "currency": ("CNY",),
            "tender": ("cash",),
            "shift": (uid,),
            "return_of": ("", uid),
            "invoice": (uid,),
            "customer_id": (f"{victim}:K1", "K1", "x/../../tender/cash"),
            "member_id": (f"MB{VICTIM:032x}", f"MB{VICTIM:032x}:{victim}"),
            "category": ("rent", f"x/../../../{victim}/tender/cash"),
            "deposit_to": ("safe", f"../{victim}/safe"),
            "code": ("PRODUCT_UNKNOWN", "DOCUMENT_KEPT"),
            "subject": (self.made.secrets[VICTIM].text("task"), f"{victim}.01/1"),
            "version_id": (uid,),
            "declaration": (uid,),
            "sales_org": ("FX",),
            "sales_org_id": ("FX",),
            "business_day": (DAY,),
            "assortment_id": (f"EX{VICTIM}",),
            "exclusive_assortment_id": (f"EX{VICTIM}",),
            "role": ("owner", "head_office"),
            "level": ("admin",),
            "mode": ("full", "blind"),
            "scope": ("spot", "opening", "full"),
            "zone_id": ("Z",),
            "movement_type": ("loss",),
        }
        return chance.choice(pools.get(name, ("x", f"{name}", victim)))

    def _own_account(self) -> str:
        own = self.end.site_id
        if own.startswith("S"):
            return account_id(int(own[1:]))
        return DEALER if own.startswith("DL") else ""


def books_of_victim(connection: Connection) -> dict[tuple[str, ...], tuple[int, int]]:
    """Every balance of an end that is the victim's, by table, end and keys."""
    site, account = site_id(VICTIM), account_id(VICTIM)
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for replicated in SCHEMA.tables.values():
        for balance in replicated.balances:
            for row in connection.execute(select(balance.table)).mappings():
                end = str(row["end"]).split("/")
                if end[:2] in (["site", site], ["partner", account]) or _is_way(end, site):
                    key = (balance.table.name, *(str(row[one]) for one in ("end", *balance.keys)))
                    found[key] = (row["came_in"], row["went_out"])
    return found


def _is_way(end: list[str], site: str) -> bool:
    return end[0] == "transit" and site in end[1:]


def rows_of_victim(connection: Connection) -> dict[tuple[str, str], int]:
    """The digests of all rows only the victim holds, or the victim and head office."""
    own = {f"site:{site_id(VICTIM)}", f"account:{account_id(VICTIM)}"}
    found: dict[tuple[str, str], int] = {}
    for replicated in SCHEMA.tables.values():
        for row in connection.execute(select(replicated.table)).mappings():
            if own & set(replicated.scopes(dict(row))):
                found[replicated.name, str(row["id"])] = row["_digest"]
    return found
