"""Every question a device can ask, about its own things, another's, and what nobody has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from shared.reporting.queries.detail import REPORTS
from shared.sync.messages import (
    AskDigests,
    AskPicture,
    AskReport,
    AskRows,
    Cursor,
    EnvelopeCursor,
    Envelopes,
    Hello,
    Message,
    Pull,
    PullMany,
    Wait,
    pack,
)
from sync_server.store.tables import scope_head, snapshot
from tests.attack.house import House, account_id, site_id
from tests.integration.server.asgi import Answer
from tests.integration.server.two_shops import DAY, Till

NOBODY = "S977"
"""A site nobody has, as long as a real one."""
NO_ACCOUNT = "D977"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request of a walk."""

    route: str
    about: str
    message: Message | None = None
    method: str = "POST"

    @property
    def body(self) -> bytes:
        return b"" if self.message is None else pack(self.message)


def asked(end: Till, question: Question) -> Answer:
    """Its answer, signed as this device."""
    return end.wire.ask(question.route, question.body, method=question.method)


def scopes_there(made: House) -> list[str]:
    """Every scope head office has."""
    with made.office.database.read() as connection:
        return list(connection.execute(select(scope_head.c.scope)).scalars())


def files_there(made: House) -> dict[str, str]:
    """The snapshot files by scope."""
    with made.office.database.read() as connection:
        rows = connection.execute(select(snapshot.c.scope, snapshot.c.name)).all()
    return {row.scope: row.name for row in rows}


def hello(cursors: Sequence[Cursor] = (), *, incarnation: int = 1) -> Hello:
    """A first word."""
    return Hello(
        protocol=1,
        incarnation=incarnation,
        epoch="",
        head_n=0,
        head_hash=bytes(32),
        cursors=list(cursors),
    )


def about_scope(scope: str) -> Iterator[Question]:
    """Whatever can be asked about one scope."""
    for generation in (1, 2):
        for after in (0, -5, 10**6):
            cursor = Cursor(scope=scope, generation=generation, seq=after)
            told = f"{scope} {generation} {after}"
            yield Question(route="/hello", about=told, message=hello([cursor]))
            yield Question(
                route="/pull",
                about=told,
                message=Pull(scope=scope, generation=generation, after=after, limit=0),
            )
            yield Question(route="/pulls", about=told, message=PullMany(cursors=[cursor], limit=0))
            yield Question(
                route="/envelopes",
                about=told,
                message=Envelopes(cursors=[EnvelopeCursor(scope=scope, after=after)]),
            )
            for table in ("", "sale", "price_row"):
                yield Question(
                    route="/digests",
                    about=f"{told} {table}",
                    message=AskDigests(scope=scope, generation=generation, table=table),
                )
            yield Question(
                route="/rows",
                about=told,
                message=AskRows(
                    scope=scope, generation=generation, table="site", ids=["S001", "S002", "S003"]
                ),
            )
            yield Question(route="/wait", about=told, message=Wait(cursors=[cursor], timeout_s=0))


def about_site(site: str, user_id: str, document: str, goods: str) -> Iterator[Question]:
    """Every report about a site, in somebody's name."""
    for report in sorted(REPORTS):
        yield Question(
            route="/ask",
            about=f"{report} {site} {user_id}",
            message=AskReport(
                report=report,
                params={
                    "site_id": site,
                    "business_day": DAY,
                    "document": document,
                    "product_id": goods,
                },
                user_id=user_id,
            ),
        )


def about_file(name: str) -> Question:
    """A download."""
    return Question(route=f"/snapshot/{name}", about=name[:8], method="GET")


def about_picture(digest: str) -> Question:
    """A picture of goods."""
    return Question(route="/picture", about=digest[:8], message=AskPicture(digest=digest))


def everything(made: House, user_ids: Sequence[str]) -> Iterator[Question]:
    """All of it, about all that is there."""
    for scope in [*scopes_there(made), "hq", "all", f"site:{NOBODY}", f"account:{NO_ACCOUNT}"]:
        yield from about_scope(scope)
    for name in files_there(made).values():
        yield about_file(name)
    for secret in made.secrets.values():
        yield about_picture(sha256(secret.picture).hexdigest())
    for user_id in user_ids:
        for number in range(1, made.shops + 1):
            document = document_of(made, number)
            yield from about_site(site_id(number), user_id, document, "P1")
            yield from about_site(site_id(number), user_id, document, account_id(number))


def document_of(made: House, number: int) -> str:
    """The uid of a shop's sale."""
    from shared.areas import REGISTRY
    from shared.core.ids import uid_text

    return uid_text(REGISTRY.decode(made.till(number).slots[0].stored).header.uid)
