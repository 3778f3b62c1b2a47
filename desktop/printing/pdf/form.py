"""What stands on a printed form, in words already: heading, fields, a table in blocks, a foot."""

from dataclasses import dataclass

from desktop.printing.pdf.page import Align, Paper
from desktop.printing.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A name and its value in the form's head or foot; a wide one takes the whole row."""

    name: str
    value: str
    is_wide: bool = False

    @property
    def heading(self) -> str:
        """The name with the colon of its language."""
        return f"{self.name}: " if self.name.isascii() else f"{self.name}："


def unsigned(words: Words, *keys: str) -> tuple[Field, ...]:
    """Lines to be signed by hand."""
    return tuple(Field(name=words(key), value="") for key in keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormColumn:
    """A column of the table; its width is a share of the paper's."""

    title: str
    share: float
    align: Align = "left"
    lines: int = 1
    """Over how many lines a long text may go before it is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormBlock:
    """Rows that belong together, under a heading of their own ('' = none)."""

    rows: tuple[tuple[str, ...], ...]
    heading: str = ""
    sums: tuple[str, ...] = ()
    """A row under the block, in bold; () = none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A printed form; head and column titles are repeated on every page."""

    paper: Paper
    title: str
    columns: tuple[FormColumn, ...]
    blocks: tuple[FormBlock, ...]
    company: str = ""
    number: str = ""
    """Printed at the right of the title."""
    fields: tuple[Field, ...] = ()
    fields_across: int = 3
    foot: tuple[Field, ...] = ()
    """Under the table on the last page: sums in words, notes, the parts of a payment."""
    signatures: tuple[Field, ...] = ()
    """Each with a line to sign on, at the end of the last page."""
    page_words: str = "{page}/{pages}"
    remark: str = ""
    """Small, at the left of every page's end: when it was printed, how old the figures are."""
    mark: str = ""
    """Beside the title when it is not the plain original: a reprint, practice."""
