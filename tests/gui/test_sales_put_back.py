"""The program starts on a database that may have been put back: what is open is another sale."""

from pathlib import Path

from desktop.app.program import Program
from desktop.sales.usecases.basket import unpacked
from desktop.sales.usecases.keeping import OPEN
from desktop.sales.view.till import TillScreen
from desktop.store.drafts import draft_of
from desktop.words.texts import Language
from tests.builders.founded_shop import CREAM
from tests.builders.hands import Hands, until
from tests.fakes.keys import MemoryKeyStore
from tests.gui.shop_hands import live, open_shop


def open_uid(program: Program) -> str:
    content = program.desk.read(draft_of, OPEN)
    basket = unpacked(content) if content else None
    return basket.uid if basket else ""


def test_a_basket_is_renewed_at_the_start_and_keeps_its_identity_from_then_on(
    tmp_path: Path,
) -> None:
    keys = MemoryKeyStore()
    owner = open_shop(tmp_path / "shop", keys)
    seen: list[str] = []

    async def script(program: Program) -> None:
        hands, window = Hands(program), program.sign_in(owner)
        await hands.take_seat(window)
        window.open("till")
        till = window.current
        assert isinstance(till, TillScreen)
        if not till.model.basket.lines:
            await hands.scan(CREAM)
            await until(lambda: till.model.basket.lines)
        seen.append(open_uid(program))
        assert till.model.basket.uid == seen[-1]
        # Screens made anew while the program runs hold the same sale: pressed twice, it is one.
        program.change_language(Language.ENGLISH)
        await hands.settle()
        program.sign_in(owner)
        assert open_uid(program) == seen[-1]

    live(tmp_path / "shop", script, keys)
    live(tmp_path / "shop", script, keys)
    assert len(set(seen)) == 2
