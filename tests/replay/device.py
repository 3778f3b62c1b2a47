"""A device's process as its parent sees it: started, listened to, killed, nudged."""

import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(kw_only=True)
class Device:
    """A device's process and what it said; each has a site of its own."""

    module: str
    """What the process runs."""
    site_id: str
    home: Path
    arguments: list[str]
    share: int
    """How many documents it will write."""
    process: "subprocess.Popen[str] | None" = None
    reader: threading.Thread | None = None
    written: int = 0
    said: list[str] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def start(self) -> None:
        """Run the process, from the beginning or behind what it kept."""
        line = [sys.executable, "-m", self.module, *self.arguments]
        self.process = subprocess.Popen(
            line, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
        )
        self.reader = threading.Thread(target=self._read, args=(self.process,))
        self.reader.start()

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for text in process.stdout:
            with self.news:
                self.said.append(text.strip())
                if text.startswith(("written", "finished")):
                    self.written = int(text.split()[1])
                self.news.notify_all()
        with self.news:
            self.news.notify_all()

    def wait_for(self, part: int) -> None:
        """Until it has written so many documents, or is over."""
        assert self.process is not None
        with self.news:
            self.news.wait_for(
                lambda: self.written >= part or self.process.poll() is not None,  # type: ignore[union-attr]
                timeout=1_800,
            )

    def kill(self) -> int:
        """kill -9 in the middle of its work; returns how many it had written by its own word."""
        assert self.process is not None
        self.process.kill()
        self._end()
        return self.written

    def nudge(self) -> None:
        """Tell a device that waits for its line to try again."""
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def finish(self) -> int:
        """Wait until everything is delivered; the exit code."""
        assert self.process is not None
        while self.process.poll() is None:
            with self.news:
                self.news.wait(timeout=0.2)
                is_waiting = self.said[-1:] == ["waiting"]
            if is_waiting and self.process.poll() is None:
                with self.news:
                    self.said.append("nudged")
                self.nudge()
        return self._end()

    def _end(self) -> int:
        assert self.process is not None
        assert self.reader is not None
        code = self.process.wait()
        self.reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        return code
