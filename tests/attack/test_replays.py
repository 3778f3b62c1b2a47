"""T45, T46: what was said and recorded has no second effect; a lost answer locks nobody out."""

import random
import threading
from dataclasses import replace
from pathlib import Path

from shared.access.documents import UserPublished
from shared.sync.messages import Cursor, PushAnswer, Verdict, Wait, pack, unpack
from shared.sync.requests import DEVICE_HEADER, NONCE_HEADER
from tests.attack.house import House, house
from tests.attack.line import Line, Request, code_of
from tests.attack.malformed import Attacker, digest_of_all
from tests.attack.walking import about_file, about_scope, asked, files_there, hello
from tests.integration.server.asgi import Device
from tests.integration.server.two_shops import a_sale


def _a_day(made: House) -> list[Request]:
    """Everything two shops and head office's desk say on a busy morning, as it was on the line."""
    made.line.is_noting = True
    for number in (1, 2):
        till = made.till(number)
        for question in about_scope(f"site:S00{number}"):
            asked(till, question)
        for _ in range(4):
            assert till.says(a_sale(), author_id=f"owner{number}") == ""
        asked(till, about_file(files_there(made)["list:EX1"]))
    for question in about_scope("hq"):
        asked(made.ends["hq.01"], question)
    made.line.is_noting = False
    return made.line.said


def test_no_recorded_request_has_a_second_effect(tmp_path: Path) -> None:
    """Three times, out of order, in another's name, at another worker, after a restart."""
    with house(tmp_path, shops=2) as made:
        said = _a_day(made)
        before, chance = digest_of_all(made), random.Random(45)
        answers = [one for _ in range(3) for one in _replayed(made.line, chance, said)]
        answers += _replayed(made.line, chance, [_as(one, b"S002.01") for one in said])
        answers += _replayed(made.another_worker(), chance, said)
        made.clock.at_us += 3_600_000_000
        answers += _replayed(made.line, chance, said)
        made.revoke("S001.01")
        after_revoking = digest_of_all(made)
        answers += _replayed(made.line, chance, said)

        assert digest_of_all(made) == after_revoking != before
        assert set(answers) <= {(401, "NONCE"), (401, "BAD_SIGNATURE")}
        assert len(answers) == 7 * len(said) > 1_000


def _replayed(line: Line, chance: random.Random, said: list[Request]) -> list[tuple[int, str]]:
    found = [line.say(one) for one in chance.sample(said, len(said))]
    return [(one.status, code_of(one)) for one in found]


def _as(request: Request, device_id: bytes) -> Request:
    name = DEVICE_HEADER.encode()
    headers = tuple((k, device_id if k == name else v) for k, v in request.headers)
    return replace(request, headers=headers)


def test_the_same_documents_signed_anew_are_there_already(tmp_path: Path) -> None:
    """Who repeats with a fresh nonce repeats nothing; who repeats another's is no author."""
    with house(tmp_path, shops=2) as made:
        till, other = made.till(1), made.till(2)
        for _ in range(3):
            till.add(a_sale(), author_id="owner1")
        pushes = [till.batch(first) for first in (len(till.slots) - 2, len(till.slots))]
        for push in pushes:
            till.wire.ask("/push", pack(push))
        before = digest_of_all(made)
        for push in [*pushes, pushes[0]]:
            answer = unpack(till.wire.ask("/push", pack(push)).body, PushAnswer)
            assert {one.outcome for one in answer.verdicts} <= {"already", "kept"}
            assert other.wire.ask("/push", pack(push)).status in {403, 409}
        assert digest_of_all(made) == before


def test_anothers_document_in_a_journal_of_ones_own_is_kept_and_posts_nothing(
    tmp_path: Path,
) -> None:
    with house(tmp_path, shops=2) as made:
        thief, victim = made.till(2), made.till(1)
        verdicts: list[Verdict] = []
        for slot in victim.slots[:12]:
            first = len(thief.slots) + 1
            thief.add_bytes(slot.stored)
            verdicts += thief.push(first)
        assert {one.code for one in verdicts} == {"FOREIGN_DEVICE"}
        assert len(verdicts) == 12


def test_a_lost_answer_locks_no_till_out(tmp_path: Path) -> None:
    """Its nonce is spent; the refusal carries the next one, and what was stored is not stored
    again."""
    with house(tmp_path, shops=1) as made:
        till = made.till(1)
        for _ in range(20):
            till.add(a_sale(), author_id="owner1")
            body = pack(till.batch(len(till.slots)))
            lost = till.wire.signed("POST", "/push", body)
            if not till.wire.nonce:
                till.wire.ask("/hello", pack(hello()))
                lost = till.wire.signed("POST", "/push", body)
            assert made.line.ask("POST", "/push", body, lost).status == 200
            # The device heard nothing: it says the same with what it has.
            refused = made.line.ask("POST", "/push", body, lost)
            assert (refused.status, code_of(refused)) == (401, "NONCE")
            till.wire.nonce = refused.headers[NONCE_HEADER]
            again = unpack(till.wire.ask("/push", body).body, PushAnswer)
            assert [one.outcome for one in again.verdicts] == ["already"]


def test_a_worker_that_knows_no_nonce_of_another_costs_one_question(tmp_path: Path) -> None:
    with house(tmp_path, shops=1) as made:
        till, elsewhere = made.till(1), made.another_worker()
        asked(till, next(iter(about_scope("site:S001"))))
        moved = Device(elsewhere, till.wire.device_id, till.wire.key, till.wire.nonce)
        answers = [moved.ask("/hello", pack(hello())).status for _ in range(3)]
        assert answers == [401, 200, 200]


def test_a_revoked_device_stops_at_its_next_request_on_every_route(tmp_path: Path) -> None:
    with house(tmp_path, shops=2) as made:
        till = made.till(1)
        file = about_file(files_there(made)["list:EX1"])
        assert asked(till, file).status == 200
        assert asked(till, next(iter(about_scope("site:S001")))).status == 200
        made.revoke("S001.01")
        before = digest_of_all(made)
        # In the middle of a conversation, of a download and of a wait: with a nonce that is good.
        good = {"range": "bytes=10-"} | till.wire.signed("GET", file.route, b"")
        refused = made.line.ask("GET", file.route, b"", good)
        assert (refused.status, code_of(refused)) == (403, "DEVICE_REVOKED")
        till.wire.nonce = refused.headers[NONCE_HEADER]
        for path, message in Attacker(made, 1)._packed:
            answer = till.wire.ask(path, pack(message))
            assert (answer.status, code_of(answer)) in {
                (403, "DEVICE_REVOKED"), (404, "PATH_UNKNOWN")
            }, path  # fmt: skip
        wait = Wait(cursors=[Cursor(scope="site:S001", generation=1, seq=0)], timeout_s=1)
        assert till.wire.ask("/wait", pack(wait)).status == 403
        elsewhere = Device(made.another_worker(), till.wire.device_id, till.wire.key)
        assert elsewhere.ask("/hello", pack(hello())).status == 403
        assert digest_of_all(made) == before


def test_a_wait_that_was_begun_before_tells_a_revoked_device_no_more_than_a_name(
    tmp_path: Path,
) -> None:
    """What moved is named at most; the rows are asked for, and that is refused."""
    with house(tmp_path, shops=1) as made:
        till = made.till(1)
        asked(till, next(iter(about_scope("site:S001"))))
        wait = Wait(cursors=[Cursor(scope="site:S001", generation=1, seq=10**6)], timeout_s=1)
        timer = threading.Timer(0.2, made.revoke, ["S001.01"])
        timer.start()
        answer = till.wire.ask("/wait", pack(wait))
        timer.join()
        assert answer.status == 200
        assert len(answer.body) < 40
        till.wire.nonce = answer.headers[NONCE_HEADER]
        assert code_of(till.wire.ask("/hello", pack(hello()))) == "DEVICE_REVOKED"


def test_a_publication_that_was_recorded_is_worth_nothing_to_a_device(tmp_path: Path) -> None:
    """Head office's own documents have its signature, not that of who brings them again."""
    with house(tmp_path, shops=2) as made:
        till = made.till(2)
        granted = UserPublished(user_id="owner2", name="x", role="head_office")
        assert till.says(granted, author_id="owner2") == "DEVICE_TYPE_NOT_ALLOWED"
        assert till.says(granted, author_id="system", device_id="HQ") == "FOREIGN_DEVICE"
