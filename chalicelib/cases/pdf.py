"""A document as pages (PDF), set by ReportLab; equal texts give equal bytes.

The Chinese font is named and not embedded (STSong-Light of Adobe's standard Asian fonts): every
reader brings its own Song face. It knows the characters of the basic plane; a rarer one is printed
as 〓 with its code point, never as another character. Loaded by the worker only.
"""

import io
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import firebrick, grey
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer

FONT = "STSong-Light"
BASIC = 0xFFFF
QR = 30 * mm
MARGIN = 28 * mm


class Sheet(NamedTuple):
    """What one document says; `address` is where anybody can check it."""

    title: str
    number: str
    body: str
    foot: str
    seal: str
    address: str
    code: str


def pages(sheet: Sheet) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    made = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=printable(sheet.title),
        subject=printable(sheet.number),
        invariant=1,
    )
    body = [_line(part, 12, firstLineIndent=24) for part in sheet.body.splitlines() if part]
    made.build(
        [
            _line(sheet.title, 20, alignment=TA_CENTER),
            Spacer(1, 4 * mm),
            _line(sheet.number, 12, alignment=TA_CENTER),
            Spacer(1, 10 * mm),
            *body,
            Spacer(1, 14 * mm),
            KeepTogether(
                [
                    _line(sheet.foot, 12, alignment=TA_RIGHT),
                    _line(
                        f"（电子签名：{sheet.seal}）", 11, alignment=TA_RIGHT, textColor=firebrick
                    ),
                    Spacer(1, 14 * mm),
                    _square(sheet.address),
                    _line(f"扫码或凭文书编号和核验码核验。核验码：{sheet.code}", 9, textColor=grey),
                    _line(sheet.address, 7, textColor=grey),
                ]
            ),
        ]
    )
    return out.getvalue()


def printable(text: str) -> str:
    """Without control characters, and with a mark for what the font does not know."""
    return "".join(
        one if ord(one) <= BASIC else f"〓（U+{ord(one):X}）"
        for one in text
        if one == "\t" or ord(one) >= 0x20
    )


def _line(text: str, size: int, **more: Any) -> Paragraph:
    style = ParagraphStyle(
        "line", fontName=FONT, fontSize=size, leading=size * 1.7, wordWrap="CJK", **more
    )
    return Paragraph(escape(printable(text)), style)


def _square(address: str) -> Drawing:
    """The QR code (ISO/IEC 18004, level M: 15 % of it may be unreadable)."""
    drawing = Drawing(QR, QR)
    drawing.add(QrCodeWidget(address, barLevel="M", barWidth=QR, barHeight=QR))
    return drawing
