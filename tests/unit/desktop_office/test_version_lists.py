"""What one price version holds, list by list: retail, levels, regions."""

from desktop.pricing.model.versions import VersionsModel
from desktop.store.desk import Desk
from shared.core.rounding import MICRO
from shared.pricing.rules import RETAIL
from tests.builders.desks import at_desk
from tests.builders.window_house import WindowHouse

ORG, EDITOR, APPROVER = "FX", "hq-editor", "hq-approver"
CLEANSER = "010101"
LEVEL = "level:L1"


def test_a_version_that_changes_a_levels_price_shows_that_list_first() -> None:
    async def script(desk: Desk, house: WindowHouse) -> None:
        house.sit_at("HQ.01", device_type="hq")
        house.author_id = EDITOR
        house.do(
            "HQ.01", EDITOR, "publish-user", user=APPROVER, name="approver", role="head_office",
            grants=[{}], pin="2580",
        )  # fmt: skip
        house.do(
            "HQ.01", EDITOR, "approve", approver=APPROVER, pin="2580", permission="price.approve"
        )
        house.do(
            "HQ.01", EDITOR, "price-publish", sales_org=ORG, approver=APPROVER, reason="up",
            rows=[{"product": CLEANSER, "dimension": LEVEL, "price": "25"}],
        )  # fmt: skip
        model = VersionsModel(desk)
        model.choose_org(ORG)
        newest, first = model.newest, model.versions[-1]
        assert newest is not None
        await model.lists.look(ORG, newest)
        lists = model.lists
        assert lists.dimension == LEVEL
        (line,) = lists.lines
        assert (line.code, line.before_micro, line.after_micro) == (CLEANSER, None, 25 * MICRO)
        held = {one.dimension: (one.held, one.changed) for one in lists.lists}
        assert held[RETAIL][1] == 0
        assert held[RETAIL][0] > 30
        # L looks at the others; where nothing changed all of it is shown.
        lists.choose(RETAIL)
        assert len(lists.lines) == held[RETAIL][0]
        lists.choose(LEVEL)
        lists.toggle_changed()
        assert len(lists.lines) == held[LEVEL][0] > 1
        assert any(one.is_ratio for one in lists.lines)

        await lists.look(ORG, first)
        assert {one.dimension for one in lists.lists} >= {RETAIL, LEVEL}
        seen = []
        for _ in lists.lists:
            lists.next_list()
            seen.append(lists.dimension)
        assert sorted(seen) == sorted(one.dimension for one in lists.lists)

    at_desk(script)
