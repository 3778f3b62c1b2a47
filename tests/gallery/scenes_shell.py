"""What every person meets: home, palette, messages, help, settings, approval."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from desktop.devices.transports import TcpTransport
from desktop.shell.crash import CrashPanel
from desktop.sync.story import Summary, write_log
from tests.builders.window_house import Stage
from tests.gallery.scenes_office import some_orders

HOUR_US = 3_600_000_000
CLERK, CLERK_AT = "clerk-guanqian", "SH01.01"
DEALER, DEALER_AT = "dealer-east", "DL01.01"
GOODS = ("2000101010005", "2000102010004", "2000103010003")
PIECES = (1, 3, 2, 5, 4, 2, 1, 3)


async def calm(stage: Stage) -> None:
    """Until what is read beside the window has arrived."""
    for _ in range(4):
        await stage.settle()


def a_morning(stage: Stage) -> None:
    """Eight sales of a shop's morning, an hour apart."""
    house = stage.house
    house.time.at_us -= house.time.at_us % (24 * HOUR_US)
    house.time.at_us += 25 * HOUR_US
    for number in PIECES:
        house.do(
            CLERK_AT,
            CLERK,
            "sell",
            lines=[{"code": GOODS[0], "qty": str(number)}],
            tenders=[{"tender": "cash", "amount": f"{59 * number}"}],
        )
        house.time.at_us += HOUR_US


def some_syncs(stage: Stage) -> None:
    """The story of a shop's last syncs: some good ones, and an hour without a line."""
    now_us = stage.house.time.now_us()
    told = (
        (5, "done", 12, 340),
        (4, "done", 3, 0),
        (3, "NETWORK", 0, 0),
        (2, "done", 8, 1),
        (1, "done", 0, 0),
    )
    for hours, outcome, pushed, pulled in told:
        at_us = now_us - hours * HOUR_US
        story = Summary(
            started_at_us=at_us,
            finished_at_us=at_us + 400_000,
            outcome=outcome,
            pushed=pushed,
            pulled=pulled,
        )
        write_log(stage.house.local, story)


async def home_of_a_clerk(stage: Stage) -> None:
    a_morning(stage)
    await stage.sign_in(CLERK, CLERK_AT)
    stage.window.open("home")
    await calm(stage)


async def home_of_a_dealer(stage: Stage) -> None:
    await stage.sign_in(DEALER, DEALER_AT, device_type="dealer")
    stage.window.open("home")
    await calm(stage)


async def home_of_head_office(stage: Stage) -> None:
    some_orders(stage)
    await stage.sign_in("hq-editor", "HQ.01", device_type="hq")
    stage.window.open("home")
    await calm(stage)


async def palette(stage: Stage) -> None:
    await stage.sign_in(DEALER, DEALER_AT, device_type="dealer")
    await stage.keys("Ctrl+K", "chenlu")
    await calm(stage)


async def messages(stage: Stage) -> None:
    a_morning(stage)
    some_syncs(stage)
    await stage.sign_in(CLERK, CLERK_AT)
    await stage.keys("F12")
    await calm(stage)


async def messages_forgotten(stage: Stage) -> None:
    """Head office was restored to before this device came."""
    a_morning(stage)
    some_syncs(stage)
    await stage.sign_in(DEALER, DEALER_AT, device_type="dealer")
    stands = stage.window.standing
    assert stands is not None
    since_us = stands.now_us - 7_200_000_000
    forgotten = replace(
        stands,
        has_office=True,
        trouble="DEVICE_NOT_KNOWN",
        unsent=3,
        unsent_since_us=since_us,
    )
    stage.window.show_standing(forgotten)
    await stage.keys("F12")
    await calm(stage)


async def messages_warning(stage: Stage) -> None:
    """Damage was found while documents wait: the number stays, and the light's word is told."""
    a_morning(stage)
    some_syncs(stage)
    await stage.sign_in(CLERK, CLERK_AT)
    stands = stage.window.standing
    assert stands is not None
    since_us = stands.now_us - 7_200_000_000
    stage.window.show_standing(
        replace(
            stands, has_office=True, alarm="SPOOL_DAMAGED", unsent=3, unsent_since_us=since_us,
            trouble="NETWORK", synced_at_us=since_us,
        )
    )  # fmt: skip
    await stage.keys("F12")
    await calm(stage)


async def papers(stage: Stage) -> None:
    await stage.sign_in(CLERK, CLERK_AT)
    queue = stage.program._paper.queue
    queue.set_printer("receipt", TcpTransport(host="127.0.0.1", port=9, timeout_s=0.05))
    for number in range(3):
        queue.submit("receipt", f"XS-SH01-1-{number + 1:05}", b"receipt")
    await calm(stage)
    await stage.keys("F12", "5")
    await calm(stage)


async def keys(stage: Stage) -> None:
    await stage.sign_in(CLERK, CLERK_AT)
    stage.window.open("till")
    await calm(stage)
    await stage.keys("F1")
    await calm(stage)


async def help_page(stage: Stage) -> None:
    await stage.sign_in(CLERK, CLERK_AT)
    stage.window.open("settings")
    await stage.keys("F1", "2")
    await calm(stage)


async def settings(stage: Stage) -> None:
    await stage.sign_in(DEALER, DEALER_AT, device_type="dealer")
    stage.window.open("settings")
    await calm(stage)
    await stage.scan(GOODS[0])


async def own_keys(stage: Stage) -> None:
    """The keys of every screen, to be changed."""
    await stage.sign_in(CLERK, CLERK_AT)
    stage.window.open("keys")
    await calm(stage)


async def crash(stage: Stage) -> None:
    """Something went wrong that nobody foresaw."""
    await stage.sign_in(CLERK, CLERK_AT)

    report = "ValueError\n  desktop/sales/model/till.py, line 120, scan\n  desktop/store/desk.py"
    panel = CrashPanel(stage.program.words, "7F3A-09C2", report)
    stage.program.tasks.start(stage.window.ask(panel))
    await calm(stage)


async def home_of_a_warehouse(stage: Stage) -> None:
    await stage.sign_in("hq-warehouse", "HQ01.01", device_type="warehouse")
    stage.window.open("home")
    await calm(stage)


async def photo_rules(stage: Stage) -> None:
    """Which reasons of a count's differences want a photo."""
    await stage.sign_in("hq-editor", "HQ.01", device_type="hq")
    stage.window.open("stocktake")
    await calm(stage)
    await stage.keys("P", "2", "3")


async def change_pin(stage: Stage) -> None:
    await stage.sign_in(CLERK, CLERK_AT)
    stage.window.open("settings")
    await calm(stage)
    await stage.keys("P")
    await calm(stage)


async def approval(stage: Stage) -> None:
    stage.house.sit_at(DEALER_AT, device_type="dealer")
    await stage.sign_in("warehouse-east", DEALER_AT, device_type="dealer")

    async def ask() -> None:
        await stage.program._approve("sale.approve")

    stage.program.tasks.start(ask())
    await calm(stage)


SCENES: tuple[tuple[str, Callable[[Stage], Awaitable[None]]], ...] = (
    ("home-clerk", home_of_a_clerk),
    ("home-dealer", home_of_a_dealer),
    ("home-head-office", home_of_head_office),
    ("palette", palette),
    ("messages", messages),
    ("messages-forgotten", messages_forgotten),
    ("messages-warning", messages_warning),
    ("messages-printing", papers),
    ("help-keys", keys),
    ("help-page", help_page),
    ("settings", settings),
    ("approval", approval),
    ("home-warehouse", home_of_a_warehouse),
    ("own-keys", own_keys),
    ("change-pin", change_pin),
    ("crash", crash),
    ("photo-rules", photo_rules),
)
