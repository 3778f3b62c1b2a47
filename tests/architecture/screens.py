"""What the Qt border allows: widgets in views, one event loop, errors handled in one place."""

import ast
from collections.abc import Iterator

from tests.architecture.source import Finding, Source, dotted

_QT_PARTS = ("app", "shell", "ui", "runtime")
_WIDGET_PARTS = ("app", "shell", "ui")

# Static helpers of dialogs that run an event loop of their own until answered.
_BLOCKING_HELPERS = {
    "QMessageBox": {"question", "information", "warning", "critical", "about", "aboutQt"},
    "QFileDialog": {
        "getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory",
        "getOpenFileUrl", "getOpenFileUrls", "getSaveFileUrl", "getExistingDirectoryUrl",
    },
    "QInputDialog": {"getText", "getInt", "getDouble", "getItem", "getMultiLineText"},
    "QColorDialog": {"getColor"},
    "QFontDialog": {"getFont"},
}  # fmt: skip
_LOOP_CALLS = {"run_until_complete", "run_forever"}
_TASK_CALLS = {"create_task", "ensure_future"}


def _part(source: Source) -> str:
    return source.parts[1] if len(source.parts) > 1 else ""


def _is_view(source: Source) -> bool:
    return len(source.parts) > 2 and source.parts[2] == "view"


def qt_stays_in_its_rooms(source: Source) -> Iterator[Finding]:
    """Qt in views, shell, ui, runtime and app; widgets not even in runtime."""
    if source.package not in ("desktop", "shared", "sync_server"):
        return
    on_desktop = source.package == "desktop"
    qt_here = on_desktop and (_part(source) in _QT_PARTS or _is_view(source))
    widgets_here = on_desktop and (_part(source) in _WIDGET_PARTS or _is_view(source))
    for imported in source.imports:
        if imported.root in ("PySide6", "qasync") and not qt_here:
            yield source.finding(imported, "qt-room", f"no Qt in this room: {imported.target}")
        elif imported.target.startswith("PySide6.QtWidgets") and not widgets_here:
            yield source.finding(imported, "qt-widgets", "widgets belong to views, ui, shell, app")


def one_event_loop(source: Source) -> Iterator[Finding]:
    """No `exec()`, no blocking dialog helper, no loop inside the loop, no unscoped task."""
    if source.package != "desktop":
        return
    runs_loops = _part(source) in ("app", "runtime", "headless")
    for node in source.nodes():
        if isinstance(node, ast.Call) and (problem := _loop_problem(node.func, runs_loops)):
            yield source.finding(node, "event-loop", problem)
    for imported in source.imports:
        name = imported.target.rpartition(".")[2]
        if name in ("asyncSlot", "asyncClose") or (name == "QEventLoop" and not runs_loops):
            yield source.finding(imported, "event-loop", f"{name} is not used; see task scopes")


def _loop_problem(called: ast.expr, runs_loops: bool) -> str | None:
    name = dotted(called)
    owner, _, last = name.rpartition(".")
    owner = owner.rpartition(".")[2]
    if isinstance(called, ast.Attribute) and last in ("exec", "exec_"):
        return "exec() runs a nested event loop and kills tasks; await accepted(dialog)"
    if last in _BLOCKING_HELPERS.get(owner, ()):
        return f"{owner}.{last}() runs a nested event loop; await a dialog instead"
    if last == "processEvents":
        return "processEvents() runs other people's code in the middle of yours"
    if runs_loops:
        return None
    if last in ("asyncSlot", "asyncClose", "QEventLoop"):
        return f"{last} is not used; a slot starts a task in the window's scope"
    if last in _LOOP_CALLS or name == "asyncio.run":
        return "only app and runtime run an event loop"
    if last in _TASK_CALLS:
        return f"no bare {last}; a task belongs to a task scope"
    return None


_CATCHES_ALL = {"Exception", "BaseException"}


def errors_are_caught_by_name(source: Source) -> Iterator[Finding]:
    """`except Exception` stands in the desktop's task scope, in the threads that sync with head
    office and in the store, and in the server's outermost handler."""
    if source.parts in (("desktop", "sync", "worker"), ("desktop", "sync", "neighbours", "worker")):
        return
    if source.package not in ("shared", "desktop", "sync_server"):
        return
    if source.parts[:2] in (("desktop", "runtime"), ("sync_server", "http")):
        return
    for node in source.nodes():
        if isinstance(node, ast.ExceptHandler) and _catches_all(node) and not _raises_again(node):
            yield source.finding(
                node, "broad-except", "catch the error you expect, or clean up and raise again"
            )


def _catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(dotted(name).rpartition(".")[2] in _CATCHES_ALL for name in caught)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    """True when the handler's last word is a bare `raise`: it cleans up and hides nothing."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


SCREEN_RULES = (qt_stays_in_its_rooms, one_event_loop, errors_are_caught_by_name)
