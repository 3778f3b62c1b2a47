"""The commands of counting; and keeping the book from who counts blind."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, select

from desktop.catalog.usecases import known, name_of, scanned
from desktop.stocktake import usecases
from desktop.stocktake.usecases.photos import take_photo
from desktop.store.asking import Params, Written, device, instant_us, now_us
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.access.queries import permissions_of
from shared.channel.queries import currency_of
from shared.core.errors import RuleViolation
from shared.core.money import parse_money, parse_ratio_micro
from shared.core.quantity import parse_quantity
from shared.stocktake.queries.counts import CountView, count, counter_view, counts, uncounted_zones
from shared.stocktake.queries.variances import Variance, posted_lines
from shared.stocktake.rules import ANY, CountMode, CountScope, CountState, Tolerance
from shared.stocktake.tables import stock_count


class ZoneParams(Params):
    """A zone and who counts it; nobody named: everybody."""

    zone: str
    name: str = ""
    people: tuple[str, ...] = ()


class CountOpen(Params, kw_only=True):
    """A count; zones may be texts."""

    scope: str = "full"
    """``opening full spot``."""
    mode: str = "blind"
    zones: tuple[str | ZoneParams, ...] = ("A",)
    codes: tuple[str, ...] = ()
    """For a spot count: what it is about."""
    tolerance_qty: str = ""
    tolerance_ratio: str = ""
    tolerance_value: str = ""
    site_limit: str = "500"
    note: str = ""
    site: str = ""


def _open(store: Store, asked: CountOpen) -> Written:
    site_id = asked.site or device(store).site_id
    if asked.scope not in set(CountScope) or asked.mode not in set(CountMode):
        raise RuleViolation("COUNT_KIND_UNKNOWN", scope=asked.scope[:20], mode=asked.mode[:20])

    def read(connection: Connection) -> tuple[list[str], str]:
        products = [known(connection, site_id, one).product_id for one in asked.codes]
        return products, currency_of(connection, site_id)

    products, currency = store.read(read)
    done = store.write(
        usecases.open_count,
        CountScope(asked.scope),
        [_zone(one) for one in asked.zones],
        mode=CountMode(asked.mode),
        product_ids=products,
        tolerance=_tolerance(asked, currency),
        site_limit_minor=parse_money(asked.site_limit, currency).minor,
        note=asked.note,
        site_id=asked.site,
    )
    return Written.of(done.value)


def _zone(one: str | ZoneParams) -> usecases.Zone:
    if isinstance(one, str):
        return usecases.Zone(zone_id=one)
    return usecases.Zone(zone_id=one.zone, name=one.name, people=one.people)


def _tolerance(asked: CountOpen, currency: str) -> Tolerance:
    return Tolerance(
        qty_micro=parse_quantity(asked.tolerance_qty) if asked.tolerance_qty else ANY,
        ratio_micro=parse_ratio_micro(asked.tolerance_ratio) if asked.tolerance_ratio else ANY,
        value_minor=(
            parse_money(asked.tolerance_value, currency).minor if asked.tolerance_value else ANY
        ),
    )


class OfCount(Params):
    """A count by its printed number or uid."""

    count: str


class TallyParams(Params):
    """What was found of a code; ``at`` is the instant, left out: now."""

    code: str
    qty: str = "1"
    at: str = ""
    lot: str = ""
    serial: str = ""


class CountZoneSheet(OfCount, kw_only=True):
    """A zone sheet. Scans of one product in a row add up."""

    zone: str = "A"
    lines: tuple[TallyParams, ...] = ()
    recount: bool = False


def _count_id(store: Store, name: str) -> str:
    c = stock_count.c
    statement = select(c.id).where((c.number == name) | (c.id == name.lower()))
    found = store.read(lambda connection: connection.execute(statement).scalar())
    if found is None:
        raise RuleViolation("COUNT_UNKNOWN", count=name[:40])
    return str(found)


def _seal(store: Store, asked: CountZoneSheet) -> Written:
    site_id = device(store).site_id

    def read(connection: Connection) -> list[usecases.Tally]:
        return [_tally(connection, site_id, one) for one in asked.lines]

    done = store.write(
        usecases.seal_zone,
        _count_id(store, asked.count),
        asked.zone,
        store.read(read),
        is_recount=asked.recount,
    )
    return Written.of(done.value)


def _tally(connection: Connection, site_id: str, one: TallyParams) -> usecases.Tally:
    what = scanned(connection, site_id, one.code, one.qty)
    return usecases.Tally(
        product_id=what.product_id,
        qty_micro=what.qty_micro,
        counted_at_us=instant_us(one.at) if one.at else 0,
        lot=one.lot,
        serial=one.serial,
    )


def _reveal(store: Store, asked: OfCount) -> dict[str, object]:
    lines = store.write(usecases.reveal_count, _count_id(store, asked.count)).value
    return store.read(lambda connection: _differences(connection, lines))


def _differences(connection: Connection, lines: list[Variance]) -> dict[str, object]:
    return {
        "value_minor": sum(abs(one.value_minor) for one in lines),
        "to_recount": [one.product_id for one in lines if one.needs_recount],
        "lines": [
            {
                "product": one.product_id,
                "name": name_of(connection, one.product_id),
                "book_micro": one.book_micro,
                "counted_micro": one.counted_micro,
                "difference_micro": one.difference_micro,
                "value_minor": one.value_minor,
                "is_settled": one.is_settled,
                "is_out": one.is_out,
                "counted_at_us": one.counted_at_us,
                "counters": one.counters,
            }
            for one in lines
        ],
    }


class RecountParams(Params):
    """A zone and a code."""

    zone: str
    code: str


class CountRecount(OfCount):
    """Which lines, and by whom; without lines all that need it."""

    lines: tuple[RecountParams, ...] = ()
    person: str = ""


def _recount(store: Store, asked: CountRecount) -> dict[str, object]:
    site_id = device(store).site_id

    def read(connection: Connection) -> list[tuple[str, str]]:
        return [
            (one.zone, scanned(connection, site_id, one.code).product_id) for one in asked.lines
        ]

    done = store.write(
        usecases.ask_recount,
        _count_id(store, asked.count),
        store.read(read),
        person_id=asked.person,
    )
    lines = [{"zone": one.zone_id, "product": one.product_id} for one in done.value]
    return {"person": asked.person, "lines": lines}


class CountApprove(OfCount):
    """The signature; head office says the value it signs."""

    value: str = ""
    note: str = ""


def _approve(store: Store, asked: CountApprove) -> dict[str, object]:
    count_id = _count_id(store, asked.count)
    head = store.read(lambda connection: count(connection, count_id))
    currency = head.currency if head else "CNY"
    header, value = store.write(
        usecases.approve_count,
        count_id,
        value_minor=parse_money(asked.value, currency).minor if asked.value else None,
        note=asked.note,
    ).value
    return {"uid": Written.of(header).uid, "value_minor": value}


class CountPost(OfCount):
    """``reasons`` by product code; the one under '' holds for all others."""

    reasons: Mapping[str, str] = {}


def _post(store: Store, asked: CountPost) -> usecases.Posted:
    site_id = device(store).site_id

    def read(connection: Connection) -> dict[str, str]:
        return {
            scanned(connection, site_id, code).product_id if code else "": reason
            for code, reason in asked.reasons.items()
        }

    count_id = _count_id(store, asked.count)
    return store.write(usecases.post_count, count_id, reasons=store.read(read)).value


class CountPhotoTaken(OfCount):
    """A photo: a JPEG of at most 60 KB as base64, of an unknown code or of a product."""

    data: str
    zone: str = ""
    unknown: str = ""
    """The code nobody knows; '' when it is about a product."""
    code: str = ""
    note: str = ""


def _photo(store: Store, asked: CountPhotoTaken) -> Written:
    site_id = device(store).site_id
    try:
        data = b64decode(asked.data, validate=True)
    except ValueError as error:
        raise RuleViolation("PICTURE_UNREADABLE") from error
    product_id = (
        store.read(lambda connection: scanned(connection, site_id, asked.code).product_id)
        if asked.code
        else ""
    )
    header = store.write(
        take_photo,
        _count_id(store, asked.count),
        data,
        zone_id=asked.zone,
        code=asked.unknown,
        product_id=product_id,
        note=asked.note,
    ).value
    return Written.of(header)


def _show(store: Store, asked: OfCount) -> dict[str, object]:
    """What this person may see: a counter sees zones and no book; differences only who reveals."""
    count_id = _count_id(store, asked.count)
    at_us, person_id = now_us(store), store.author_id

    def read(connection: Connection) -> dict[str, object]:
        head = count(connection, count_id)
        if head is None:
            raise RuleViolation("COUNT_UNKNOWN", count=asked.count[:40])
        shown: dict[str, object] = {
            "number": head.number,
            "scope": head.scope,
            "mode": head.mode,
            "state": head.state,
            "view": counter_view(connection, count_id, person_id, at_us=at_us),
            "uncounted": uncounted_zones(connection, count_id),
        }
        if _may_see(connection, head, person_id):
            lines = usecases.valued_variances(connection, head, at_us)
            is_posted = head.state is CountState.POSTED
            shown["differences"] = (
                posted_lines(connection, count_id) if is_posted else _differences(connection, lines)
            )
        return shown

    return store.read(read)


def _may_see(connection: Connection, head: CountView, person_id: str) -> bool:
    """Differences are known once somebody who may has revealed them, and to who may alone."""
    may = permissions_of(connection, person_id, head.site_id)
    return head.state is not CountState.COUNTING and "count.reveal" in may


class CountsOf(Params):
    """A site; '' is the device's own."""

    site: str = ""


def _counts(store: Store, asked: CountsOf) -> list[CountView]:
    site_id = asked.site or device(store).site_id
    return store.read(lambda connection: counts(connection, site_id or None))


def not_while_blind(command: Command) -> Command:
    """The same command, refused to who counts blind at this site just now (H04)."""

    def run(store: Store, asked: Params) -> object:
        site_id, person_id = device(store).site_id, store.author_id
        store.read(lambda one: usecases.check_may_see_book(one, site_id, person_id))
        return command.run(store, asked)

    return replace(command, run=run)


COMMANDS = (
    Command(name="count-open", summary="Begin a count.", params=CountOpen, run=_open),
    Command(
        name="count-zone",
        summary="Seal what was found in a zone; no book is shown.",
        params=CountZoneSheet,
        run=_seal,
    ),
    Command(
        name="count-reveal",
        summary="Look at the differences; by a person who did not count.",
        params=OfCount,
        run=_reveal,
    ),
    Command(
        name="count-recount",
        summary="Have lines counted again by another person.",
        params=CountRecount,
        run=_recount,
    ),
    Command(
        name="count-approve",
        summary="Sign the differences.",
        params=CountApprove,
        run=_approve,
    ),
    Command(
        name="count-photo",
        summary="Put a photo to a count.",
        params=CountPhotoTaken,
        run=_photo,
    ),
    Command(name="count-post", summary="Make the count stock.", params=CountPost, run=_post),
    Command(
        name="count-show",
        summary="A count as this person may see it.",
        params=OfCount,
        run=_show,
    ),
    Command(name="counts", summary="The counts of a site.", params=CountsOf, run=_counts),
)
