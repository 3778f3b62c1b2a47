"""Pinyin of a product's name: its initials, resolved by who publishes it, and whole syllables."""

import re
from functools import cache
from typing import Final

from shared.core.text import latin_initials

SOUND_CHARS_MIN: Final = 4
"""Fewer letters than this are initials: ``sk``, ``hlm``."""
_SOUND_CHARS_MAX: Final = 40
_READINGS_MAX: Final = 8
_WRITTEN: Final = """
a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can
cang cao ce cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chua chuai
chuan chuang chui chun chuo ci cong cou cu cuan cui cun cuo da dai dan dang dao de dei den
deng di dia dian diao die ding diu dong dou du duan dui dun duo e ei en eng er fa fan fang
fei fen feng fiao fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua guai guan
guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui
hun huo ji jia jian jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke
kei ken keng kong kou ku kua kuai kuan kuang kui kun kuo la lai lan lang lao le lei len leng
li lia lian liang liao lie lin ling liu lo long lou lu luan lun luo lv lve ma mai man mang
mao me mei men meng mi mian miao mie min ming miu mo mou mu na nai nan nang nao ne nei nen
neng ni nian niang niao nie nin ning niu nong nou nu nuan nun nuo nv nve o ou pa pai pan
pang pao pei pen peng pi pian piao pie pin ping po pou pu qi qia qian qiang qiao qie qin
qing qiong qiu qu quan que qun ran rang rao re ren reng ri rong rou ru rua ruan rui run ruo
sa sai san sang sao se sen seng sha shai shan shang shao she shei shen sheng shi shou shu
shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta tai tan tang tao
te tei teng ti tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng
wo wu xi xia xian xiang xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi
yin ying yo yong you yu yuan yue yun za zai zan zang zao ze zei zen zeng zha zhai zhan zhang
zhao zhe zhei zhen zheng zhi zhong zhou zhu zhua zhuai zhuan zhuang zhui zhun zhuo zi zong
zou zu zuan zui zun zuo
"""
_SYLLABLES: Final = frozenset(_WRITTEN.split())
_CHINESE: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_SYLLABLE_CHARS_MAX: Final = max(map(len, _SYLLABLES))


def initials_of(name: str) -> str:
    """The first pinyin letters of the Chinese characters, in order: 除皱霜 → czs (B06).

    Words decide between readings (重庆 is cq, 重量 is zl). Everything that is not Chinese is
    left out. Slow on first use: the dictionary is loaded then.
    """
    if name.isascii():
        return ""
    from pypinyin import lazy_pinyin

    return latin_initials(lazy_pinyin(name, errors="ignore"))


def initials_typed(sound: str) -> list[str]:
    """The initials whole syllables stand for, the last one perhaps unfinished: ``yulany`` → yly.

    Where letters can be parted in several ways, each way: ``xianhua`` is xh and xah. Empty when
    they are no pinyin of two characters or more.
    """
    if not SOUND_CHARS_MIN <= len(sound) <= _SOUND_CHARS_MAX:
        return []

    @cache
    def ways(at: int) -> frozenset[str]:
        rest = sound[at : at + _SYLLABLE_CHARS_MAX]
        if not rest:
            return frozenset([""])
        found = {
            rest[0] + behind
            for size in range(1, len(rest) + 1)
            if rest[:size] in _SYLLABLES
            for behind in ways(at + size)
        }
        is_last = at + len(rest) == len(sound)
        if is_last and any(one.startswith(rest) for one in _SYLLABLES):
            found.add(rest[0])
        return frozenset(found)

    read = sorted((one for one in ways(0) if len(one) > 1), key=lambda one: (len(one), one))
    return read[:_READINGS_MAX]


def is_said_in(name: str, initials: str, sound: str, read: str) -> bool:
    """Whether Chinese characters of a name are said as typed: ``yulanyou`` in 玉兰油面膜.

    ``initials`` are the name's own, ``read`` is one way of ``initials_typed``. Slow on first use:
    the dictionary is loaded then.
    """
    from pypinyin import lazy_pinyin

    letters = _CHINESE.findall(name)
    at = initials.find(read)
    while at >= 0:
        said = "".join(lazy_pinyin("".join(letters[at : at + len(read)])))
        if said.startswith(sound):
            return True
        at = initials.find(read, at + 1)
    return False
