"""What one server process counted, and how it is said to Prometheus (text format 0.0.4)."""

import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = tuple[tuple[str, str], ...]
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure of a metric."""

    value: int | float
    labels: Labels = ()
    suffix: str = ""
    """Of a histogram: ``_bucket``, ``_sum``, ``_count``."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One named metric with what is known of it now."""

    name: str
    kind: str
    """``counter``, ``gauge`` or ``histogram``."""
    text: str
    samples: tuple[Sample, ...]


@dataclass(slots=True)
class _Times:
    """How long the requests of one route took."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    sum_s: float = 0.0


class Metrics:
    """Counts since this process started; for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: dict[tuple[str, str], int] = {}
        self._times: dict[str, _Times] = {}
        self._bytes: dict[tuple[str, str], int] = {}
        self._documents: dict[str, int] = {}

    def saw_request(
        self, route: str, outcome: str, seconds: float, *, bytes_in: int, bytes_out: int
    ) -> None:
        """One request was answered; ``outcome`` is ok or a refusal's code."""
        with self._lock:
            _add(self._requests, (route, outcome), 1)
            _add(self._bytes, (route, "in"), bytes_in)
            _add(self._bytes, (route, "out"), bytes_out)
            times = self._times.setdefault(route, _Times())
            times.counts[bisect_left(BUCKETS_S, seconds)] += 1
            times.sum_s += seconds

    def took_documents(self, outcomes: Mapping[str, int]) -> None:
        """A push was committed; so many of its documents ended as ``stored``, ``kept``, …"""
        with self._lock:
            for outcome, count in outcomes.items():
                _add(self._documents, outcome, count)

    def documents(self, outcome: str) -> int:
        """How many documents ended so."""
        with self._lock:
            return self._documents.get(outcome, 0)

    def all(self) -> list[Metric]:
        """Everything counted here, in a fixed order."""
        with self._lock:
            return [
                Metric(
                    "qutong_requests_total",
                    "counter",
                    "Requests by route and outcome (ok or the code of the refusal).",
                    tuple(
                        Sample(count, (("route", route), ("outcome", outcome)))
                        for (route, outcome), count in sorted(self._requests.items())
                    ),
                ),
                Metric(
                    "qutong_request_seconds",
                    "histogram",
                    "Time from a request's head to the end of its answer.",
                    tuple(self._histograms()),
                ),
                Metric(
                    "qutong_body_bytes_total",
                    "counter",
                    "Bytes of bodies as they travelled.",
                    tuple(
                        Sample(count, (("route", route), ("direction", way)))
                        for (route, way), count in sorted(self._bytes.items())
                    ),
                ),
                Metric(
                    "qutong_documents_total",
                    "counter",
                    "Documents pushed, by what became of them: stored, already or kept.",
                    tuple(
                        Sample(count, (("outcome", outcome),))
                        for outcome, count in sorted(self._documents.items())
                    ),
                ),
            ]

    def _histograms(self) -> Iterator[Sample]:
        for route, times in sorted(self._times.items()):
            labels, seen = (("route", route),), 0
            for limit, count in zip((*map(str, BUCKETS_S), "+Inf"), times.counts, strict=True):
                seen += count
                yield Sample(seen, (*labels, ("le", limit)), "_bucket")
            yield Sample(round(times.sum_s, 6), labels, "_sum")
            yield Sample(seen, labels, "_count")


def _add(counts: dict[K, int], key: K, amount: int) -> None:
    counts[key] = counts.get(key, 0) + amount


def as_text(metrics: Iterable[Metric]) -> str:
    """The metrics as Prometheus reads them; one without samples is left out."""
    lines: list[str] = []
    for metric in metrics:
        if not metric.samples:
            continue
        lines.append(f"# HELP {metric.name} {metric.text}")
        lines.append(f"# TYPE {metric.name} {metric.kind}")
        lines += [_line(metric.name, one) for one in metric.samples]
    return "\n".join(lines) + "\n"


def _line(name: str, sample: Sample) -> str:
    shown = ",".join(f'{key}="{_escaped(value)}"' for key, value in sample.labels)
    braces = f"{{{shown}}}" if shown else ""
    return f"{name}{sample.suffix}{braces} {sample.value}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
