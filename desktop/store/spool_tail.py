"""Adding to the spool, with what an earlier full disk left over."""

from desktop.store.ballast import Ballast
from desktop.store.errors import disk_error, is_full
from desktop.store.spool import Spool


class SpoolTail:
    """The end of the spool: what is committed stands there before anything new is done."""

    def __init__(self, spool: Spool, ballast: Ballast) -> None:
        self._spool = spool
        self._ballast = ballast
        self._waiting = b""

    def add(self, records: bytes = b"") -> None:
        """Make records durable, what waits from before first; without any, only what waits.

        At a full disk the ballast is freed once. Raises Unavailable DISK_FULL, SPOOL_FAULTY; the
        records wait then, and the next call tries again.
        """
        self._waiting += records
        if not self._waiting:
            return
        try:
            self._spool.append(self._waiting)
        except OSError as error:
            if not is_full(error) or not self._ballast.free():
                raise disk_error(error) from error
            self.add()
        else:
            self._waiting = b""
