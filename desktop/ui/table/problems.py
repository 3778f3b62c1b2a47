"""The columns of an import's doubts: row, whether it was kept out, cell, what to do."""

from collections.abc import Callable

from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import Tone
from desktop.words.texts import Words
from shared.core.importing import Problem


def problem_columns(
    words: Words,
    column_name: Callable[[str], str],
    name_of: Callable[[int], str] | None = None,
) -> list[Column]:
    """Columns over pairs of a problem and whether it keeps its row out.

    ``column_name`` says what a column of the file is called on screen, ``name_of`` what the row of
    a number is about.
    """
    named = [] if name_of is None else [
        Column(
            key="name",
            title=words("goods.field.name"),
            get=lambda one: name_of(one[0].row_number),
            width=140,
        )
    ]  # fmt: skip
    return [
        Column(
            key="row",
            title=words("goods.row"),
            get=lambda one: one[0].row_number,
            kind=Kind.COUNT,
            width=52 if named else 60,
        ),
        Column(
            key="kind",
            title=words("goods.kind"),
            get=lambda one: words("goods.kept_out" if one[1] else "goods.doubt"),
            width=74 if named else 90,
            tone=lambda one: Tone.BAD if one[1] else Tone.WAITING,
        ),
        *named,
        Column(
            key="column",
            title=words("goods.column"),
            get=lambda one: column_name(one[0].column),
            width=96 if named else 110,
        ),
        Column(
            key="text",
            title=words("goods.cell"),
            get=lambda one: one[0].text,
            width=120 if named else 200,
        ),
        Column(
            key="advice",
            title=words("goods.advice"),
            get=lambda one: advice(words, one[0]),
            stretches=True,
        ),
    ]


def advice(words: Words, problem: Problem) -> str:
    """What to do about a doubt; a file knows what it is about by its cell alone."""
    what, collides, _ = problem.text.partition(" ← ")
    params: dict[str, str | int] = {"text": problem.text, "code": what, "dimension": what}
    params |= {"product_id": "" if collides else what, "brand": ""}
    return words.sentence(problem.code, params)
