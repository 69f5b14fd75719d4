"""Sealed documents: printed once, signed, checked by everybody who holds one."""

import base64
import hashlib
import io
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.serialization import load_der_private_key
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from chalicelib.cases import prints
from chalicelib.cases.file import load
from chalicelib.platform.ports import Table
from infra.player import Case
from tests.fakes.files import MemoryFiles
from tests.journeys.people import EXAMINER, OTHER_APPROVER, VILLAGE, example
from tests.journeys.publishing import order, upload
from tests.journeys.test_licence import granted, submitted
from tests.world import PUBLIC_URL, World, load_json


def decided(world: World) -> Case:
    case = submitted(world)
    case.do(VILLAGE, "accept")
    granted(case)
    return case


def sealed(case: Case) -> Any:
    return next(one for one in case.mine()["documents"] if "file" in one)


def pdf_of(case: Case) -> bytes:
    path = f"/my/cases/{case.number}/documents/{sealed(case)['file']}"
    answer = case.front.http("GET", path, headers={"Receipt-Secret": case.secret})
    assert answer.status == 200
    return base64.b64decode(answer.body["pdf"])


def files(world: World) -> dict[str, bytes]:
    assert isinstance(world.ports.files, MemoryFiles)
    return world.ports.files.kept


def test_a_decision_is_a_signed_pdf_of_which_the_row_keeps_the_hash(world: World) -> None:
    case = decided(world)

    made = pdf_of(case)

    assert hashlib.sha256(made).hexdigest() == sealed(case)["sha256"]
    signature = PdfFileReader(io.BytesIO(made)).embedded_signatures[0]
    trusted = ValidationContext(trust_roots=[signature.signer_cert])
    status = validate_pdf_signature(signature, trusted)
    assert status.bottom_line and status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    subject = signature.signer_cert.subject.native
    assert subject["organization_name"] == "吉州区行政审批局（示范）"


def test_a_changed_pdf_is_noticed_by_its_reader(world: World) -> None:
    made = bytearray(pdf_of(decided(world)))
    made[made.index(b"/Subject") + 12] ^= 1

    signature = PdfFileReader(io.BytesIO(bytes(made))).embedded_signatures[0]

    trusted = ValidationContext(trust_roots=[signature.signer_cert])
    assert not validate_pdf_signature(signature, trusted).bottom_line


def test_whoever_holds_a_document_learns_that_it_holds_and_nothing_of_people(world: World) -> None:
    case = decided(world)

    answer = world.http("GET", sealed(case)["check"])

    assert answer.status == 200
    assert {**answer.body, "number": "", "sha256": ""} == {
        "number": "",
        "kind": "登记通知书",
        "authority": "吉州区行政审批局（示范）",
        "date": "2026-03-10",
        "state": "valid",
        "said": "有效",
        "sha256": "",
    }
    assert answer.body["sha256"] == sealed(case)["sha256"]


def test_a_wrong_code_is_answered_as_a_number_that_was_never_given(world: World) -> None:
    number = quote(sealed(decided(world))["number"])
    unknown = quote("吉审批准〔2026〕5724019863-4号")

    wrong = world.http("GET", f"/documents/{number}?code=AAAA-BBBB-CCCC-DDDD")
    without = world.http("GET", f"/documents/{number}")
    other = world.http("GET", f"/documents/{unknown}?code=AAAA-BBBB-CCCC-DDDD")

    assert wrong.status == without.status == other.status == 404
    assert wrong.body == without.body == other.body


def test_the_code_is_read_however_people_type_it(world: World) -> None:
    path, code = sealed(decided(world))["check"].split("=")

    assert world.http("GET", f"{path}={code.lower().replace('-', '')}").status == 200


def test_the_address_on_the_paper_is_the_one_that_answers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []
    real = prints.pdf.pages

    def noted(sheet: prints.pdf.Sheet) -> bytes:
        printed.append(sheet.address)
        return real(sheet)

    monkeypatch.setattr(prints.pdf, "pages", noted)

    case = decided(world)

    assert printed == [PUBLIC_URL + sealed(case)["check"]]


def test_a_document_that_is_not_sealed_cannot_be_checked(world: World) -> None:
    receipt = decided(world).mine()["documents"][0]
    assert "file" not in receipt

    path = prints.address_of(world.ports.keys, receipt["number"])

    assert world.http("GET", path).status == 404


def test_the_pdf_is_for_the_receipt_and_for_officers_of_the_case_only(world: World) -> None:
    case = decided(world)
    name = sealed(case)["file"]

    mine, theirs = (f"{part}/{case.number}/documents/{name}" for part in ("/my/cases", "/cases"))

    assert world.http("GET", theirs, party=EXAMINER).status == 200
    assert world.http("GET", theirs, party="officer-lin").status == 404
    assert world.http("GET", mine).status == 404
    other = {"Receipt-Secret": submitted(world).secret}
    assert world.http("GET", mine, headers=other).status == 404
    unknown = mine.replace(name, "9-refusal")
    assert world.http("GET", unknown, headers={"Receipt-Secret": case.secret}).status == 404


def test_the_file_lies_sealed_and_ends_with_the_key_of_the_case(world: World) -> None:
    made = pdf_of(decided(world))

    assert [
        data for data in files(world).values() if made in data or data.startswith(b"%PDF")
    ] == []
    assert len(files(world)) == 1


def test_a_worker_that_died_after_the_file_finds_it_and_makes_no_other(world: World) -> None:
    case = decided(world)
    made, key = pdf_of(case), f"case#{case.number}"
    file = load(world.store, case.number)
    assert file is not None
    row = next(one for one in file.documents if "sha256" in one)
    bare = {name: row[name] for name in row if name not in ("object", "sha256", "sealed_by")}

    prints.seal(world.house, file, bare)

    kept = world.store.get(Table.CASES, (key, row["sk"]))
    assert kept == row and pdf_of(case) == made and len(files(world)) == 1


def test_two_workers_at_once_keep_one_document(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, race = world.ports.files.put, list[str]()

    def late(key: str, data: bytes) -> bool:
        if not race:
            race.append(key)
            file = load(world.store, key.split("/")[1])
            assert file is not None
            prints.seal(world.house, file, file.documents[-1])
        return real(key, data)

    monkeypatch.setattr(world.ports.files, "put", late)

    case = decided(world)

    assert race and len(files(world)) == 1
    assert hashlib.sha256(pdf_of(case)).hexdigest() == sealed(case)["sha256"]


def test_the_key_of_a_seal_is_made_once_and_lies_wrapped(world: World) -> None:
    first, second = pdf_of(decided(world)), pdf_of(decided(world))

    one, other = (
        PdfFileReader(io.BytesIO(made)).embedded_signatures[0].signer_cert.dump()
        for made in (first, second)
    )

    assert one == other
    rows = world.store.partition(Table.KEYS, "seal#approval-bureau")
    assert [row["certificate"] for row in rows] == [one]
    with pytest.raises(ValueError):
        load_der_private_key(rows[0]["wrapped"], None)


def test_what_was_made_to_try_a_version_out_is_never_sealed(world: World) -> None:
    draft = upload(world, load_json("forms/business-licence/service.json"))
    tested = order(world, "business-licence", "test", upload=draft["upload"])
    it, headers = example(), {"Test-Token": tested["test_token"]}
    given = [{"paper": paper, "reference": "original"} for paper in it["papers_needed"]]
    body = {"answers": it["answers"], "papers": given}
    made = world.http("POST", "/services/business-licence/cases", body, None, headers)
    world.settle()
    case = Case(world, made.body["case"], made.body["secret"])
    case.do(VILLAGE, "accept")
    granted(case)

    kinds = [(one["document"], "file" in one) for one in case.mine()["documents"]]

    assert ("grant", False) in kinds and files(world) == {}


def test_a_refusal_is_sealed_too(world: World) -> None:
    case = Case.submit(world, example()["answers"], example()["papers_needed"])
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_refuse", {"reason": "J3", "text": "缺前置审批。"})
    case.do(OTHER_APPROVER, "refuse", {"reason": "J3", "text": "缺前置审批。"})

    assert sealed(case)["document"] == "refusal" and pdf_of(case).startswith(b"%PDF")
