"""The matrix of T43: for a device, every question about another's thing, and about none."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from statistics import median
from time import perf_counter

from shared.reporting.queries.detail import REPORTS
from shared.sync.messages import (
    AskDigests,
    AskPacket,
    AskPicture,
    AskReport,
    AskRows,
    Cursor,
    EnvelopeCursor,
    Envelopes,
    EnvelopesAnswer,
    HelloAnswer,
    Message,
    Pages,
    Pull,
    PullMany,
    ReportPage,
    Wait,
    WaitAnswer,
    unpack,
)
from tests.attack.house import House
from tests.attack.walking import (
    NO_ACCOUNT,
    NOBODY,
    Question,
    asked,
    document_of,
    files_there,
    hello,
)
from tests.integration.server.asgi import Answer
from tests.integration.server.two_shops import DAY, unpacked

_OF_A_DOCUMENT = ("lines_of_sale", "tenders_of_sale")
_OF_A_SITE = ("moves_of_product", "sales_of_day", "stock_of_site", *_OF_A_DOCUMENT)
"""Reports that name an object; of the others the canaries prove what they give."""
USERS = ("owner1", "owner2", "boss", "system", "nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The same question twice: about what is another's, and about what is nobody's."""

    route: str
    about: str
    foreign: Question
    missing: Question
    names: tuple[str, str]
    """What stands in the questions, as long in both: an answer may repeat it."""


def foreign_and_missing(made: House, device_id: str) -> Iterator[Pair]:
    """All pairs for a device."""
    victim, account = ("S002", "D002") if not device_id.startswith("S002") else ("S003", "D003")
    number = int(victim[1:])
    scopes = [
        (f"site:{victim}", f"site:{NOBODY}"),
        (f"account:{account}", f"account:{NO_ACCOUNT}"),
        (f"list:EX{number}", "list:EX7"),
    ]
    if not device_id.startswith("hq."):
        scopes += [("hq", "qh"), ("supply", "ylppus")]
    own = set(_scopes(made, device_id))
    for foreign, missing in scopes:
        if foreign not in own:
            yield from _about_scopes(foreign, missing)
    if not device_id.startswith(("hq.", "HQ01.")):
        yield from _about_reports(made, number)
        name = files_there(made)[f"list:EX{number}"]
        yield _pair("/snapshot", "GET", name, "0" * 64, None, None)
        yield _about_picture(made, number)
        yield _about_packet(number)


def _about_picture(made: House, number: int) -> Pair:
    digest, nothing = sha256(made.secrets[number].picture).hexdigest(), "0" * 64
    one, other = AskPicture(digest=digest), AskPicture(digest=nothing)
    return _pair("/picture", "POST", digest, nothing, one, other)


def _about_packet(number: int) -> Pair:
    foreign, missing = f"S{number:03d}.01", f"{NOBODY}.01"
    one, other = (
        AskPacket(device_id=device_id, sales_org_id="FX", user_id=USERS[0])
        for device_id in (foreign, missing)
    )
    return _pair("/packet", "POST", foreign, missing, one, other)


def _scopes(made: House, device_id: str) -> tuple[str, ...]:
    with made.office.database.read() as connection:
        return made.office.hq.directory.scopes_of_device(connection, device_id)


def _pair(
    route: str,
    method: str,
    foreign: str,
    missing: str,
    one: Message | None,
    other: Message | None,
    about: str = "",
) -> Pair:
    path = (f"/snapshot/{foreign}", f"/snapshot/{missing}") if one is None else (route, route)
    return Pair(
        route=route,
        about=about or foreign,
        foreign=Question(route=path[0], about=foreign, message=one, method=method),
        missing=Question(route=path[1], about=missing, message=other, method=method),
        names=(foreign, missing),
    )


def _about_scopes(foreign: str, missing: str) -> Iterator[Pair]:
    for generation, seq in ((1, 0), (1, 1), (1, 10**9), (2, 0), (0, -1)):
        said = [_messages(scope, generation, seq) for scope in (foreign, missing)]
        for one, other in zip(*said, strict=True):
            told = f"{foreign} {generation} {seq}"
            yield _pair(one[0], "POST", foreign, missing, one[1], other[1], told)


def _messages(scope: str, generation: int, seq: int) -> list[tuple[str, Message]]:
    cursor = Cursor(scope=scope, generation=generation, seq=seq)
    rows = ["S002", "S003"]
    return [
        ("/hello", hello([cursor])),
        ("/pull", Pull(scope=scope, generation=generation, after=seq, limit=9)),
        ("/pulls", PullMany(cursors=[cursor], limit=9)),
        ("/wait", Wait(cursors=[cursor], timeout_s=0)),
        ("/envelopes", Envelopes(cursors=[EnvelopeCursor(scope=scope, after=seq)])),
        ("/digests", AskDigests(scope=scope, generation=generation, table="site")),
        ("/rows", AskRows(scope=scope, generation=generation, table="site", ids=rows)),
    ]


def _about_reports(made: House, number: int) -> Iterator[Pair]:
    document = document_of(made, number)
    nothing = "f" * len(document)
    site = f"S{number:03d}"
    for user_id in USERS:
        for report in sorted(REPORTS):
            if report not in _OF_A_SITE:
                continue
            named = [(site, NOBODY)]
            named += [(document, nothing)] if report in _OF_A_DOCUMENT else []
            for names in named:
                one, other = (
                    AskReport(
                        report=report,
                        params={
                            "site_id": name if names[0] == site else "S001",
                            "business_day": DAY,
                            "document": document if names[0] == site else name,
                            "product_id": "P1",
                        },
                        user_id=user_id,
                    )
                    for name in names
                )
                told = f"{report} {user_id} {names[0]}"
                yield _pair("/ask", "POST", *names, one, other, told)


def asked_both(made: House, device_id: str, pair: Pair) -> tuple[tuple[str, bytes], ...]:
    """Status and body of both answers, with the name that was asked for taken out."""
    found = []
    for question, name in zip((pair.foreign, pair.missing), pair.names, strict=True):
        answer = asked(made.ends[device_id], question)
        body = unpacked(answer.body).replace(name.encode(), b"?" * len(name))
        found.append((f"{answer.status}", _timeless(question, answer, body)))
    return tuple(found)


def _timeless(question: Question, answer: Answer, body: bytes) -> bytes:
    return (
        body
        if answer.status != 200 or question.route != "/hello"
        else repr(sorted(unpack(answer.body, HelloAnswer).scopes)).encode()
        + repr(unpack(answer.body, HelloAnswer).manifest).encode()
    )


_SAYS_NOTHING: dict[str, tuple[type[Message], str]] = {
    "/pulls": (Pages, "pages"),
    "/wait": (WaitAnswer, "moved"),
    "/envelopes": (EnvelopesAnswer, "cursors"),
    "/ask": (ReportPage, "rows"),
}


def says_nothing(pair: Pair, answer: tuple[str, bytes]) -> bool:
    """Whether an answer about another's thing is a refusal, or as empty as about none.

    A first word is answered with the device's own scopes, whatever it names.
    """
    status, body = answer
    if int(status) >= 400 or pair.route == "/hello":
        return True
    kind, rows = _SAYS_NOTHING.get(pair.route, (ReportPage, "rows"))
    return not getattr(unpack(_packed(body), kind), rows)


def _packed(body: bytes) -> bytes:
    """An answer that was unfolded, as a message again."""
    return b"\x00" + body.removeprefix(b"\x00")


def walk(made: House, chance: random.Random, *, each: int) -> tuple[list[str], Counter[str]]:
    """Ask so many pairs as every device: what was answered differently, and all statuses."""
    wrong: list[str] = []
    answered: Counter[str] = Counter()
    for device_id in made.ends:
        pairs = list(foreign_and_missing(made, device_id))
        for pair in chance.sample(pairs, min(each, len(pairs))):
            foreign, missing = asked_both(made, device_id, pair)
            answered[f"{pair.route} {foreign[0]}"] += 1
            if foreign != missing:
                wrong.append(f"{device_id} {pair.route} {pair.about}: {foreign} {missing}")
            if not says_nothing(pair, foreign):
                wrong.append(f"{device_id} {pair.route} {pair.about} is answered: {foreign}")
    return wrong, answered


def medians_of_both(made: House, device_id: str, pair: Pair, *, rounds: int) -> tuple[float, float]:
    """How long each of both questions takes, in the middle of so many, asked in turn."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for times, question in zip(took, (pair.foreign, pair.missing), strict=True):
            begun = perf_counter()
            asked(made.ends[device_id], question)
            times.append(perf_counter() - begun)
    return median(took[0]), median(took[1])
