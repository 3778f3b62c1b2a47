"""What the things a task speaks of are called: site, product, document (drill-down of tasks)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.catalog.queries import products
from shared.channel.tables import site
from shared.reporting.queries.documents import documents_named
from shared.tasks.queries import TaskLine


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSubject:
    """A task's subject in words; what is not known here is ''."""

    site_name: str = ""
    product_id: str = ""
    product_name: str = ""
    document: str = ""
    """uid text of the document it is about."""
    document_kind: str = ""
    number: str = ""


def task_subjects(connection: Connection, lines: Sequence[TaskLine]) -> dict[str, TaskSubject]:
    """The subjects of these tasks, by task id."""
    sites = dict(connection.execute(select(site.c.id, site.c.name)).all())
    goods = {line.id: line.subject.partition(":")[2] for line in lines}
    names = products(connection, sorted({one for one in goods.values() if one}))
    wanted = {line.subject for line in lines} | {line.about for line in lines if line.about}
    documents = documents_named(connection, sorted(wanted))
    found = {}
    for line in lines:
        product_id = goods[line.id]
        named = documents.get(line.subject) or documents.get(line.about)
        found[line.id] = TaskSubject(
            site_name=sites.get(line.site_id, line.site_id),
            product_id=product_id if product_id in names else "",
            product_name=names[product_id].name if product_id in names else "",
            document=named.document if named is not None else "",
            document_kind=named.kind if named is not None else "",
            number=named.number if named is not None else "",
        )
    return found
