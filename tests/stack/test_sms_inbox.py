"""Text messages over HTTP on the deployed package: in by the signed route, out in the inbox."""

import json
import time
from collections.abc import Callable

import pytest

from infra import signed
from infra.front import StackFront
from infra.player import Answer, expect
from infra.stack import LocalStack
from tests.journeys.test_sms import code_of, coordinated, fulfilled, licence, new_phone, times
from tests.stack.test_leaks import logs, rows

pytestmark = pytest.mark.ministack
PATIENCE = 30.0


def inbox(stack: LocalStack, phone: str, words: str) -> int:
    """How many texts with these words the emulator has taken for the phone."""
    texts = [json.dumps(message, ensure_ascii=False) for message in stack.sms()]
    return len([text for text in texts if phone in text and words in text])


def wait_for(come: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not come():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.1)


def test_a_reporter_says_it_is_solved_and_rates_by_digits(stack: LocalStack) -> None:
    phone = new_phone()
    case = coordinated(StackFront(stack), phone)
    assert inbox(stack, phone, "解决了回复1，没有回复2") == 1

    case.answer(phone, "1")
    case.stands(ended=True, result="solved")
    assert inbox(stack, phone, f"{case.number}已办结，请回复数字评价") == 1
    case.answer(phone, "5")

    assert case.happened()[-1] == "rated"


def test_a_wish_is_confirmed_by_the_code_in_the_inbox(stack: LocalStack) -> None:
    phone = new_phone()
    case = fulfilled(StackFront(stack), phone)

    case.answer(phone, code_of(case, phone))

    case.stands(ended=True, result="fulfilled")


def test_a_repeat_over_http_is_answered_once_and_a_forgery_not_at_all(stack: LocalStack) -> None:
    front, phone = StackFront(stack), new_phone()
    case = licence(front, phone)
    body, headers = signed.sms(stack.sms_secret(), phone, "８")

    def send(body: bytes) -> Answer:
        return front.http("POST", signed.ROUTE, None, None, headers, raw=body)

    first, again = send(body), send(body)
    other = send(body.replace("８".encode(), b"9"))
    wait_for(lambda: times(case, "progress_asked") > 0)
    case.answer(phone, "7")

    assert expect(first, 202) == expect(again, 202)
    assert expect(other, 401)["type"] == "urn:bancheng:problem:signature-invalid"
    assert times(case, "progress_asked") == 1
    assert inbox(stack, phone, f"营业执照{case.number}：已收件。") == 1
    left = [place for places in (rows(stack), logs(stack)) for place in places]
    assert len(left) > 50
    assert [place for place, text in left if phone in text] == []
