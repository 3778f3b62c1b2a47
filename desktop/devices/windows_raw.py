"""Raw bytes to a printer of Windows through winspool, without any other library."""

import sys

from shared.core.errors import Unavailable

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _LOCAL_AND_CONNECTED = 2 | 4

    class _DocInfo(ctypes.Structure):
        _fields_ = (
            ("pDocName", wintypes.LPWSTR),
            ("pOutputFile", wintypes.LPWSTR),
            ("pDatatype", wintypes.LPWSTR),
        )

    class _PrinterInfo4(ctypes.Structure):
        _fields_ = (
            ("pPrinterName", wintypes.LPWSTR),
            ("pServerName", wintypes.LPWSTR),
            ("Attributes", wintypes.DWORD),
        )

    _spool = ctypes.WinDLL("winspool.drv", use_last_error=True)
    # Handles are pointers: without a declared type, 64-bit Windows would see half of one.
    for _name, _arguments in {
        "OpenPrinterW": (wintypes.LPWSTR, ctypes.POINTER(wintypes.HANDLE), ctypes.c_void_p),
        "StartDocPrinterW": (wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(_DocInfo)),
        "StartPagePrinter": (wintypes.HANDLE,),
        "WritePrinter": (
            wintypes.HANDLE,
            ctypes.c_char_p,
            wintypes.DWORD,
            ctypes.POINTER(wintypes.DWORD),
        ),
        "EndPagePrinter": (wintypes.HANDLE,),
        "EndDocPrinter": (wintypes.HANDLE,),
        "ClosePrinter": (wintypes.HANDLE,),
        "EnumPrintersW": (
            wintypes.DWORD,
            wintypes.LPWSTR,
            wintypes.DWORD,
            ctypes.c_void_p,
            wintypes.DWORD,
            ctypes.POINTER(wintypes.DWORD),
            ctypes.POINTER(wintypes.DWORD),
        ),
    }.items():
        getattr(_spool, _name).argtypes = _arguments

    def _failed(printer: str) -> Unavailable:
        number = ctypes.get_last_error()
        missing = number == 1801  # ERROR_INVALID_PRINTER_NAME
        if missing:
            return Unavailable("PRINTER_MISSING", printer=printer)
        return Unavailable("PRINTER_UNREACHABLE", reason=f"winspool {number}")

    def send_raw(printer: str, data: bytes, title: str) -> None:
        """Hands one raw job to the spooler. Raises: Unavailable PRINTER_MISSING, …UNREACHABLE."""
        handle = wintypes.HANDLE()
        if not _spool.OpenPrinterW(printer, ctypes.byref(handle), None):
            raise _failed(printer)
        try:
            info = _DocInfo(title, None, "RAW")
            if not _spool.StartDocPrinterW(handle, 1, ctypes.byref(info)):
                raise _failed(printer)
            try:
                _spool.StartPagePrinter(handle)
                written = wintypes.DWORD()
                done = _spool.WritePrinter(handle, data, len(data), ctypes.byref(written))
                if not done or written.value != len(data):
                    raise _failed(printer)
                _spool.EndPagePrinter(handle)
            finally:
                _spool.EndDocPrinter(handle)
        finally:
            _spool.ClosePrinter(handle)

    def printer_names() -> list[str]:
        """The printers Windows knows, local and connected ones."""
        needed, count = wintypes.DWORD(), wintypes.DWORD()
        _spool.EnumPrintersW(
            _LOCAL_AND_CONNECTED, None, 4, None, 0, ctypes.byref(needed), ctypes.byref(count)
        )
        buffer = ctypes.create_string_buffer(max(needed.value, 1))
        if not _spool.EnumPrintersW(
            _LOCAL_AND_CONNECTED, None, 4, buffer, needed, ctypes.byref(needed), ctypes.byref(count)
        ):
            return []
        infos = ctypes.cast(buffer, ctypes.POINTER(_PrinterInfo4))
        return [infos[at].pPrinterName for at in range(count.value)]

else:

    def send_raw(printer: str, data: bytes, title: str) -> None:
        """There is no Windows spooler here. Raises: Unavailable PRINTER_MISSING."""
        del data, title
        raise Unavailable("PRINTER_MISSING", printer=printer)

    def printer_names() -> list[str]:
        """No printers of Windows here."""
        return []
