"""A source file as the house rules see it: its place, its tree, what it imports."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One breach of a house rule; `rule` is the stable word exceptions are made by."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: [{self.rule}] {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported name, absolute and dotted: `from a.b import c` is `a.b.c`."""

    target: str
    line: int

    @property
    def root(self) -> str:
        return self.target.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A parsed module. `parts` are the folders and the stem below the project's root."""

    path: str
    tree: ast.Module
    parts: tuple[str, ...]
    imports: tuple[Import, ...]

    @property
    def package(self) -> str:
        """The top-level folder: shared, desktop, sync_server, tests."""
        return self.parts[0]

    def finding(self, node: ast.AST | Import, rule: str, message: str) -> Finding:
        line = node.line if isinstance(node, Import) else getattr(node, "lineno", 1)
        return Finding(path=self.path, line=line, rule=rule, message=message)

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)


Rule = Callable[[Source], Iterator[Finding]]


def parse(path: str, text: str) -> Source:
    """Reads one file's text; `path` is relative to the project's root, with slashes."""
    tree = ast.parse(text, filename=path)
    parts = PurePosixPath(path).with_suffix("").parts
    return Source(path=path, tree=tree, parts=parts, imports=tuple(_imports(tree, parts)))


def _imports(tree: ast.Module, parts: tuple[str, ...]) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(target=alias.name, line=node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = _imported_package(node, parts)
            for alias in node.names:
                yield Import(target=f"{base}.{alias.name}", line=node.lineno)


def _imported_package(node: ast.ImportFrom, parts: tuple[str, ...]) -> str:
    """The absolute package a `from` names; for a package, `parts` ends in `__init__`."""
    if node.level == 0:
        return node.module or ""
    return ".".join([*parts[: -node.level], *([node.module] if node.module else [])])


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a chain of names, the known tail for anything longer, else empty."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""
