"""Starting the program does not wait for what only printing needs."""

import subprocess
import sys


def test_importing_what_prints_loads_no_heavy_library() -> None:
    modules = (
        "desktop.printing.preview, desktop.printing.escpos, desktop.printing.excel,"
        " desktop.printing.slips, desktop.printing.pdf.trade, desktop.printing.pdf.reports,"
        " desktop.printing.pdf.labels, desktop.printing.pdf.pictures,"
        " desktop.devices.print_queue, desktop.devices.serial_scanner"
    )
    heavy = '{"reportlab", "PIL", "segno", "pypdfium2", "serial", "PySide6"}'
    code = f"import sys, {modules}\nprint(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
