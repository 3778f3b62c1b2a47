"""Where tests find the real business data that stands beside the checkout."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1].parent / "shared" / "data"


def real_data(*parts: str) -> Path:
    """A file of the real data by its path below the data folder; skips the test without it."""
    path = ROOT.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"real data {'/'.join(parts)} is not beside this checkout")
    return path
