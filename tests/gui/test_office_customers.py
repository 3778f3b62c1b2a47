"""Head office makes a customer by keys: nothing of level and region stays open unsaid (A03)."""

from pathlib import Path
from typing import Any

from shared.channel.queries import account
from tests.builders.hands import until
from tests.builders.window_house import Stage, play
from tests.gui.office_hands import EDITOR, closed, is_up, opened, sit


def test_a_customer_without_a_level_is_made_only_after_it_was_said_what_follows(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        screen = await sit(stage, EDITOR, "channel")
        words = stage.window.words
        await until(lambda: screen.model.rows)
        screen.model.choose_org("FX")
        place = next(one for one in screen.model.channel.accounts if one.region_name)
        screen.tree.go_to(f"account/{place.account.account_id}")
        await stage.keys("N")
        panel: Any = await opened(stage)
        # The region is that of the row the cursor is on; the level is asked for.
        assert panel.region.value == place.account.region_id
        assert panel.level.value == ""
        assert panel._open.text() == words("channel.level_open")
        await until(panel._applies.text)
        assert panel._applies.property("tone") == "bad", "nothing can be ordered without a level"
        panel.name.setText("new trade")
        await stage.keys("P9-FX", "F10")
        assert is_up(stage, panel)
        assert stage.house.read(lambda one: account(one, "P9-FX")) is None
        panel.level.setFocus()
        panel.level.set_value("L1")
        await until(lambda: "%" in panel._applies.text())
        assert panel._open.isHidden()
        # Open again: what was agreed to before is asked anew.
        panel.level.set_value("")
        await stage.keys("F10")
        assert is_up(stage, panel)
        await stage.keys("F10")
        await closed(stage)
        await until(lambda: stage.house.read(lambda one: account(one, "P9-FX")) is not None)
        # It stands in the list as what it is: not determined.
        await until(lambda: screen.tree.current.key == "account/P9-FX")
        column = next(one for one in screen.tree.model.columns if one.key == "level")
        assert column.text(screen.tree.current) == words("channel.not_said")

    play(script, tmp_path)
