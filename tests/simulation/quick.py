"""Statements handed to the driver directly: compiled by SQLAlchemy, carried without its ceremony.

A run makes thousands of small statements on databases in memory, and SQLAlchemy's account of each
(a context, a cursor, a result of its own) costs more than the database. What a statement says,
the order in which it touches the disk, and how its failure is told stay SQLAlchemy's; what is not
plain goes the long way, and with ``QUTONG_SIM_PLAIN=1`` everything does: the trace is the same.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, Row
from sqlalchemy.engine import CursorResult, IteratorResult
from sqlalchemy.engine.base import OptionEngineMixin
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler

IS_PLAIN = os.environ.get("QUTONG_SIM_PLAIN", "") == "1"
_KNOWN_MAX = 4_000


class _Value(NamedTuple):
    """Where the value of one mark comes from."""

    key: str
    name: str
    place: int
    """Among the values taken out of a statement like this one; -1 is none of them."""
    own: Any
    is_required: bool
    is_list: bool
    processor: Any


class _Plan(NamedTuple):
    """How a compiled statement is carried."""

    text: str
    values: tuple[_Value, ...]
    texts: dict[tuple[int, ...], str] | None
    """The text by the lengths of its lists; None when it has none."""
    metadata: SimpleResultMetaData | None


class QuickResult(IteratorResult[Any]):
    """Rows straight from the driver's cursor, as they are asked for."""

    def all(self) -> Sequence[Row[Any]]:
        """All rows that are left."""
        if self._post_creational_filter is not None or self._unique_filter_state:
            return super().all()
        found = [] if self._soft_closed else self.raw.fetchall()  # type: ignore[union-attr]
        self._soft_close()
        metadata = cast(SimpleResultMetaData, self._metadata)
        processors, places = metadata._processors, metadata._key_to_index
        return [Row(metadata, processors, places, one) for one in found]

    def _soft_close(self, hard: bool = False, **_: Any) -> None:
        if not self._soft_closed:
            self.raw.close()  # type: ignore[union-attr]
            self.iterator = iter(())
            self._soft_closed = True
        if hard:
            self._hard_closed = True


class Done:
    """What is left of a statement that returns no rows."""

    __slots__ = ("rowcount",)

    def __init__(self, rowcount: int) -> None:
        self.rowcount = rowcount


class QuickConnection(Connection):
    """A connection of SQLAlchemy's whose plain statements go to the driver directly."""

    def _execute_clauseelement(
        self, elem: Any, distilled_parameters: Any, execution_options: Any
    ) -> CursorResult[Any]:
        if execution_options or elem._execution_options:
            return super()._execute_clauseelement(elem, distilled_parameters, execution_options)
        rows = distilled_parameters or _NOTHING
        plan, extracted = self._plan(elem, rows)
        given = None
        is_many = len(rows) > 1
        if plan is not None and not (is_many and plan.texts is not None):
            given = _all_values(plan.values, rows, extracted)
        text = "" if plan is None or given is None else _text(plan, given)
        if plan is None or given is None or not text:
            return super()._execute_clauseelement(elem, distilled_parameters, execution_options)
        return self._carry(text, given if is_many else given[0], is_many, plan.metadata)

    def _plan(self, elem: Any, rows: Sequence[Any]) -> tuple[_Plan | None, Any]:
        is_many = len(rows) > 1
        place = (id(elem), tuple(rows[0]), is_many)
        known = _KNOWN.get(place)
        if known is not None:
            return known[1:]
        # Made once and run again and again: those are remembered, and so kept alive.
        is_lasting = "_generate_cache_key" in vars(elem)
        compiled, extracted, collected, _ = elem._compile_w_cache(
            dialect=self.dialect,
            compiled_cache=self.engine._compiled_cache,
            column_keys=sorted(rows[0]),
            for_executemany=is_many,
            linting=self.dialect.compiler_linting,
        )
        try:
            plan = compiled._quick
        except AttributeError:
            plan = compiled._quick = _plan_of(compiled, self.dialect)
        if collected:
            return None, None
        if is_lasting:
            if len(_KNOWN) > _KNOWN_MAX:
                _KNOWN.clear()
            _KNOWN[place] = (elem, plan, extracted)
        return plan, extracted

    def exec_driver_sql(
        self, statement: str, parameters: Any = None, execution_options: Any = None
    ) -> CursorResult[Any]:
        """Text as it stands, once or for each of a list of parameters."""
        if execution_options is not None:
            return super().exec_driver_sql(statement, parameters, execution_options)
        is_many = isinstance(parameters, list)
        if is_many and len(parameters) == 1:
            is_many, parameters = False, parameters[0]
        return self._carry(statement, parameters or (), is_many, None)

    def _carry(
        self, text: str, given: Any, is_many: bool, metadata: SimpleResultMetaData | None
    ) -> CursorResult[Any]:
        fairy: Any = self._dbapi_connection
        if fairy is None:
            fairy = self._revalidate_connection()
        cursor = None
        try:
            # First the cursor, then the transaction, as SQLAlchemy does it.
            cursor = fairy.dbapi_connection.cursor()
            self._must_be_in_transaction()
            (cursor.executemany if is_many else cursor.execute)(text, given)
        except Exception as error:
            if isinstance(error, driver.Error):
                self._handle_dbapi_exception(error, text, given, cursor, None)
            if cursor is not None:
                cursor.close()
            raise
        except BaseException as error:
            self._handle_dbapi_exception(error, text, given, cursor, None)
        described = cursor.description
        if described is None:
            done = Done(cursor.rowcount)
            cursor.close()
            return cast("CursorResult[Any]", done)
        if metadata is None:
            metadata = _READ.get(text) or _metadata_read(text, described)
        return cast("CursorResult[Any]", QuickResult(metadata, cursor, raw=cursor))

    def _must_be_in_transaction(self) -> None:
        transaction, nested = self._transaction, self._nested_transaction
        if transaction is None:
            self._autobegin()
        elif not transaction.is_active or (nested is not None and not nested.is_active):
            self._invalid_transaction()


class QuickEngine(Engine):
    """An engine of such connections."""

    _connection_cls = Connection if IS_PLAIN else QuickConnection


class _OptionEngine(OptionEngineMixin, QuickEngine):
    """The same with options of its own."""

    def update_execution_options(self, **opt: Any) -> None:
        """Options of this engine alone."""
        Engine.update_execution_options(self, **opt)


QuickEngine._option_cls = cast(Any, _OptionEngine)

_NOTHING: tuple[Mapping[str, Any]] = ({},)
_KNOWN: dict[Any, tuple[Any, _Plan | None, Any]] = {}
_METADATA: dict[tuple[str, ...], SimpleResultMetaData] = {}
_READ: dict[str, SimpleResultMetaData] = {}


def _metadata_read(text: str, described: Iterable[Sequence[Any]]) -> SimpleResultMetaData:
    """Of a text as it stands; where it says ``*`` its columns are those of the moment."""
    names = tuple([one[0] for one in described])
    found = _METADATA.get(names)
    if found is None:
        found = _METADATA[names] = SimpleResultMetaData(names)
    if "*" not in text.replace("count(*)", "") and len(_READ) < _KNOWN_MAX:
        _READ[text] = found
    return found


def _all_values(
    values: tuple[_Value, ...], rows: Sequence[Mapping[str, Any]], extracted: Any
) -> list[list[Any]] | None:
    """The values of all marks for each row; None when one is missing, which others tell."""
    all_found = []
    for given in rows:
        found = []
        for key, name, place, own, is_required, is_list, processor in values:
            if key in given:
                value = given[key]
            elif name in given:
                value = given[name]
            elif is_required:
                return None
            elif place < 0 or not extracted:
                value = own
            else:
                value = extracted[place].value
            if is_list:
                found.append(list(value) if processor is None else [processor(v) for v in value])
            else:
                found.append(value if processor is None else processor(value))
        all_found.append(found)
    return all_found


def _text(plan: _Plan, given: list[list[Any]]) -> str:
    """The text for lists of these lengths, whose values then stand side by side; '' for none yet
    or an empty list."""
    if plan.texts is None:
        return plan.text
    (row,) = given
    lists = [i for i, value in enumerate(plan.values) if value.is_list]
    lengths = tuple([len(row[i]) for i in lists])
    if 0 in lengths:
        return ""
    for i in reversed(lists):
        row[i : i + 1] = row[i]
    text = plan.texts.get(lengths)
    if text is None:
        text = plan.text
        for i, length in zip(lists, lengths, strict=True):
            mark = f"__[POSTCOMPILE_{plan.values[i].name}]"
            assert mark in text, "a list is written as this mark"
            text = text.replace(mark, ", ".join(["?"] * length), 1)
        plan.texts[lengths] = text
    return text


def _plan_of(compiled: Any, dialect: Any) -> _Plan | None:
    """How to carry it; None is the long way."""
    if not isinstance(compiled, SQLCompiler) or compiled.isplaintext:
        return None
    is_changing = compiled.isinsert or compiled.isupdate or compiled.isdelete
    is_odd = (
        compiled.literal_execute_params
        or compiled.escaped_bind_names
        or compiled.schema_translate_map
        or not compiled.positional
        or compiled.insert_prefetch
        or compiled.update_prefetch
        or (is_changing and (compiled.effective_returning or compiled._insertmanyvalues))
    )
    values = None if is_odd else _order(compiled)
    metadata = None if is_changing or is_odd else _columns(compiled, dialect)
    if values is None or (metadata is None and not is_changing):
        return None
    is_expanding = any(value.is_list for value in values)
    return _Plan(compiled.string, values, {} if is_expanding else None, metadata)


def _order(compiled: SQLCompiler) -> tuple[_Value, ...] | None:
    places: dict[Any, int] = {}
    if compiled.cache_key is not None:
        match = compiled._cache_key_bind_match
        assert match is not None
        for place, key in enumerate(compiled.cache_key[1]):
            places |= dict.fromkeys(match[0][key], place)
    found = []
    for name in compiled.positiontup or ():
        bind = compiled.binds[name]
        processor = cast(Any, compiled._bind_processors.get(name))
        if bind.callable or bind.type._is_tuple_type or isinstance(processor, tuple):
            return None
        is_list = bind in compiled.post_compile_params
        place = places.get(bind, -1)
        found.append(_Value(bind.key, name, place, bind.value, bind.required, is_list, processor))
    return tuple(found)


def _columns(compiled: SQLCompiler, dialect: Any) -> SimpleResultMetaData | None:
    columns = compiled._result_columns
    names = [one[0] for one in columns]
    if not columns or not compiled._ordered_columns or len(set(names)) != len(names):
        return None
    processors = [one[3]._cached_result_processor(dialect, None) for one in columns]
    things = [tuple(thing for thing in one[2] if thing != one[0]) for one in columns]
    return SimpleResultMetaData(
        names, extra=things, _processors=processors if any(processors) else None
    )
