"""The printed form of documents: what the font lacks is marked, nothing is taken for markup."""

import io
import subprocess
import sys

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from chalicelib.cases.pdf import Sheet, pages, printable
from tests.world import ROOT

SHEET = Sheet(
    title="登记通知书",
    number="吉审准〔2026〕5724019863-4号",
    body="经审查，决定准予登记。",
    foot="吉州区行政审批局 2026年3月10日",
    seal="行政许可专用章",
    address="https://api.example.org/documents/5724019863-4?code=AAAA-BBBB-CCCC-DDDD",
    code="AAAA-BBBB-CCCC-DDDD",
)
# The package leaves these out (infra/constraints.txt).
LEFT_OUT = """
import sys
from datetime import UTC, datetime
sys.modules |= {"lxml": None, "oscrypto": None}
from chalicelib.cases.pdf import pages
from chalicelib.platform import signing
from tests.unit.test_pdf import SHEET
pair = signing.new_pair("吉州区行政审批局", "行政许可专用章", datetime(2026, 3, 10, tzinfo=UTC))
assert signing.sign(pages(SHEET), pair).startswith(b"%PDF")
"""


def count(made: bytes) -> int:
    return int(PdfFileReader(io.BytesIO(made)).root["/Pages"]["/Count"])


def test_a_character_that_the_font_lacks_is_marked_and_never_another() -> None:
    assert printable("谭𬱖") == "谭〓（U+2CC56）" and printable("a\x00\u0007b\tc") == "ab\tc"


@pytest.mark.parametrize("text", ["<b>不是标记", "a & b", "<para>", "</font>", "&lt;"])
def test_what_people_wrote_is_no_markup(text: str) -> None:
    assert count(pages(SHEET._replace(title=text, body=text, foot=text))) == 1


def test_a_long_text_goes_on_to_further_pages() -> None:
    assert count(pages(SHEET._replace(body="需补正下列全部内容。\n" * 200))) > 3


def test_equal_texts_are_equal_bytes() -> None:
    assert pages(SHEET) == pages(SHEET) != pages(SHEET._replace(code="AAAA-AAAA-AAAA-AAAA"))


def test_it_is_printed_and_signed_with_what_the_package_brings() -> None:
    command = [sys.executable, "-c", LEFT_OUT]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert ran.returncode == 0, ran.stderr
