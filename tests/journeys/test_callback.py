"""A body outside answers a case by a message that it has signed: only what waits for it, once."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from chalicelib.platform.errors import AlreadyDecided, KeyReused, SignatureInvalid
from chalicelib.platform.webhook import secret as secret_of
from infra import signed
from infra.player import Answer, Case, expect
from tests.journeys.callbacks import APPROVER, ASSISTANT, BODY, HEARD, outside, prepared
from tests.journeys.matters import refused_as
from tests.journeys.people import example
from tests.world import World

TOLD = {"basis": "2026年3月10日赣农计字〔2026〕15号", "amount": 500000, "text": "分两次拨付。"}
BY_HAND = {**HEARD, "reference": "镇档案柜3号"}


def says(
    world: World,
    number: str,
    action: str = "heard",
    details: Any = HEARD,
    name: str | None = None,
    body: str = BODY,
    key: str | None = None,
) -> Answer:
    said = {"case": number, "action": action, "details": details}
    return sends(world, json.dumps(said).encode(), name, body, key)


def sends(
    world: World, raw: bytes, name: str | None = None, body: str = BODY, key: str | None = None
) -> Answer:
    """Bytes, signed by whoever has the key: the body's own unless another is given."""
    now = datetime.now(UTC)
    name = name or f"msg_{uuid.uuid4().hex}"
    text = raw.decode("utf-8", "surrogateescape")
    signature = Webhook(key or world.secret_of(f"body-{BODY}")).sign(name, now, text)
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    return posted(world, body, headers, raw)


def posted(world: World, body: str, headers: Mapping[str, str], raw: bytes) -> Answer:
    answer = world.http("POST", f"{signed.BODIES}{body}", None, None, headers, raw=raw)
    world.settle()
    return answer


def test_the_body_outside_answers_by_itself_and_the_case_goes_on(world: World) -> None:
    case = outside(world)

    told = expect(says(world, case.number), 200)

    assert set(told) == {"case", "at"}
    view = case.stands("verify")
    event = next(one for one in view["events"] if one["type"] == "answered")
    assert event["actor"] == {"party": f"body:{BODY}", "as": "body"}
    assert event["details"] == HEARD
    assert event["data"]["counts"] == {"answer": "granted", "amount": 500000}
    case.do(APPROVER, "tell_granted", TOLD)
    case.stands(ended=True, result="granted")


def test_an_answer_that_comes_on_paper_is_recorded_by_hand_and_the_message_is_late(
    world: World,
) -> None:
    case = outside(world)
    case.do(ASSISTANT, "answered", BY_HAND)

    assert refused_as(says(world, case.number), AlreadyDecided)
    case.stands("verify")


def test_the_body_may_want_more_and_is_asked_again(world: World) -> None:
    case = outside(world)

    expect(says(world, case.number, "wanted", {"on": "2026-03-10", "text": "补环评"}), 200)

    case.stands("prepare")
    assert refused_as(says(world, case.number), AlreadyDecided)


def test_the_same_message_is_heard_once_and_its_name_serves_for_nothing_else(
    world: World,
) -> None:
    case = outside(world)

    first, again = (says(world, case.number, name="msg_1") for _ in range(2))

    assert first.status == 200 and first.body == again.body
    assert case.happened().count("answered") == 1
    other = says(world, case.number, details={**HEARD, "amount": 1}, name="msg_1")
    assert refused_as(other, KeyReused)


def test_nobody_of_the_office_speaks_for_the_body_and_it_does_nothing_of_theirs(
    world: World,
) -> None:
    case = outside(world)
    for party in (ASSISTANT, APPROVER):
        assert case.attempt(party, "heard", HEARD).status in (403, 422)
    (task,) = [one for one in case.view(ASSISTANT)["tasks"] if one["actions"]]
    assert not {"heard", "wanted"} & set(task["actions"])
    headers = {"Receipt-Secret": case.secret}
    body = {"action": "heard", "details": HEARD}
    path = f"/my/cases/{case.number}/actions"
    assert world.http("POST", path, body, None, headers).status == 403

    for action in ("answered", "chase", "no_answer", "withdraw", "nothing"):
        (error,) = expect(says(world, case.number, action), 422)["errors"]
        assert (error["pointer"], error["keyword"]) == ("/action", "enum")
    case.stands("outside")


def test_what_the_body_says_must_be_what_the_document_asks_for(world: World) -> None:
    case = outside(world)
    wrong: list[tuple[Any, str]] = [
        ({name: v for name, v in HEARD.items() if name != "amount"}, "/details/amount"),
        ({**HEARD, "answer": "perhaps"}, "/details/answer"),
        ({**HEARD, "at": "2020-01-01T00:00:00Z"}, "/details/at"),
    ]
    for details, pointer in wrong:
        errors = expect(says(world, case.number, details=details), 422)["errors"]
        assert pointer in [one["pointer"] for one in errors]
    case.stands("outside")


def test_the_body_learns_of_no_case_that_has_not_been_sent_to_it(world: World) -> None:
    waiting, case = prepared(world), outside(world)
    licence = Case.submit(world, example()["answers"], ["P1", "P2", "P3"])
    nothing = says(world, "0" * 10)
    assert nothing.status == 404

    for number in (waiting.number, licence.number, case.number[:-1], "", "5724019863", "x"):
        for action in ("heard", "answered", "accept"):
            answer = says(world, number, action)
            assert (answer.status, answer.body) == (404, nothing.body)


def test_what_is_not_signed_by_that_body_is_nobodys(world: World) -> None:
    case = outside(world)
    keys = world.house.ports.keys
    others = [
        world.sms_secret,
        secret_of(keys, "body-other", 1),
        secret_of(keys, BODY, 1),
        secret_of(keys, f"body-{BODY}", 5),
    ]
    for key in others:
        assert refused_as(says(world, case.number, key=key), SignatureInvalid)
    # Another name in the path, whether or not there is such a body, with a good signature of ours.
    for body in ("other", "sms", "body-fund-office", "FUND-OFFICE", "x" * 41, "a%2Fb", "%00"):
        assert refused_as(says(world, case.number, body=body), SignatureInvalid)
    for body in ("other", "sms"):
        key = secret_of(keys, f"body-{body}", 1)
        assert refused_as(says(world, case.number, body=body, key=key), SignatureInvalid)
    case.stands("outside")


def test_a_message_of_yesterday_or_with_a_changed_word_is_refused(world: World) -> None:
    case = outside(world)
    raw = json.dumps({"case": case.number, "action": "heard", "details": HEARD}).encode()
    key = Webhook(world.secret_of(f"body-{BODY}"))
    for minutes in (-10, 10):
        then = datetime.now(UTC) + timedelta(minutes=minutes)
        headers = {
            "webhook-id": "m",
            "webhook-timestamp": str(int(then.timestamp())),
            "webhook-signature": key.sign("m", then, raw.decode()),
        }
        assert refused_as(posted(world, BODY, headers, raw), SignatureInvalid)
    good = signed.headers(world.secret_of(f"body-{BODY}"), raw, "m")
    for change in ({"webhook-id": "n"}, {"webhook-signature": "v1,AAAA"}):
        assert refused_as(posted(world, BODY, {**good, **change}, raw), SignatureInvalid)
    changed = raw.replace(b"500000", b"900000")
    assert refused_as(posted(world, BODY, good, changed), SignatureInvalid)
    assert refused_as(posted(world, BODY, {}, raw), SignatureInvalid)
    case.stands("outside")


HOSTILE = [
    *(b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"case": 1}', b'{"case": "1"}'),
    b'{"case": "5724019863", "action": "heard", "case": "1"}',
    b'{"case": "5724019863", "action": "heard", "details": []}',
    b'{"case": "5724019863", "action": "heard", "at": "2026-01-01"}',
    b'{"case": "5724019863", "action": "' + b"a" * 41 + b'"}',
    b'{"case": "\\u0000", "action": "heard"}',
    b'{"case": "5724019863", "action": "heard", "details": {"amount": 1e400}}',
    b'{"case": "5724019863", "action": "heard", "details": ' + b'{"a":' * 200 + b"1" + b"}" * 201,
    b'{"case": "5724019863", "action": "heard", "details": {"t": "' + b"x" * 300_000 + b'"}}',
    '{"case": "５７２４０１９８６３", "action": "heard"}'.encode(),
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_bytes_are_refused_however_well_they_are_signed(world: World, raw: bytes) -> None:
    try:
        answer = sends(world, raw)
    except UnicodeEncodeError:
        # No provider can sign what is no text; unsigned it is refused for that.
        answer = posted(world, BODY, {}, raw)

    assert 400 <= answer.status < 500
    assert answer.headers["content-type"] == "application/problem+json"
