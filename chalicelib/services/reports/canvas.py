"""SVG 1.1 in small pieces: texts that are measured and escaped, boxes, lines with arrows."""

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

# Characters that XML 1.0 has no way to write.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
WIDE = 0x2E80
# Quotation marks, dashes and dots that a Chinese font sets as squares.
ALSO_WIDE = range(0x2010, 0x2040)
# What a line can be broken between: Latin words with their space, Chinese characters; brackets
# and stops stay with their neighbour.
WORDS = re.compile(
    r"[（“「《(]*(?:[^\s\u2e80-\U0010ffff（“「《，。；：、）”」》…]+|.)[，。；：、）”」》…]*\s*"
)
NARROW_WIDTH = 0.56
FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
INK, PAPER, LINE = "#1a1a1a", "#ffffff", "#4a4a4a"


def text_width(text: str, size: float) -> float:
    """About how wide a text is: a Chinese character is a square, others a little over half."""
    return sum(size if _wide(one) else size * NARROW_WIDTH for one in text)


def _wide(one: str) -> bool:
    return ord(one) >= WIDE or ord(one) in ALSO_WIDE


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Lines no wider than `width`, broken at spaces and between Chinese characters."""
    lines, line = [], ""
    for word in WORDS.findall(" ".join(text.split())):
        for piece in _pieces(word, width, size):
            if line and text_width((line + piece).rstrip(), size) > width:
                lines.append(line.rstrip())
                line = piece.lstrip()
            else:
                line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(word: str, width: float, size: float) -> list[str]:
    """A word that no line can hold is cut."""
    most = max(1, int(width / (size * NARROW_WIDTH)))
    return [word[at : at + most] for at in range(0, len(word), most)]


class Canvas:
    """Collects elements; `svg` is the whole picture."""

    def __init__(self) -> None:
        self._elements: list[str] = []

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, stroke: str, **more: str
    ) -> None:
        extra = "".join(f" {name.replace('_', '-')}={quoteattr(one)}" for name, one in more.items())
        self._elements.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
            f' fill="{fill}" stroke="{stroke}"{extra}/>'
        )

    def line(self, points: Iterable[tuple[float, float]], dashed: bool = False) -> None:
        """An arrow along the points."""
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        dashes = ' stroke-dasharray="5 4"' if dashed else ""
        self._elements.append(
            f'<polyline points="{path}" fill="none" stroke="{LINE}" stroke-width="1.5"'
            f' marker-end="url(#arrow)"{dashes}/>'
        )

    def text(
        self,
        x: float,
        y: float,
        lines: Iterable[str],
        size: float,
        *,
        anchor: str = "start",
        bold: bool = False,
        fill: str = INK,
    ) -> None:
        """Lines from the baseline `y` down."""
        weight = ' font-weight="bold"' if bold else ""
        for index, line in enumerate(lines):
            self._elements.append(
                f'<text x="{x:g}" y="{y + index * size * 1.35:g}" font-size="{size:g}"'
                f' text-anchor="{anchor}" fill="{fill}"{weight}>{plain(line)}</text>'
            )

    def svg(self, width: float, height: float, title: str, description: str) -> str:
        """Self-contained: no script, no style sheet, nothing from outside."""
        body = "\n".join(self._elements)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
            f' width="{width:g}" height="{height:g}" role="img"'
            f' aria-labelledby="chart-title chart-description" font-family="{FONT}">\n'
            f'<title id="chart-title">{plain(title)}</title>\n'
            f'<desc id="chart-description">{plain(description)}</desc>\n'
            '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7"'
            f' markerHeight="7" orient="auto"><path d="M0 0 10 5 0 10z" fill="{LINE}"/></marker>'
            f'</defs>\n<rect width="100%" height="100%" fill="{PAPER}"/>\n{body}\n</svg>\n'
        )


def plain(text: str) -> str:
    """Character data: whatever a title holds stays a text."""
    return escape(UNWRITABLE.sub("\ufffd", text))
