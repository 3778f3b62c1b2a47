"""Statements, count sheets, the shift on A4, and any table as a report."""

from dataclasses import dataclass

from desktop.printing.pdf.flow import render
from desktop.printing.pdf.form import Field, Form, FormBlock, FormColumn, unsigned
from desktop.printing.pdf.page import A4, Paper
from desktop.printing.slips import ZReport
from desktop.printing.words import Words, amount, moment, signed_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One document of the period; charged and paid are both positive."""

    day: str
    number: str
    what: str
    charged_minor: int = 0
    paid_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """对账单: what a customer or account owed, what was added, what was paid."""

    company: str
    customer: str
    currency: str
    from_day: str
    to_day: str
    opening_minor: int
    lines: tuple[StatementLine, ...]
    customer_code: str = ""
    overdue_minor: int = 0
    as_of: str = ""
    note: str = ""

    @property
    def closing_minor(self) -> int:
        """What is owed at the end."""
        return self.opening_minor + sum(one.charged_minor - one.paid_minor for one in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountSheetLine:
    """Goods to be counted. There is no place for a book figure (domain rule 10)."""

    code: str
    name: str
    unit: str = ""
    barcode: str = ""
    bin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountSheet:
    """A blind count on paper: goods and empty cells."""

    shop: str
    count_number: str
    zone_name: str
    lines: tuple[CountSheetLine, ...]
    counter: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """Any table as a report, its cells in words already."""

    title: str
    columns: tuple[FormColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    company: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    """The filters it was made with, name and value."""
    sums: tuple[str, ...] = ()
    as_of: str = ""
    """How old the figures are, and what is missing in them (domain rule 12)."""


def table_report_pdf(report: TableReport, words: Words, paper: Paper = A4) -> bytes:
    """The report; titles are repeated on each page, its age stands at each page's end."""
    return render(
        Form(
            paper=paper,
            company=report.company,
            title=report.title,
            fields=tuple(Field(name=name, value=value) for name, value in report.fields),
            columns=report.columns,
            blocks=(FormBlock(rows=report.rows, sums=report.sums),),
            page_words=_pages(words),
            remark=words("print.paper.as_of", at=report.as_of) if report.as_of else "",
        )
    )


def statement_pdf(statement: Statement, words: Words, paper: Paper = A4) -> bytes:
    """The statement with a running balance, and a line for the customer's stamp."""
    currency = statement.currency
    return render(
        Form(
            paper=paper,
            company=statement.company,
            title=words("print.statement.title"),
            fields=_statement_fields(statement, words),
            fields_across=2,
            columns=(
                FormColumn(title=words("print.paper.date"), share=11),
                FormColumn(title=words("print.paper.number"), share=20),
                FormColumn(title=words("print.statement.what"), share=24, lines=2),
                FormColumn(title=words("print.statement.charged"), share=13, align="right"),
                FormColumn(title=words("print.statement.paid"), share=13, align="right"),
                FormColumn(title=words("print.statement.balance"), share=14, align="right"),
            ),
            blocks=(_statement_block(statement, words),),
            foot=(
                Field(
                    name=words("print.statement.closing"),
                    value=signed_amount(statement.closing_minor, currency),
                ),
                *_overdue(statement, words),
                *(
                    (Field(name=words("print.paper.note"), value=statement.note),)
                    if statement.note
                    else ()
                ),
            ),
            signatures=unsigned(words, "print.trade.maker", "print.statement.confirm"),
            page_words=_pages(words),
            remark=words("print.paper.as_of", at=statement.as_of) if statement.as_of else "",
        )
    )


def _statement_fields(statement: Statement, words: Words) -> tuple[Field, ...]:
    period = f"{statement.from_day} – {statement.to_day}"
    pairs = (
        ("print.trade.customer", statement.customer),
        ("print.statement.period", period),
        ("print.trade.customer_code", statement.customer_code),
    )
    return tuple(Field(name=words(key), value=value) for key, value in pairs if value)


def _statement_block(statement: Statement, words: Words) -> FormBlock:
    currency, balance = statement.currency, statement.opening_minor
    opening = words("print.statement.opening")
    rows = [("", "", opening, "", "", amount(balance, currency))]
    for line in statement.lines:
        balance += line.charged_minor - line.paid_minor
        charged = amount(line.charged_minor, currency) if line.charged_minor else ""
        paid = amount(line.paid_minor, currency) if line.paid_minor else ""
        balance_text = amount(balance, currency)
        rows.append((line.day, line.number, line.what, charged, paid, balance_text))
    charged_minor = sum(line.charged_minor for line in statement.lines)
    paid_minor = sum(line.paid_minor for line in statement.lines)
    sums = (
        "", "", words("print.paper.total"), amount(charged_minor, currency),
        amount(paid_minor, currency), amount(balance, currency),
    )  # fmt: skip
    return FormBlock(rows=tuple(rows), sums=sums)


def _overdue(statement: Statement, words: Words) -> tuple[Field, ...]:
    if not statement.overdue_minor:
        return ()
    overdue = signed_amount(statement.overdue_minor, statement.currency)
    return (Field(name=words("print.statement.overdue"), value=overdue),)


def count_sheet_pdf(sheet: CountSheet, words: Words, paper: Paper = A4) -> bytes:
    """The sheet a counter takes to the shelf."""
    rows = tuple(
        (str(at), one.bin, one.code, one.name, one.barcode, one.unit, "", "")
        for at, one in enumerate(sheet.lines, 1)
    )
    pairs = (
        ("print.count.number", sheet.count_number),
        ("print.count.zone", sheet.zone_name),
        ("print.paper.date", sheet.day),
    )
    return render(
        Form(
            paper=paper,
            company=sheet.shop,
            title=words("print.count.sheet"),
            fields=tuple(Field(name=words(key), value=value) for key, value in pairs if value),
            columns=(
                FormColumn(title=words("print.column.line"), share=5, align="centre"),
                FormColumn(title=words("print.count.bin"), share=9),
                FormColumn(title=words("print.column.code"), share=14),
                FormColumn(title=words("print.column.name"), share=34, lines=2),
                FormColumn(title=words("print.column.barcode"), share=16),
                FormColumn(title=words("print.column.unit"), share=6, align="centre"),
                FormColumn(title=words("print.count.found"), share=12),
                FormColumn(title=words("print.count.remark"), share=12),
            ),
            blocks=(FormBlock(rows=rows),),
            signatures=(
                Field(name=words("print.count.counter"), value=sheet.counter),
                *unsigned(words, "print.paper.date"),
            ),
            page_words=_pages(words),
        )
    )


def z_report_pdf(report: ZReport, words: Words, paper: Paper = A4) -> bytes:
    """The closed shift on a sheet, for the folder."""
    currency = report.currency
    rows = tuple(
        (
            one.name,
            str(one.count),
            amount(one.expected_minor, currency),
            amount(one.declared_minor, currency),
            amount(one.declared_minor - one.expected_minor, currency),
        )
        for one in report.tenders
    )
    return render(
        Form(
            paper=paper,
            company=report.shop,
            title=words("print.z.title"),
            number=report.number,
            fields=_z_fields(report, words),
            columns=(
                FormColumn(title=words("print.z.tender_name"), share=24),
                FormColumn(title=words("print.z.count"), share=10, align="right"),
                FormColumn(title=words("print.z.expected"), share=18, align="right"),
                FormColumn(title=words("print.z.declared"), share=18, align="right"),
                FormColumn(title=words("print.z.difference"), share=18, align="right"),
            ),
            blocks=(FormBlock(rows=rows, sums=_z_sums(report, words)),),
            foot=_z_foot(report, words),
            signatures=unsigned(words, "print.receipt.cashier", "print.z.approver"),
            page_words=_pages(words),
        )
    )


def _z_fields(report: ZReport, words: Words) -> tuple[Field, ...]:
    pairs = (
        ("print.z.register", report.register),
        ("print.receipt.cashier", report.cashier),
        ("print.z.approver", report.approver),
        ("print.z.opened", moment(report.opened_at_us, report.zone)),
        ("print.z.closed", moment(report.closed_at_us, report.zone)),
        ("print.z.float", amount(report.float_minor, report.currency)),
        ("print.z.first", report.first_number),
        ("print.z.last", report.last_number),
        ("print.z.unsent", str(report.unsent)),
    )
    return tuple(Field(name=words(key), value=value) for key, value in pairs if value)


def _z_sums(report: ZReport, words: Words) -> tuple[str, ...]:
    expected = sum(one.expected_minor for one in report.tenders)
    declared = sum(one.declared_minor for one in report.tenders)
    figures = (expected, declared, declared - expected)
    return (words("print.paper.total"), "", *(amount(one, report.currency) for one in figures))


def _z_foot(report: ZReport, words: Words) -> tuple[Field, ...]:
    currency = report.currency
    pairs = [
        (words("print.z.sales", count=report.sales_count), report.sales_minor),
        (words("print.z.returns", count=report.returns_count), -report.returns_minor),
        (words("print.z.discounts"), report.discount_minor),
        (words("print.z.net"), report.net_minor),
        *report.moves,
    ]
    notes = "  ".join(
        f"{amount(one.value_minor, currency)} × {one.count}" for one in report.denominations
    )
    counted = (Field(name=words("print.z.denomination"), value=notes),) if notes else ()
    trade = tuple(Field(name=name, value=signed_amount(one, currency)) for name, one in pairs)
    return (*trade, *counted, Field(name=words("print.z.voids"), value=str(report.voids)))


def _pages(words: Words) -> str:
    return words("print.paper.page", page="{page}", pages="{pages}")
