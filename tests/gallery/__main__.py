"""``python -m tests.gallery``: every screen in both languages and both looks, as PNG files.

``--only till`` takes the scenes whose name holds the text, ``--size 1920x1080`` another window,
``--out DIR`` another folder than build/gallery. Cut texts and foreign words are listed; the exit
code is then 1.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from desktop.ui.theme import Scheme
from desktop.words.texts import Language
from tests.builders.window_house import Stage, play
from tests.gallery.faults import faults
from tests.gallery.scenes import SCENES, Scene


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw the scenes; 1 when something is cut or in the wrong language."""
    chosen = _parser().parse_args(arguments)
    width, _, height = chosen.size.partition("x")
    found = 0
    for name, scene in SCENES:
        if chosen.only in name:
            for language in Language:
                for scheme in Scheme:
                    size = int(width), int(height)
                    found += _draw(name, scene, language, scheme, chosen.out, size)
    return 1 if found else 0


def _draw(
    name: str,
    scene: Scene,
    language: Language,
    scheme: Scheme,
    out: Path,
    size: tuple[int, int],
) -> int:
    path = out / f"{name}-{language.value}-{scheme.value}.png"
    wrong: list[str] = []

    async def script(stage: Stage) -> None:
        stage.size = size
        await scene(stage)
        await stage.settle()
        stage.shot(path)
        wrong.extend(faults(stage.front, language))

    with tempfile.TemporaryDirectory() as home:
        play(script, Path(home), language=language, scheme=scheme)
    print(path, *(f"\n    {one}" for one in wrong), sep="", flush=True)
    return len(wrong)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.gallery", description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT")
    parser.add_argument("--size", default="1280x720", metavar="WxH")
    parser.add_argument("--out", type=Path, default=Path("build/gallery"), metavar="DIR")
    return parser


if __name__ == "__main__":
    sys.exit(main())
