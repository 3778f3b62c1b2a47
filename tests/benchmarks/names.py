"""Names of goods: real ones where the data stands beside the checkout, authored Chinese ones."""

import gzip
import lzma
from collections.abc import Iterator
from itertools import chain, islice, product
from pathlib import Path

from shared.catalog.pinyin import initials_of
from tests.real_data import ROOT

_BRANDS = (
    "花间集",
    "青黛",
    "云裳",
    "晴岚",
    "素问",
    "澄湖",
    "白鹭",
    "半夏",
    "望舒",
    "凝露",
    "竹里馆",
    "沉香",
)
_PROMISES = (
    "除皱", "保湿", "美白", "控油", "修护", "舒缓", "紧致", "焕亮", "深层清洁", "补水", "防晒",
    "抗氧化", "去角质", "祛痘", "滋养", "持久", "轻透", "柔顺", "防脱", "护色",
)  # fmt: skip
_INGREDIENTS = (
    "玫瑰", "茉莉", "绿茶", "人参", "珍珠", "玻尿酸", "烟酰胺", "芦荟", "山茶花", "樱花", "薰衣草",
    "薄荷", "红石榴", "橄榄", "海藻", "蜂蜜", "燕麦", "牛奶", "薏仁", "桂花", "银耳", "葡萄籽",
)  # fmt: skip
_FORMS = (
    "面霜", "精华液", "爽肤水", "乳液", "洁面乳", "面膜", "眼霜", "洗发水", "护发素", "沐浴露",
    "护手霜", "身体乳", "卸妆油", "防晒霜", "粉底液", "口红", "眉笔", "睫毛膏", "香水", "洗手液",
    "精油", "发膜", "唇膏", "散粉", "隔离霜",
)  # fmt: skip
_SIZES = (
    "30ml",
    "50g",
    "100ml",
    "120ml",
    "200ml",
    "250g",
    "500ml",
    "1L",
    "30ml*2",
    "礼盒",
    "旅行装",
)


class Named(tuple[str, str, str, str]):
    """Name, brand, pinyin initials, barcode ('' = none)."""

    __slots__ = ()


def names(count: int, *, chinese: float = 0.3) -> Iterator[Named]:
    """So many distinct goods, ``chinese`` of them with authored Chinese names."""
    authored = round(count * chinese)
    real = list(islice(real_names(), count - authored))
    return chain(real, islice(chinese_names(), count - len(real)))


def has_real_names() -> bool:
    """Whether the real names stand beside the checkout."""
    return _file("uhtt_beauty_dev.tsv.gz").exists()


def real_names() -> Iterator[Named]:
    """Names people gave to goods with a barcode; none when the data is not here."""
    beauty, rest = _file("uhtt_beauty_dev.tsv.gz"), _file("uhtt_all_categories_1m.tsv.xz")
    if beauty.exists():
        with gzip.open(beauty, "rt", encoding="utf-8") as text:
            yield from _read(text)
    if rest.exists():
        with lzma.open(rest, "rt", encoding="utf-8") as text:
            yield from _read(text)


def _file(name: str) -> Path:
    return ROOT / "barcodes_uhtt" / name


def _read(text: Iterator[str]) -> Iterator[Named]:
    next(text, None)
    for line in text:
        cells = line.rstrip("\n").split("\t")
        if len(cells) > 6:
            yield Named((cells[2], cells[6], "", cells[1]))


def chinese_names() -> Iterator[Named]:
    """Authored names without end: brand, ingredient, promise, form, size, and then a number."""
    words = {word: initials_of(word) for word in (*_BRANDS, *_PROMISES, *_INGREDIENTS, *_FORMS)}
    number = 0
    while True:
        for size, brand, promise, ingredient, form in product(
            _SIZES, _BRANDS, _PROMISES, _INGREDIENTS, _FORMS
        ):
            number += 1
            tail = f" {number // 1_452_000}号" if number >= 1_452_000 else ""
            name = f"{brand}{ingredient}{promise}{form} {size}{tail}"
            initials = "".join(words[one] for one in (brand, ingredient, promise, form))
            yield Named((name, brand, initials, f"2{number:012d}"))
