"""The bar at the foot never lies: what it says follows from the journal and the last sync (Q05)."""

from dataclasses import replace

import pytest

from desktop.shell.news import fetching, summary
from desktop.shell.statusbar import ALARMS, Standing, light_text, saved_text
from desktop.ui.theme import Tone
from desktop.words.texts import Language, Words

NOW = 1_795_000_000_000_000
HOUR = 3_600_000_000
QUIET = Standing(now_us=NOW, synced_at_us=NOW - HOUR, price_version=27)
WORDS = {one: Words(one) for one in Language}


@pytest.mark.parametrize(
    ("standing", "tone", "light"),
    [
        (QUIET, Tone.GOOD, "bar.all_sent"),
        (replace(QUIET, trouble="NETWORK"), Tone.GOOD, "bar.all_sent"),
        (replace(QUIET, trouble="DEVICE_REVOKED"), Tone.BAD, "bar.trouble"),
        (replace(QUIET, is_syncing=True), Tone.GOOD, "bar.all_sent"),
        (replace(QUIET, synced_at_us=0), Tone.GOOD, "bar.all_sent"),
        (replace(QUIET, has_office=False, unsent=40), Tone.GOOD, "bar.alone"),
    ],
)
def test_colour_and_word_say_the_same(standing: Standing, tone: Tone, light: str) -> None:
    assert standing.tone is tone
    assert light_text(WORDS[Language.CHINESE], standing) == WORDS[Language.CHINESE](light)


def test_a_kept_document_outshouts_everything_else() -> None:
    standing = replace(QUIET, kept=1, is_syncing=True, trouble="NETWORK")
    assert standing.tone is Tone.BAD
    assert "1" in light_text(WORDS[Language.ENGLISH], standing)


def test_what_waits_is_told_with_since_when() -> None:
    standing = replace(QUIET, unsent=12, unsent_since_us=NOW - 2 * HOUR, trouble="NETWORK")
    assert light_text(WORDS[Language.CHINESE], standing).startswith("待上传 12 笔（自 ")
    assert standing.tone is Tone.WAITING
    long = replace(standing, alarm="UNSENT_LONG")
    assert light_text(WORDS[Language.CHINESE], long).startswith("待上传 12 笔（自 ")
    text = saved_text(WORDS[Language.CHINESE], standing)
    assert text.startswith("本机已存 · 离线 · 价格第27版")


PROBLEMS = (
    replace(QUIET, kept=1),
    replace(QUIET, alarm="DISK_LOW"),
    replace(QUIET, alarm="CLOCK_SUSPECT"),
    replace(QUIET, trouble="DEVICE_REVOKED"),
    replace(QUIET, is_recovering=True),
)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("language", list(Language))
def test_no_problem_takes_the_number_that_waits_off_the_bar(
    problem: Standing, language: Language
) -> None:
    words = WORDS[language]
    waiting = replace(problem, unsent=12, unsent_since_us=NOW - 2 * HOUR)
    assert light_text(words, waiting) == light_text(words, problem)
    told = light_text(words, replace(QUIET, unsent=12, unsent_since_us=NOW - 2 * HOUR))
    assert told in saved_text(words, waiting).split(" · ")
    assert told not in saved_text(words, replace(waiting, has_office=False))


def test_what_is_fetched_is_told_in_percent_and_rows() -> None:
    standing = replace(QUIET, synced_at_us=0, rows_here=1_234, rows_all=9_876)
    words = WORDS[Language.ENGLISH]
    assert "Receiving 12%" in saved_text(words, standing)
    assert fetching(words, standing) == "Receiving: 1,234 of 9,876 rows (12%)"
    held = replace(standing, is_held=True)
    assert "paused at 12%" in saved_text(words, held)
    assert words("news.held") in summary(words, held)
    assert held.tone is Tone.GOOD, "what a person holds is no trouble"


def test_a_shop_of_its_own_is_never_said_to_wait_for_anybody() -> None:
    alone = replace(QUIET, has_office=False, unsent=40, synced_at_us=0)
    assert "40" not in saved_text(WORDS[Language.CHINESE], alone)
    assert summary(WORDS[Language.ENGLISH], alone) == [WORDS[Language.ENGLISH]("news.alone")]


@pytest.mark.parametrize("alarm", [*sorted(ALARMS), "is_recovering"])
@pytest.mark.parametrize("language", list(Language))
def test_what_the_light_warns_of_is_told_in_a_sentence(alarm: str, language: Language) -> None:
    """Who presses the light learns what it means, and what to do."""
    words = WORDS[language]
    quiet = replace(QUIET, unsent=2, unsent_since_us=NOW - 2 * HOUR)
    warned = replace(quiet, **{alarm: True} if alarm == "is_recovering" else {"alarm": alarm})
    told = summary(words, warned)
    if alarm == "UNSENT_LONG":
        assert told == summary(words, quiet), "told with the number that waits"
        return
    assert told[1:] == summary(words, quiet)
    if alarm != "is_recovering":
        alone = summary(words, replace(warned, has_office=False))
        assert alone == [told[0], words("news.alone")]


@pytest.mark.parametrize("language", list(Language))
def test_the_story_is_told_without_jargon(language: Language) -> None:
    standing = replace(QUIET, unsent=2, unsent_since_us=NOW - HOUR, trouble="NETWORK", kept=1)
    told = " ".join(summary(WORDS[language], standing)).lower()
    for jargon in ("slot", "journal", "digest", "cursor", "epoch", "hash", "http", "scope"):
        assert jargon not in told
