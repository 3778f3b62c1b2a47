"""The rooms of an area: what stands where in `shared/` and `desktop/`, and who may ask whom."""

import ast
import sys
from collections.abc import Iterator

from tests.architecture.source import Finding, Import, Source, dotted

SPINE = ("core", "journal", "sync")

# Which rooms each room may import, in its own area and in the areas below it.
# `posting` holds decisions and reviews beside post(): they read what stands, so they may ask
# queries; post() itself is held to the document alone (posting_reads_no_state). `kinds` only
# gathers what shared/areas.py lists, so no other area may build on it.
SHARED_ROOMS: dict[str, frozenset[str]] = {
    "rules": frozenset({"rules"}),
    "documents": frozenset({"documents", "rules"}),
    "tables": frozenset({"tables", "documents", "rules", "search_index", "completeness"}),
    "posting": frozenset({"posting", "queries", "tables", "documents", "rules", "completeness"}),
    "queries": frozenset({"queries", "tables", "documents", "rules", "completeness"}),
    "kinds": frozenset({"posting", "queries", "tables", "documents", "rules"}),
    # Side rooms, where an area has more to say: reading foreign sheets, searching, publishing.
    "sheet_files": frozenset({"sheet_files"}),
    "sheets": frozenset({"sheets", "sheet_files"}),
    "import_columns": frozenset({"import_columns"}),
    "pinyin": frozenset({"pinyin"}),
    "pins": frozenset({"pins"}),
    "importing": frozenset({"importing", "import_columns", "pinyin", "documents", "rules"}),
    "pasting": frozenset({"pasting", "import_columns", "rules"}),
    "publishing": frozenset({"publishing", "queries", "tables", "documents", "rules"}),
    "search": frozenset({"search", "search_index", "pinyin", "tables", "rules"}),
    # Indexes of our own, which a table's derive hook keeps: tables may name them, nothing else.
    "search_index": frozenset({"search_index", "rules"}),
    "completeness": frozenset({"completeness", "rules"}),
}

# The libraries each room may use beside the standard library.
ROOM_LIBRARIES: dict[str, frozenset[str]] = {
    "rules": frozenset(),
    "documents": frozenset({"msgspec"}),
    "tables": frozenset({"msgspec", "sqlalchemy"}),
    "posting": frozenset({"msgspec", "sqlalchemy"}),
    "queries": frozenset({"msgspec", "sqlalchemy"}),
    "kinds": frozenset({"msgspec", "sqlalchemy"}),
    "sheets": frozenset({"python_calamine"}),
    "pinyin": frozenset({"pypinyin"}),
    "pins": frozenset({"cryptography"}),
    "importing": frozenset({"msgspec"}),
    "publishing": frozenset({"msgspec", "sqlalchemy"}),
    "search": frozenset({"sqlalchemy"}),
    "search_index": frozenset({"sqlalchemy"}),
    "completeness": frozenset({"sqlalchemy"}),
}

DESKTOP_PARTS = (
    "app", "shell", "ui", "runtime", "store", "sync", "printing", "devices", "words",
)  # fmt: skip
DESKTOP_ROOMS = ("view", "model", "usecases", "commands")


def _is_ours(imported: Import) -> bool:
    return imported.root in ("shared", "desktop", "sync_server", "resources", "tests")


def _is_library(imported: Import) -> bool:
    return not _is_ours(imported) and imported.root not in sys.stdlib_module_names


def area_room(parts: tuple[str, ...]) -> tuple[str, str] | None:
    """The area and the room of a module of a shared area, or None anywhere else."""
    if len(parts) < 3 or parts[0] != "shared" or parts[1] in SPINE:
        return None
    return parts[1], parts[2]


def core_uses_the_standard_library(source: Source) -> Iterator[Finding]:
    if source.parts[:2] != ("shared", "core"):
        return
    for imported in source.imports:
        if _is_library(imported) or (
            _is_ours(imported) and not imported.target.startswith("shared.core")
        ):
            yield source.finding(
                imported,
                "core-imports",
                f"shared/core uses the standard library only, not {imported.target}",
            )


def every_file_stands_in_a_room(source: Source) -> Iterator[Finding]:
    place = area_room(source.parts)
    if place is not None and place[1] not in (*SHARED_ROOMS, "__init__"):
        rooms = ", ".join(SHARED_ROOMS)
        yield _misplaced(source, f"an area of shared/ has the rooms {rooms}")
    if source.package == "desktop" and len(source.parts) > 2:
        folder, room = source.parts[1:3]
        if folder not in (*DESKTOP_PARTS, "headless") and room not in (*DESKTOP_ROOMS, "__init__"):
            rooms = ", ".join(DESKTOP_ROOMS)
            yield _misplaced(source, f"an area of desktop/ has the rooms {rooms}")


def _misplaced(source: Source, message: str) -> Finding:
    return source.finding(source.tree, "unknown-room", message)


def an_area_registers_nothing_by_import(source: Source) -> Iterator[Finding]:
    place = area_room(source.parts)
    if place is not None and place[1] == "__init__":
        for imported in source.imports:
            yield source.finding(
                imported,
                "area-init",
                "an area's __init__ imports nothing; shared/areas.py lists what there is",
            )


def rooms_ask_downward(source: Source) -> Iterator[Finding]:
    place = area_room(source.parts)
    if place is None or place[1] not in SHARED_ROOMS:
        return
    area, room = place
    for imported in source.imports:
        if problem := _room_problem(area, room, imported):
            yield source.finding(imported, "room-imports", problem)


def _room_problem(area: str, room: str, imported: Import) -> str | None:
    """Why this import does not belong into this room, or None."""
    if _is_library(imported):
        if imported.root in ROOM_LIBRARIES.get(room, frozenset()):
            return None
        return f"{room} does not use the library {imported.root}"
    parts = tuple(imported.target.split("."))
    if parts[0] != "shared":
        return None
    if len(parts) > 1 and parts[1] in SPINE:
        if room == "rules" and parts[1] != "core":
            return f"rules know shared.core only, not {imported.target}"
        return None
    other = area_room(parts)
    if other is None:
        # Left to the contracts of the import linter, which know the list of areas.
        return f"name the room: {imported.target} is a whole area" if len(parts) == 2 else None
    if room == "rules" and other[0] != area:
        return f"rules know shared.core only, not {imported.target}"
    if other == (area, room):
        return None
    if other[1] in SHARED_ROOMS and other[1] not in SHARED_ROOMS[room]:
        return f"{room} does not know {other[1]} ({imported.target})"
    return None


def posting_reads_no_state(source: Source) -> Iterator[Finding]:
    """post() gets no connection: the same document gives the same rows at both ends."""
    place = area_room(source.parts)
    if place is None or place[1] != "posting":
        return
    for node in source.nodes():
        if isinstance(node, ast.FunctionDef) and node.name.startswith("post"):
            for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                annotation = dotted(argument.annotation) if argument.annotation else ""
                if argument.arg == "connection" or annotation.endswith("Connection"):
                    yield source.finding(
                        node, "post-state", f"{node.name}() posts from the document alone"
                    )


ROOM_RULES = (
    posting_reads_no_state,
    core_uses_the_standard_library,
    every_file_stands_in_a_room,
    an_area_registers_nothing_by_import,
    rooms_ask_downward,
)
