"""State of the message centre: the story of the syncs in words, kept documents, tasks, papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from desktop.devices.job_folder import Job, JobState
from desktop.pricing.model.here import PriceWatch
from desktop.shell.jobs import Jobs
from desktop.shell.sent import told_kinds
from desktop.shell.statusbar import ALARMS, Standing
from desktop.store.desk import Desk
from desktop.sync.past import (
    Come,
    KeptDocument,
    PastSync,
    kept_documents,
    last_findings,
    last_syncs,
)
from desktop.sync.progress import HELD
from desktop.watched import Watched
from desktop.words import formats
from desktop.words.texts import Words
from shared.reporting.queries.task_names import TaskSubject, task_subjects
from shared.tasks.queries import TaskLine, open_tasks

JOBS_SHOWN: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A line of the story."""

    at_us: int
    text: str
    is_bad: bool = False


class News(Watched):
    """What the message centre shows, read again when asked."""

    def __init__(self, desk: Desk, jobs: Jobs | None) -> None:
        super().__init__()
        self._desk = desk
        self._jobs = jobs
        self.syncs: Sequence[PastSync] = ()
        self.came: Sequence[Come] = ()
        self.kept: Sequence[KeptDocument] = ()
        self.tasks: Sequence[TaskLine] = ()
        self.subjects: Mapping[str, TaskSubject] = {}
        self.jobs: Sequence[Job] = ()
        self.prices = PriceWatch(desk)

    async def load(self) -> None:
        """Read everything again."""
        desk = self._desk
        self.syncs = await desk.fetch(last_syncs, desk.store.identity)
        self.came = await desk.fetch(last_findings)
        registry = desk.store.local.layout.registry
        self.kept = await desk.fetch(kept_documents, desk.store.identity, registry)
        self.tasks = await desk.fetch(open_tasks)
        self.subjects = await desk.fetch(task_subjects, self.tasks)
        await self.prices.look()
        self.load_jobs()

    def load_jobs(self) -> None:
        """Only the papers."""
        found = list(self._jobs.jobs()) if self._jobs is not None else []
        self.jobs = list(reversed(found))[:JOBS_SHOWN]
        self.changed()

    @property
    def waiting_jobs(self) -> int:
        """Papers that are not printed yet."""
        return sum(1 for one in self.jobs if one.state is not JobState.DONE)

    def retry(self, number: int) -> None:
        """Print a waiting or failed paper now, a printed one again."""
        if self._jobs is None:
            return
        known = next((one for one in self.jobs if one.number == number), None)
        if known is not None and known.state is JobState.DONE:
            self._jobs.reprint(number)
        else:
            self._jobs.retry(number)
        self.load_jobs()

    def cancel(self, number: int) -> None:
        """Forget a paper that was not printed."""
        if self._jobs is not None:
            self._jobs.cancel(number)
            self.load_jobs()

    def story(self, words: Words) -> list[Told]:
        """The last syncs as sentences, the latest first; quiet ones in a row are one line."""
        told: list[Told] = []
        quiet = 0
        for one in self.syncs:
            is_quiet = one.outcome in ("done", HELD) and not (one.sent or one.received or one.kept)
            quiet = quiet + 1 if is_quiet else 0
            if quiet <= 1:
                told.append(Told(at_us=one.at_us, text=_sync(words, one), is_bad=_is_bad(one)))
        told += [
            Told(
                at_us=one.at_us,
                text=words.sentence(one.code, {"count": one.count, "number": one.number}),
                is_bad=True,
            )
            for one in self.came
        ]
        return sorted(told, key=lambda one: -one.at_us)


def _is_bad(one: PastSync) -> bool:
    return one.kept > 0 or one.outcome not in ("done", "NETWORK", HELD)


def _sync(words: Words, one: PastSync) -> str:
    parts: list[str] = []
    if one.kinds:
        parts.append(words("news.sent_kinds", what=told_kinds(words, one.kinds)))
    elif one.sent:
        parts.append(words("news.sent", n=one.sent))
    if one.received:
        parts.append(words("news.received", n=one.received))
    if one.kept:
        parts.append(words("news.kept", n=one.kept))
    if one.outcome != "done":
        parts.append(words.sentence(one.outcome))
    told = words("news.join").join(parts) if parts else words("news.nothing_new")
    return told[:1].upper() + told[1:]


def advice(words: Words, kept: KeptDocument) -> str:
    """What a person does about a kept document."""
    key = f"kept.{kept.code}"
    return words(key) if words.has(key) else words("kept.else")


def fetching(words: Words, standing: Standing) -> str:
    """What is being fetched, in rows and percent; '' = nothing large."""
    if not standing.rows_all:
        return ""
    told = {
        "here": f"{standing.rows_here:,}",
        "rows": f"{standing.rows_all:,}",
        "percent": standing.percent,
    }
    return words("news.fetched_part" if standing.is_held else "news.fetching", **told)


def summary(words: Words, standing: Standing) -> list[str]:
    """Where the device stands, in whole sentences (Q05); what the light warns of comes first."""
    told: list[str] = []
    # That much waits for long is told with the number, below.
    if standing.alarm in ALARMS and standing.alarm != "UNSENT_LONG":
        told.append(words(f"news.{ALARMS[standing.alarm]}"))
    if not standing.has_office:
        return [*told, words("news.alone")]
    if standing.is_recovering:
        told.append(words("news.recovering"))
    now = standing.now_us
    if standing.unsent:
        since = formats.short_instant(standing.unsent_since_us, now, standing.zone)
        told.append(words("news.waiting", n=standing.unsent, since=since))
    else:
        told.append(words("news.all_sent"))
    if standing.synced_at_us:
        at = formats.short_instant(standing.synced_at_us, now, standing.zone)
        told.append(words("news.last", at=at))
    if standing.trouble:
        told.append(words.sentence(standing.trouble))
    if standing.is_held:
        told.append(words("news.held"))
    if standing.kept:
        told.append(words("news.kept_here", n=standing.kept))
    return told
