"""The explicit list of screens, in the order of the rail; each is imported when first opened."""

from collections.abc import Callable
from importlib import import_module

from desktop.ui.frame import Frame
from desktop.ui.screen import Screen, ScreenSpec


def first_opened(place: str) -> Callable[[Frame], Screen]:
    """Make the screen class ``module:Class``, imported when somebody first opens it."""

    def make(frame: Frame) -> Screen:
        module, _, name = place.partition(":")
        made = getattr(import_module(module), name)(frame)
        assert isinstance(made, Screen)
        return made

    return make


FULL = frozenset({"full"})
"""Sites that sell at the till; the others keep the register of what went out."""

SCREENS: tuple[ScreenSpec, ...] = (
    ScreenSpec(
        id="home",
        icon="house",
        group="home",
        make=first_opened("desktop.reporting.view.home:HomeScreen"),
    ),
    ScreenSpec(
        id="tasks",
        icon="list-checks",
        group="home",
        make=first_opened("desktop.app.office:tasks"),
        takes=frozenset({"task"}),
    ),
    ScreenSpec(
        id="till",
        icon="scan-barcode",
        group="sell",
        make=first_opened("desktop.app.counter:till"),
        permissions=frozenset({"sale.make"}),
        sales_modes=FULL,
        device_types=frozenset({"till", "dealer"}),
    ),
    ScreenSpec(
        id="register",
        icon="notebook-pen",
        group="sell",
        make=first_opened("desktop.sales.view.register:RegisterScreen"),
        permissions=frozenset({"register.write"}),
        device_types=frozenset({"till", "dealer"}),
    ),
    ScreenSpec(
        id="sales",
        icon="receipt",
        group="sell",
        make=first_opened("desktop.sales.view.sales_list:SalesScreen"),
        permissions=frozenset({"sale.make"}),
        sales_modes=FULL,
        device_types=frozenset({"till", "dealer"}),
        takes=frozenset({"sale"}),
    ),
    ScreenSpec(
        id="shift",
        icon="hand-coins",
        group="sell",
        make=first_opened("desktop.sales.view.shift:ShiftScreen"),
        permissions=frozenset({"shift.run"}),
        sales_modes=FULL,
        device_types=frozenset({"till", "dealer"}),
    ),
    ScreenSpec(
        id="members",
        icon="users",
        group="sell",
        make=first_opened("desktop.app.counter:members"),
        permissions=frozenset({"member.write"}),
        takes=frozenset({"member"}),
    ),
    ScreenSpec(
        id="invoice",
        icon="file-text",
        group="sell",
        make=first_opened("desktop.sales.view.invoice:InvoiceScreen"),
        permissions=frozenset({"sale.approve"}),
        device_types=frozenset({"till", "dealer"}),
        takes=frozenset({"customer"}),
    ),
    ScreenSpec(
        id="statement",
        icon="receipt",
        group="sell",
        make=first_opened("desktop.app.dealer:statement"),
        permissions=frozenset({"sale.approve"}),
        device_types=frozenset({"till", "dealer"}),
        takes=frozenset({"customer"}),
    ),
    ScreenSpec(
        id="seen",
        icon="shield-check",
        group="sell",
        make=first_opened("desktop.ordering.view.seen:SeenScreen"),
        permissions=frozenset({"sale.approve"}),
        device_types=frozenset({"till", "dealer"}),
        in_rail=False,
    ),
    ScreenSpec(
        id="products",
        icon="layout-grid",
        group="order",
        make=first_opened("desktop.ordering.view.display:DisplayScreen"),
        permissions=frozenset({"order.submit"}),
        needs_supplier=True,
        device_types=frozenset({"till", "dealer"}),
        takes=frozenset({"product"}),
    ),
    ScreenSpec(
        id="reorder",
        icon="shopping-cart",
        group="order",
        make=first_opened("desktop.ordering.view.editor:OrderEditorScreen"),
        permissions=frozenset({"order.submit"}),
        needs_supplier=True,
        device_types=frozenset({"till", "dealer"}),
    ),
    ScreenSpec(
        id="orders",
        icon="clipboard-list",
        group="order",
        make=first_opened("desktop.ordering.view.orders:OrdersScreen"),
        permissions=frozenset({"order.submit", "order.cancel"}),
        needs_supplier=True,
        device_types=frozenset({"till", "dealer"}),
        takes=frozenset({"order"}),
    ),
    ScreenSpec(
        id="receiving",
        icon="truck",
        group="order",
        make=first_opened("desktop.ordering.view.receiving:ReceivingScreen"),
        permissions=frozenset({"order.receive"}),
        needs_supplier=True,
        device_types=frozenset({"till", "dealer", "warehouse"}),
    ),
    ScreenSpec(
        id="goods",
        icon="package",
        group="goods",
        make=first_opened("desktop.app.taking:goods_screen"),
        permissions=frozenset({"own_goods.write", "catalogue.publish"}),
        takes=frozenset({"product"}),
    ),
    ScreenSpec(
        id="goods-import",
        icon="file-spreadsheet",
        group="goods",
        make=first_opened("desktop.app.taking:import_screen"),
        permissions=frozenset({"own_goods.write", "catalogue.publish"}),
        in_rail=False,
    ),
    ScreenSpec(
        id="order-desk",
        icon="clipboard-list",
        group="channel",
        make=first_opened("desktop.ordering.view.desk:OrderDeskScreen"),
        permissions=frozenset({"order.decide"}),
        device_types=frozenset({"hq"}),
        takes=frozenset({"order"}),
    ),
    ScreenSpec(
        id="prices",
        icon="tags",
        group="channel",
        make=first_opened("desktop.app.office:prices"),
        permissions=frozenset({"price.publish", "price.approve"}),
        device_types=frozenset({"hq"}),
    ),
    ScreenSpec(
        id="price-board",
        icon="git-branch",
        group="channel",
        make=first_opened("desktop.reporting.view.board:PriceBoardScreen"),
        permissions=frozenset({"price.publish", "price.approve"}),
        device_types=frozenset({"hq"}),
        in_rail=False,
    ),
    ScreenSpec(
        id="channel",
        icon="network",
        group="channel",
        make=first_opened("desktop.reporting.view.channel:ChannelScreen"),
        permissions=frozenset({"channel.publish"}),
        device_types=frozenset({"hq"}),
        takes=frozenset({"customer"}),
    ),
    ScreenSpec(
        id="channel-import",
        icon="file-spreadsheet",
        group="channel",
        make=first_opened("desktop.reporting.view.channel_import:ChannelImportScreen"),
        permissions=frozenset({"channel.publish"}),
        device_types=frozenset({"hq"}),
        in_rail=False,
    ),
    ScreenSpec(
        id="consolidated",
        icon="layers",
        group="channel",
        make=first_opened("desktop.reporting.view.consolidated:ConsolidatedScreen"),
        permissions=frozenset({"report.read"}),
        device_types=frozenset({"hq"}),
    ),
    ScreenSpec(
        id="people",
        icon="monitor-smartphone",
        group="channel",
        make=first_opened("desktop.reporting.view.people:PeopleScreen"),
        permissions=frozenset({"access.grant", "shop.settings"}),
    ),
    ScreenSpec(
        id="kept",
        icon="triangle-alert",
        group="channel",
        make=first_opened("desktop.reporting.view.kept:KeptScreen"),
        permissions=frozenset({"kept.repair"}),
        device_types=frozenset({"hq"}),
    ),
    ScreenSpec(
        id="stock",
        icon="boxes",
        group="stock",
        make=first_opened("desktop.app.warehouse:stock"),
        permissions=frozenset({"stock.move", "count.reveal"}),
        device_types=frozenset({"till", "dealer", "warehouse"}),
        takes=frozenset({"product"}),
    ),
    ScreenSpec(
        id="movements",
        icon="arrow-left-right",
        group="stock",
        make=first_opened("desktop.app.warehouse:movements"),
        permissions=frozenset({"stock.move"}),
        device_types=frozenset({"till", "dealer", "warehouse"}),
    ),
    ScreenSpec(
        id="labels",
        icon="tags",
        group="stock",
        make=first_opened("desktop.app.warehouse:labels"),
        permissions=frozenset({"stock.move"}),
        device_types=frozenset({"till", "dealer", "warehouse"}),
        in_rail=False,
    ),
    ScreenSpec(
        id="transfers",
        icon="truck",
        group="stock",
        make=first_opened("desktop.stock.view.transfers:TransfersScreen"),
        permissions=frozenset({"stock.transfer"}),
        device_types=frozenset({"till", "dealer", "warehouse"}),
    ),
    ScreenSpec(
        id="stocktake",
        icon="clipboard-list",
        group="stock",
        make=first_opened("desktop.app.warehouse:stocktake"),
        permissions=frozenset({"count.open", "count.reveal"}),
    ),
    ScreenSpec(
        id="counting",
        icon="scan-barcode",
        group="stock",
        make=first_opened("desktop.stocktake.view.counting:CountingScreen"),
        permissions=frozenset({"count.run"}),
        device_types=frozenset({"till", "dealer", "warehouse"}),
    ),
    ScreenSpec(
        id="stock_report",
        icon="chart-column",
        group="stock",
        make=first_opened("desktop.app.warehouse:stock_report"),
        permissions=frozenset({"stock.transfer", "count.reveal"}),
        device_types=frozenset({"till", "dealer", "warehouse"}),
    ),
    ScreenSpec(
        id="settings",
        icon="settings",
        group="settings",
        make=first_opened("desktop.shell.settings:SettingsScreen"),
    ),
)
