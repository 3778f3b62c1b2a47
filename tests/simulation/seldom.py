"""Troubles of some runs only, drawn by chance of their own: the other runs are what they were."""

import random

_SELDOM: tuple[tuple[str, float, tuple[tuple[str, float], ...]], ...] = (
    ("clocks", 0.15, (("clocks mended", 0.04),)),
    ("updates", 0.25, (("program updated", 0.05), ("head office updated", 0.02))),
    (
        "durable",
        0.3,
        (
            ("restore drill", 0.06),
            ("weeks pass", 0.03),
            ("head office restored", 0.015),
            ("old database lost", 0.08),
        ),
    ),
    ("goods", 0.15, (("goods withdrawn", 0.04),)),
    ("revisions", 0.08, (("orders revised", 0.15),)),
    ("desks", 0.06, (("desk copied", 0.05), ("desk put back", 0.04))),
    ("files", 0.1, (("copy kept", 0.04), ("one file put back", 0.05))),
    ("copies", 0.05, (("cloned in sync", 0.02),)),
    ("organisations", 0.06, (("organisation", 0.05),)),
    ("lines", 0.25, (("store shares", 0.3),)),
)
"""Kinds of runs, how many of all are such, and in which share of their steps what happens."""


def seldom(seed: int, step: int) -> str:
    """The name of a trouble for a step, or ''."""
    for kind, share, troubles in _SELDOM:
        if random.Random(f"seed {seed}/{kind}").random() >= share:
            continue
        luck = random.Random(f"seed {seed}/{kind}/{step}").random()
        for name, part in troubles:
            if luck < part:
                return name
            luck -= part
    return ""
