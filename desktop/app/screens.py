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
        make=first_opened("desktop.tasks.view:TasksScreen"),
        takes=frozenset({"task"}),
    ),
    ScreenSpec(
        id="till",
        icon="scan-barcode",
        group="sell",
        make=first_opened("desktop.sales.view.till:TillScreen"),
        permissions=frozenset({"sale.make"}),
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
        device_types=frozenset({"till", "dealer"}),
        takes=frozenset({"sale"}),
    ),
    ScreenSpec(
        id="shift",
        icon="hand-coins",
        group="sell",
        make=first_opened("desktop.sales.view.shift:ShiftScreen"),
        permissions=frozenset({"shift.run"}),
        device_types=frozenset({"till", "dealer"}),
    ),
    ScreenSpec(
        id="members",
        icon="users",
        group="sell",
        make=first_opened("desktop.app.counter:members"),
        permissions=frozenset({"member.write"}),
    ),
    ScreenSpec(
        id="products",
        icon="layout-grid",
        group="order",
        make=first_opened("desktop.ordering.view.display:DisplayScreen"),
        permissions=frozenset({"order.submit"}),
        device_types=frozenset({"till", "dealer"}),
        takes=frozenset({"product"}),
    ),
    ScreenSpec(
        id="reorder",
        icon="shopping-cart",
        group="order",
        make=first_opened("desktop.ordering.view.editor:OrderEditorScreen"),
        permissions=frozenset({"order.submit"}),
        device_types=frozenset({"till", "dealer"}),
    ),
    ScreenSpec(
        id="orders",
        icon="clipboard-list",
        group="order",
        make=first_opened("desktop.ordering.view.orders:OrdersScreen"),
        permissions=frozenset({"order.submit", "order.cancel"}),
        device_types=frozenset({"till", "dealer"}),
        takes=frozenset({"order"}),
    ),
    ScreenSpec(
        id="receiving",
        icon="truck",
        group="order",
        make=first_opened("desktop.ordering.view.receiving:ReceivingScreen"),
        permissions=frozenset({"order.receive"}),
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
        make=first_opened("desktop.pricing.view.prices:PricesScreen"),
        permissions=frozenset({"price.publish", "price.approve"}),
        device_types=frozenset({"hq"}),
    ),
    ScreenSpec(
        id="stock",
        icon="boxes",
        group="stock",
        make=first_opened("desktop.app.warehouse:stock"),
        permissions=frozenset({"stock.move", "count.reveal"}),
        takes=frozenset({"product"}),
    ),
    ScreenSpec(
        id="movements",
        icon="arrow-left-right",
        group="stock",
        make=first_opened("desktop.app.warehouse:movements"),
        permissions=frozenset({"stock.move"}),
    ),
    ScreenSpec(
        id="transfers",
        icon="truck",
        group="stock",
        make=first_opened("desktop.stock.view.transfers:TransfersScreen"),
        permissions=frozenset({"stock.transfer"}),
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
    ),
    ScreenSpec(
        id="stock_report",
        icon="chart-column",
        group="stock",
        make=first_opened("desktop.app.warehouse:stock_report"),
        permissions=frozenset({"stock.transfer", "count.reveal"}),
    ),
    ScreenSpec(
        id="settings",
        icon="settings",
        group="settings",
        make=first_opened("desktop.shell.settings:SettingsScreen"),
    ),
)
