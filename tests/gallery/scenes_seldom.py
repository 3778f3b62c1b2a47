"""What is opened seldom: papers that wait, signatures, payments by phone, reports in between."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select, Update, select, update

from desktop.sales.usecases.payments import begin_payment
from desktop.sales.usecases.shifts import begin_shift
from shared.journal.tables import journal
from tests.builders.window_house import Stage
from tests.fakes.payments import FakeProvider
from tests.gallery import scenes_dealer, scenes_office, scenes_sales, scenes_shell
from tests.gallery.scenes_warehouse import BOSS, DEVICE, boss, calm, counted

Scene = Callable[[Stage], Awaitable[None]]


async def seen_documents(stage: Stage) -> None:
    """What went up to head office, by kind."""
    await scenes_dealer.seen(stage)
    await stage.keys("Tab")
    await calm(stage)


async def settings_of_a_till(stage: Stage) -> None:
    """The settings of a till: its printer, its drawer, its second screen."""
    await stage.sign_in(scenes_shell.CLERK, scenes_shell.CLERK_AT)
    stage.window.open("settings")
    await calm(stage)


async def messages_kept(stage: Stage) -> None:
    """A clerk's own documents head office kept, with what to do about them."""
    scenes_shell.a_morning(stage)
    sales = select(journal.c.n).where(journal.c.kind == "sale")
    codes = ("PERMISSION_MISSING", "UNKNOWN_KIND")
    for code, n in zip(codes, _numbers(stage, sales), strict=False):
        aside = update(journal).where(journal.c.n == n).values(verdict="kept", code=code)
        stage.house.local.transact(partial(_execute, aside))
    await stage.sign_in(scenes_shell.CLERK, scenes_shell.CLERK_AT)
    await stage.keys("F12", "2")
    await calm(stage)


def _numbers(stage: Stage, sales: Select[Any]) -> list[int]:
    return stage.house.local.read(lambda one: list(one.execute(sales).scalars()))


def _execute(statement: Update, connection: Connection) -> None:
    connection.execute(statement)


def _manager(stage: Stage, site: str = "SH01", name: str = "陆文清") -> str:
    """Somebody who may sign and see reports there, with a PIN."""
    stage.house.do(
        "HQ.01", "hq-editor", "publish-user", user="manager", name=name, role="owner",
        grants=[{"site": site}], pin="2580",
    )  # fmt: skip
    return "manager"


async def shift_x(stage: Stage) -> None:
    """The report of a shift that goes on."""
    stage.house.sit_at(scenes_shell.CLERK_AT)
    stage.house.author_id = scenes_shell.CLERK
    stage.house.write(begin_shift, 20_000)
    scenes_shell.a_morning(stage)
    await stage.sign_in(_manager(stage), scenes_shell.CLERK_AT)
    stage.window.open("shift")
    await calm(stage)
    await stage.keys("X")
    await calm(stage)


async def shift_old(stage: Stage) -> None:
    """The shifts that were closed."""
    await scenes_sales.shift_closed(stage)
    await stage.sign_in(_manager(stage), scenes_shell.CLERK_AT)
    stage.window.open("shift")
    await calm(stage)
    await stage.keys("F7")
    await calm(stage)


async def payments(stage: Stage) -> None:
    """Payments by phone, one of which stands in no sale."""
    await scenes_sales.till_lines(stage)
    till: Any = stage.window.current
    provider = till.provider = FakeProvider()
    store = stage.program.client.store
    for number, amount in enumerate((5_900, 11_800, 8_800)):
        begin_payment(store, provider, amount, f"13456789012345678{number}")
        stage.house.time.tick(600_000_000)
    await stage.keys("F12", "P")
    await calm(stage)


async def count_sign(stage: Stage) -> None:
    """Another person's signature below a count's differences."""
    number = counted(stage)
    _manager(stage, "DL01")
    boss(stage, "count-reveal", count=number)
    await stage.sign_in(BOSS, DEVICE, device_type="dealer")
    stage.window.open("stocktake")
    await calm(stage)
    await stage.keys("Return")
    await calm(stage)
    screen: Any = stage.window.current
    screen.board.lines.view.selectAll()
    await stage.keys("2")
    await calm(stage)
    await stage.keys("F10")
    await calm(stage)
    await stage.keys("Return")
    await calm(stage)


async def text_question(stage: Stage) -> None:
    """A short text asked for: what devices without the prices are told."""
    await scenes_office.price_board(stage)
    screen: Any = stage.window.current
    action = next(one for one in screen.key_actions() if one.text == "board.nudge")
    await stage.keys(action.keys[0])
    await calm(stage)


SCENES: tuple[tuple[str, Scene], ...] = (
    ("seldom-seen-documents", seen_documents),
    ("seldom-settings-till", settings_of_a_till),
    ("seldom-messages-kept", messages_kept),
    ("seldom-shift-x", shift_x),
    ("seldom-shift-old", shift_old),
    ("seldom-payments", payments),
    ("seldom-count-sign", count_sign),
    ("seldom-text-question", text_question),
)
