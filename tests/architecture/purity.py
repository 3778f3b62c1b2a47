"""What `shared/` must not touch: clock, randomness, threads, files, network, floats.

Both ends run this code and must get the same rows from the same document, so whatever
differs from one machine or moment to another is handed in by the edges.
"""

import ast
from collections.abc import Iterator

from tests.architecture.source import Finding, Source, dotted

_FORBIDDEN_MODULES = {
    "clock": {"time", "sched", "timeit"},
    "randomness": {"random", "secrets"},
    "threads": {
        "threading", "_thread", "asyncio", "multiprocessing", "concurrent", "queue", "signal",
        "anyio", "trio", "greenlet",
    },
    "io": {
        "os", "socket", "select", "selectors", "ssl", "http", "urllib", "subprocess", "pathlib",
        "shutil", "tempfile", "glob", "fileinput", "mmap", "sqlite3", "platform", "getpass",
        "importlib", "runpy", "pickle", "shelve", "dbm", "socketserver", "ftplib", "smtplib",
    },
}  # fmt: skip
_RULE_OF_MODULE = {
    module: rule for rule, modules in _FORBIDDEN_MODULES.items() for module in modules
}

# Calls by the last two words of what is called: `datetime.now`, `datetime.datetime.now`.
_FORBIDDEN_CALLS = {
    "datetime.now": "clock",
    "datetime.utcnow": "clock",
    "datetime.today": "clock",
    "date.today": "clock",
    "func.now": "clock",
    "func.current_timestamp": "clock",
    "func.current_date": "clock",
    "func.current_time": "clock",
    "func.clock_timestamp": "clock",
    "uuid.uuid1": "randomness",
    "uuid.uuid4": "randomness",
    "uuid.uuid6": "randomness",
    "uuid.uuid7": "randomness",
    "uuid.getnode": "randomness",
    "func.random": "randomness",
    "func.randomblob": "randomness",
    "func.gen_random_uuid": "randomness",
    "Ed25519PrivateKey.generate": "randomness",
    "AESGCM.generate_key": "randomness",
    "io.open": "io",
    "codecs.open": "io",
    "sys.stdin": "io",
}
_FORBIDDEN_NAMES = {
    "open": "io",
    "input": "io",
    "print": "io",
    "breakpoint": "io",
    "__import__": "io",
    "eval": "io",
    "exec": "io",
    "uuid1": "randomness",
    "uuid4": "randomness",
}


def shared_touches_no_edge(source: Source) -> Iterator[Finding]:
    """No clock, randomness, threads or input and output in `shared/`."""
    if source.package != "shared":
        return
    for imported in source.imports:
        if rule := _RULE_OF_MODULE.get(imported.root):
            yield source.finding(imported, rule, f"shared/ has no {rule}: import {imported.target}")
    for node in source.nodes():
        if isinstance(node, ast.Call) and (rule := _forbidden_call(node.func)):
            yield source.finding(node, rule, f"shared/ has no {rule}: {dotted(node.func)}()")


def _forbidden_call(called: ast.expr) -> str | None:
    if isinstance(called, ast.Name):
        return _FORBIDDEN_NAMES.get(called.id)
    return _FORBIDDEN_CALLS.get(".".join(dotted(called).split(".")[-2:]))


# Functions of `math` that stay in the integers.
_INTEGER_MATH = {"gcd", "lcm", "isqrt", "comb", "perm", "factorial"}
_FLOAT_TYPES = {"Float", "FLOAT", "REAL", "Double", "DOUBLE", "DOUBLE_PRECISION", "Numeric"}
_FLOAT_ATTRIBUTES = {
    "timestamp": "datetime.timestamp() is a float; use shared.core's microseconds",
    "fromtimestamp": "fromtimestamp() takes a float; use shared.core's microseconds",
    "total_seconds": "total_seconds() is a float; use // timedelta(microseconds=1)",
}
# SQL functions that answer in floats, on SQLite at least.
_FLOAT_SQL = {"avg", "total", "round"}


def shared_has_no_float(source: Source) -> Iterator[Finding]:
    """Amounts, quantities and ratios are integers; `shared/` has no float at all."""
    if source.package != "shared":
        return
    for node in source.nodes():
        if problem := _float_problem(node):
            yield source.finding(node, "float", problem)
    for imported in source.imports:
        head, _, name = imported.target.rpartition(".")
        if (head == "math" and name not in _INTEGER_MATH) or imported.target == "operator.truediv":
            yield source.finding(imported, "float", f"{imported.target} works in floats")
        if imported.root == "statistics":
            yield source.finding(imported, "float", "statistics works in floats")
        if imported.root == "sqlalchemy" and name in _FLOAT_TYPES:
            yield source.finding(imported, "float", f"a column of type {name} holds floats")


def _float_problem(node: ast.AST) -> str | None:
    match node:
        case ast.Name(id="float" | "complex" as name):
            return f"no {name} in shared/"
        case ast.Constant(value=float() | complex() as value):
            return f"{value!r} is a float; integers in the smallest unit instead"
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            return "/ makes a float; use a rounding function of shared.core"
        case ast.BinOp(op=ast.Pow(), right=ast.UnaryOp(op=ast.USub())):
            return "a negative power is a float"
        case ast.Attribute(value=ast.Name(id="math"), attr=attr) if attr not in _INTEGER_MATH:
            return f"math.{attr} works in floats"
        case ast.Attribute(value=ast.Name(id="operator"), attr="truediv"):
            return "operator.truediv makes a float"
        case ast.Attribute(value=ast.Name(id="func"), attr=attr) if attr in _FLOAT_SQL:
            return f"SQL's {attr}() answers in floats"
        case ast.Attribute(value=ast.Name(id="sa" | "sqlalchemy"), attr=attr) if (
            attr in _FLOAT_TYPES
        ):
            return f"a column of type {attr} holds floats"
        case ast.Call(func=ast.Attribute(attr=attr)):
            return _FLOAT_ATTRIBUTES.get(attr)
        case _:
            return None


_AMOUNT_ENDINGS = ("_minor", "_micro")


def ends_keep_amounts_whole(source: Source) -> Iterator[Finding]:
    """In `desktop/` and `sync_server/` no float is made from a named amount."""
    if source.package not in ("desktop", "sync_server"):
        return
    for node in source.nodes():
        if _makes_float(node) and any(_is_amount(child) for child in ast.walk(node)):
            yield source.finding(
                node, "float-amount", "an amount becomes a float here; format it in shared.core"
            )


def _makes_float(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="float")):
            return True
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            return True
        case (
            ast.BinOp(left=ast.Constant(value=float()))
            | ast.BinOp(right=ast.Constant(value=float()))
        ):
            return True
        case _:
            return False


def _is_amount(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.endswith(_AMOUNT_ENDINGS)
        case _:
            return False


PURITY_RULES = (shared_touches_no_edge, shared_has_no_float, ends_keep_amounts_whole)
