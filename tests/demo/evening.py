"""The last pages of the day book: stock, money, tasks, and the proof that all of it is so."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from resources.demo import read_rows
from shared.tasks.queries import TaskLine
from tests.demo.book import PLACES, DayBook
from tests.demo.day import yuan
from tests.demo.expected import differences
from tests.demo.figures import (
    TENDERS,
    figures,
    head_office,
    outside,
    receivables,
    roads,
    site_stocks,
    takings,
    tasks,
    totals,
)
from tests.demo.proof import compare, verified


def accounts_of_the_day(book: DayBook, folder: Path) -> None:
    """Consolidated stock, money and tasks, as head office has them."""
    with head_office(folder / "head_office") as connection:
        _stock(book, connection)
        _money(book, connection)
        _tasks(book, connection)


def _stock(book: DayBook, connection: Connection) -> None:
    book.heading("全渠道库存（件）", "Stock of the whole channel, pieces")
    stocks = site_stocks(connection)
    rows = [
        [
            book.name(one.site_id), f"{one.opening:,}", f"{one.came_in:,}", f"{one.went_out:,}",
            f"{one.closing:,}", str(one.damaged or ""),
        ]
        for one in stocks
    ]  # fmt: skip
    on_road = roads(connection)
    for road, count in on_road.items():
        rows.append([_road(book, road), "", "", "", f"{count:,}", ""])
    total = sum(one.closing for one in stocks) + sum(on_road.values())
    opened = sum(one.opening for one in stocks)
    rows.append([book.words("合计", "total"), f"{opened:,}", "", "", f"{total:,}", ""])
    heads = [
        ("网点", "site"), ("期初", "opening"), ("进", "in"), ("出", "out"), ("期末", "closing"),
        ("其中残次", "damaged"),
    ]  # fmt: skip
    book.table(heads, rows)
    book.put()
    gone = {name: abs(count) for name, count in outside(connection).items()}
    book.say(
        f"  {gone['opening']:,} 期初 + {gone['supplier']} 进货 - {gone['customer']} 卖出"
        f" - {gone['adjustment']} 盘亏 = {total:,}，一件不少",
        f"  {gone['opening']:,} opening + {gone['supplier']} bought - {gone['customer']} sold"
        f" - {gone['adjustment']} lost in the count = {total:,}",
    )


def _road(book: DayBook, road: str) -> str:
    if road == "suspense":
        return book.words("收货短少，待索赔", "short, to be claimed")
    start, _, end = road.partition("/")
    zh, en = zip(PLACES[start], PLACES[end], strict=True)
    if "zh" in book.languages:
        return book.words(f"在途 {'→'.join(zh)}", "on the road")
    return f"on the road, {' to '.join(en)}"


def _money(book: DayBook, connection: Connection) -> None:
    book.heading("今晚的钱（元）", "Money tonight, yuan")
    held = takings(connection)
    sites = list(dict.fromkeys(site for site, _ in held))
    rows = []
    for site_id in sites:
        cells = [held.get((site_id, tender), 0) for tender in TENDERS]
        shown = [yuan(minor) if minor else "" for minor in cells]
        rows.append([book.name(site_id), *shown, yuan(sum(cells))])
    sums = [sum(held.get((site, tender), 0) for site in sites) for tender in TENDERS]
    rows.append([book.words("合计", "total"), *map(yuan, sums), yuan(sum(sums))])
    heads = [
        ("收款", "takings"), ("现金", "cash"), ("收款码", "wallet code"), ("商场代收", "mall"),
        ("转账", "transfer"), ("合计", "total"),
    ]  # fmt: skip
    book.table(heads, rows)
    book.put()
    heads = [("应收", "receivables"), ("欠谁", "owed to"), ("金额", "amount")]
    book.table(heads, [_debt(book, *one) for one in receivables(connection)], names=2)
    book.put()
    found = figures(connection)
    book.say(
        f"  今天零售和批发 {found['sales']} 单，共 {found['sales.amount']}；"
        f"总部向经销商发货 {found['revenue.hq']}，经销商之间 {found['revenue.DL01']}",
        f"  {found['sales']} sales, {found['sales.amount']}; shipped by head office "
        f"{found['revenue.hq']}, between dealers {found['revenue.DL01']}",
    )


def _debt(book: DayBook, debtor: str, site_id: str, minor: int) -> list[str]:
    """A channel account owes its supplier, a customer the site that sold."""
    account = {row["code"]: row for row in read_rows("accounts")}.get(debtor)
    if account is None:
        creditor, name = site_id, debtor
    else:
        sites = {row["account"]: row["code"] for row in read_rows("sites") if row["account"]}
        creditor, name = sites.get(account["upstream"], "HQ01"), book.name(sites[debtor])
    return [name, book.name(creditor), yuan(minor)]


def _tasks(book: DayBook, connection: Connection) -> None:
    book.heading("还开着的待办", "Open tasks")
    for one in tasks(connection):
        book.told(one.site_id, *_words(one))


def _words(one: TaskLine) -> tuple[str, str]:
    names = {row["code"]: (row["name_zh"], row["name_en"]) for row in read_rows("products")}
    if one.code == "STOCK_BELOW_ZERO":
        zh, en = names[one.subject.partition(":")[2]]
        return (
            f"{zh}：卖出的比账上多，请核对货架",
            f"{en}: more sold than the book held, please look",
        )
    if one.code == "CLAIM":
        counts = {param.name: int(param.text) // 1_000_000 for param in one.params}
        short, damaged = counts["short_micro"], counts["damaged_micro"]
        return (
            f"对方收货少 {short} 件、破损 {damaged} 件，请处理索赔",
            f"the receiver found {short} short and {damaged} damaged, please settle the claim",
        )
    return one.code, one.subject


def proof(
    book: DayBook, folder: Path, expected: Mapping[str, str], found: Mapping[str, str]
) -> bool:
    """Print the proof; False when anything is off, and each thing that is."""
    book.heading("证明", "Proof")
    faults = [*_replicas(book, folder), *_verifiers(book, folder)]
    with head_office(folder / "head_office") as connection:
        faults += _totals(book, connection)
        faults += _by_hand(book, expected, {**found, **figures(connection)})
    book.put()
    for fault in faults:
        book.put(f"  ✗ {fault}")
    if faults:
        book.say(f"不对！有 {len(faults)} 处出入。", f"WRONG: {len(faults)} things are off.")
    else:
        book.say("两端一致，分文不差。", "Both ends agree, to the cent.")
    return not faults


def _replicas(book: DayBook, folder: Path) -> list[str]:
    found = compare(folder)
    rows = [
        [
            book.name(one.name, width=14), str(one.unsent), f"{one.rows:,}",
            f"{one.digest:016x}", f"{one.equal}/{one.scopes}", "✗" if one.faults else "✓",
        ]
        for one in found
    ]  # fmt: skip
    heads = [
        ("设备", "device"), ("未上传", "unsent"), ("行", "rows"), ("逐行重算的指纹", "digest"),
        ("范围一致", "equal scopes"), ("", ""),
    ]  # fmt: skip
    book.table(heads, rows)
    return [f"{one.name} {fault}" for one in found for fault in one.faults]


def _verifiers(book: DayBook, folder: Path) -> list[str]:
    said = verified(folder)
    bad = [f"{name}: {text}" for name, is_good, text in said if not is_good]
    book.put()
    _check(
        book, not bad,
        f"shared.journal.verify 逐条验过 {len(said) - 1} 份账本文件（签名、链、缺页）；"
        "sync_server verify 验过总部",
        f"shared.journal.verify proved {len(said) - 1} files, sync_server verify head office",
    )  # fmt: skip
    return bad


def _totals(book: DayBook, connection: Connection) -> list[str]:
    micro, minor = totals(connection)
    is_good = not micro and not minor
    _check(
        book, is_good,
        f"所有货位相加 {micro // 1_000_000} 件，所有账户相加 {yuan(minor)} 元：有进必有出",
        f"all stock locations add up to {micro // 1_000_000}, all accounts to {yuan(minor)}",
    )  # fmt: skip
    return [] if is_good else [f"totals: {micro} {minor}"]


def _by_hand(book: DayBook, expected: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    off = differences(expected, found)
    _check(
        book, not off,
        f"事先手算的 {len(expected)} 个数字，账上对得上 {len(expected) - len(off)} 个",
        f"of {len(expected)} figures worked out by hand {len(expected) - len(off)} are right",
    )  # fmt: skip
    return off


def _check(book: DayBook, is_good: bool, zh: str, en: str) -> None:
    mark = "✓" if is_good else "✗"
    for language, text in (("zh", zh), ("en", en)):
        if language in book.languages:
            book.put(f"  {mark if language == book.languages[0] else ' '} {text}")
