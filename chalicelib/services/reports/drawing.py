"""A chart drawn: one row a stage, from top to bottom along the first way through.

What leads to the row below goes straight down; what leads further down runs at the right, what
leads back up at the left, and every end stands beside the stage it belongs to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from chalicelib.platform.errors import Texts, pick
from chalicelib.services.reports.canvas import Canvas, wrapped
from chalicelib.services.reports.chart import SAYS, Box, Chart, Part, Way, end_of

# Fill and border by kind of stage; the kind is written in the box as well. Text is at least 4.5:1.
COLOURS: Mapping[str, tuple[str, str]] = {
    "desk": ("#e6f0fb", "#1f5fa8"),
    "hold": ("#fff3d1", "#8a5a00"),
    "gate": ("#efe7fb", "#5f3aa8"),
    "pool": ("#e2f4e6", "#1f7a3d"),
    "review": ("#fde8ef", "#a8325e"),
    "fanout": ("#e0f3f5", "#0f6b78"),
    "auto": ("#eef3d8", "#55661a"),
    "tell": ("#eeeeee", "#555555"),
    "record": ("#e6f0fb", "#1f5fa8"),
}
GOOD, BAD, EITHER = ("#dff3e3", "#1f7a3d"), ("#fde5e2", "#a8321f"), ("#f7f7f7", "#777777")
COLOUR_OF = {True: GOOD, False: BAD, None: EITHER}
BOX, LABEL, CHIP, LANE, MARGIN = 300.0, 190.0, 150.0, 16.0, 24.0
TITLE, BODY, SMALL = 16.0, 13.0, 12.0
LEADING = 1.35
EVERY_RESULT: Texts = {"zh-Hans": "各种办理结果之后", "en": "after every result"}
RESULTS: Texts = {"zh-Hans": "办理结果", "en": "any result"}
START: Texts = {"zh-Hans": "提交申请：{event}", "en": "Submission: {event}"}
LEGEND: Texts = {
    "zh-Hans": "实线：由办理产生。虚线：到期自动发生。",
    "en": "Solid line: by what people do. Dashed line: by itself, when time is up.",
}
STAGES: Texts = {"zh-Hans": "环节：", "en": "Stages: "}


class Exit(NamedTuple):
    """Ways of one box with the same target, drawn as one line."""

    target: str
    lines: list[str]
    dashed: bool


@dataclass
class Row:
    """A box with its place, and the exits at each side."""

    box: Box
    y: float = 0.0
    height: float = 0.0
    down: list[Exit] = field(default_factory=list)
    right: list[Exit] = field(default_factory=list)
    left: list[Exit] = field(default_factory=list)
    into_right: list[str] = field(default_factory=list)
    into_left: list[str] = field(default_factory=list)


class Drawing:
    def __init__(self, chart: Chart, language: str) -> None:
        self.chart = chart
        self.language = language
        self.canvas = Canvas()
        self.taken = {"left": 0, "right": 0}
        self.entered: dict[tuple[str, str], int] = {}
        stages = [box for box in chart.boxes if box.kind != "tell"]
        anywhere = Box("*", "", pick(SAYS["any"], language), "", (), (), chart.anywhere)
        self.rows = [Row(box) for box in [*stages, *([anywhere] if chart.anywhere else [])]]
        self.index = {row.box.name: number for number, row in enumerate(self.rows)}
        for row in self.rows:
            self._sort(row)
        backs = sum(len(row.left) for row in self.rows)
        skips = sum(
            1 for row in self.rows for one in row.right if not one.target.startswith("end:")
        )
        self.left = MARGIN + (LABEL + LANE * (backs + 1) if backs else 0)
        self.right = self.left + BOX
        self.chips = self.right + LABEL
        self.lanes = self.chips + CHIP + LANE
        self.width = self.lanes + LANE * skips + MARGIN

    def svg(self) -> str:
        y = self._head()
        for number, row in enumerate(self.rows):
            row.y, row.height = y, self._height(row)
            y += row.height + self._gap(number)
        for row in self.rows:
            self._box(row)
            self._exits(row)
        y = self._tell(y)
        y = self._notes(y)
        names = ("、" if self.language.startswith("zh") else ", ").join(
            b.title for b in self.chart.boxes
        )
        return self.canvas.svg(
            self.width, y + MARGIN, self.chart.title, pick(STAGES, self.language) + names
        )

    def _sort(self, row: Row) -> None:
        """Each exit to its side."""
        here = self.index[row.box.name]
        for exit in self._grouped(row.box.ways):
            there = self.index.get(exit.target, -1)
            if there == here + 1:
                row.down.append(exit)
            elif 0 <= there < here:
                row.left.append(exit)
                self.rows[there].into_left.append(row.box.name)
            else:
                row.right.append(exit)
                if there > here:
                    self.rows[there].into_right.append(row.box.name)

    def _grouped(self, ways: tuple[Way, ...]) -> list[Exit]:
        found: dict[str, Exit] = {}
        for way in ways:
            lines = wrapped(way.text, LABEL - 2 * LANE, SMALL)
            before = found.get(way.target, Exit(way.target, [], True))
            found[way.target] = Exit(way.target, before.lines + lines, before.dashed and way.clock)
        return list(found.values())

    def _head(self) -> float:
        lines = wrapped(self.chart.title, self.width - 2 * MARGIN, 20)
        self.canvas.text(MARGIN, MARGIN + 16, lines, 20, bold=True)
        y = MARGIN + len(lines) * 27 + 14
        start = wrapped(pick(START, self.language).format(event=self.chart.start), BOX - 40, BODY)
        height = len(start) * BODY * LEADING + 14
        self.canvas.rect(
            self.left + 10, y, BOX - 20, height, EITHER[0], EITHER[1], rx=f"{height / 2:g}"
        )
        self.canvas.text(self.left + BOX / 2, y + 20, start, BODY, anchor="middle")
        self.canvas.line(
            [(self.left + BOX / 2, y + height), (self.left + BOX / 2, y + height + 26)]
        )
        return y + height + 26

    def _height(self, row: Row) -> float:
        inside = self._content(row.box, row.y, draw=False)
        right = sum(self._slot(one) for one in row.right) + 22 * len(row.into_right)
        left = sum(self._slot(one) for one in row.left) + 22 * len(row.into_left)
        return max(inside, right + 12, left + 12)

    def _gap(self, number: int) -> float:
        lines = sum(len(one.lines) for one in self.rows[number].down)
        return max(26.0, lines * SMALL * LEADING + 24) if lines else 26.0

    def _slot(self, exit: Exit) -> float:
        return self._line(exit) + self._chip_height(exit.target) / 2 + 8

    def _line(self, exit: Exit) -> float:
        """How far below the top of its slot the line of an exit runs: under its words."""
        return max(len(exit.lines) * SMALL * LEADING + 4, self._chip_height(exit.target) / 2)

    def _chip_height(self, target: str) -> float:
        lines = self._chip(target)
        return len(lines) * BODY * LEADING + 8 if lines else 6

    def _chip(self, target: str) -> list[str]:
        result = end_of(target)
        if result is None:
            return []
        return wrapped(self.chart.results[result].title, CHIP - 16, BODY)

    def _content(self, box: Box, y: float, draw: bool = True) -> float:
        """What a box says; its height."""
        at = y + 8
        for text, size, bold in self._said(box):
            lines = wrapped(text, BOX - 24, size)
            if draw:
                self.canvas.text(self.left + 12, at + size, lines, size, bold=bold)
            at += len(lines) * size * LEADING + 2
        for part in box.parts:
            at += self._part(part, box.kind, at + 4, draw) + 6
        return at - y + 8

    def _said(self, box: Box) -> list[tuple[str, float, bool]]:
        dot, join = " · ", "、" if self.language.startswith("zh") else ", "
        kind = box.what(self.language) if box.kind else ""
        said = [
            (box.title, TITLE, True),
            (dot.join(one for one in (kind, box.who) if one), SMALL, False),
        ]
        return [one for one in [*said, (join.join(box.actions), SMALL, False)] if one[0]]

    def _part(self, part: Part, kind: str, y: float, draw: bool) -> float:
        colon = "：" if self.language.startswith("zh") else ": "
        does = colon.join(one for one in (part.who, " / ".join(part.actions)) if one)
        title = wrapped(part.title, BOX - 40, SMALL)
        lines = wrapped(does, BOX - 40, SMALL)
        height = (len(title) + len(lines)) * SMALL * LEADING + 12
        if draw:
            x, below = self.left + 20, y + 16 + len(title) * SMALL * LEADING
            self.canvas.rect(x - 8, y, BOX - 24, height, "#ffffff", COLOURS[kind][1], rx="4")
            self.canvas.text(x, y + 16, title, SMALL, bold=True)
            self.canvas.text(x, below, lines, SMALL)
        return height

    def _box(self, row: Row) -> None:
        dashed = {} if row.box.kind else {"stroke_dasharray": "5 4"}
        fill, stroke = COLOURS.get(row.box.kind, EITHER)
        more = {"rx": "8", "stroke_width": "1.5", **dashed}
        self.canvas.rect(self.left, row.y, BOX, row.height, fill, stroke, **more)
        self._content(row.box, row.y)

    def _exits(self, row: Row) -> None:
        y = row.y + 6
        for exit in row.right:
            at = y + self._line(exit)
            self.canvas.text(self.right + 8, y + SMALL, exit.lines, SMALL)
            if exit.target in self.index:
                self._ahead(exit, at)
            else:
                self.canvas.line([(self.right, at), (self.chips, at)], exit.dashed)
                self._result(exit.target, at)
            y += self._slot(exit)
        y = row.y + 6
        for exit in row.left:
            self.canvas.text(self.left - 8, y + SMALL, exit.lines, SMALL, anchor="end")
            self._back(exit, row, y + self._line(exit))
            y += self._slot(exit)
        for exit in row.down:
            middle, bottom = self.left + BOX / 2, row.y + row.height
            below = self.rows[self.index[exit.target]].y
            self.canvas.line([(middle, bottom), (middle, below)], exit.dashed)
            self.canvas.text(middle + 10, bottom + 8 + SMALL, exit.lines, SMALL)

    def _result(self, target: str, middle: float) -> None:
        lines, height = self._chip(target), self._chip_height(target)
        fill, stroke = COLOUR_OF[self.chart.results[str(end_of(target))].good]
        self.canvas.rect(self.chips, middle - height / 2, CHIP, height, fill, stroke, rx="12")
        top = middle - height / 2 + BODY + 4
        self.canvas.text(self.chips + CHIP / 2, top, lines, BODY, anchor="middle")

    def _ahead(self, exit: Exit, at: float) -> None:
        x = self.lanes + LANE * self._lane("right")
        end = self._entry(exit.target, "right")
        self.canvas.line([(self.right, at), (x, at), (x, end), (self.right, end)], exit.dashed)

    def _back(self, exit: Exit, row: Row, at: float) -> None:
        x = self.left - LABEL - LANE * (self._lane("left") + 1)
        end = self._entry(exit.target, "left")
        self.canvas.line([(self.left, at), (x, at), (x, end), (self.left, end)], exit.dashed)

    def _lane(self, side: str) -> int:
        """The next lane at a side that no line has taken."""
        self.taken[side] += 1
        return self.taken[side] - 1

    def _entry(self, target: str, side: str) -> float:
        """Where the next line comes into a box, below its exits at that side."""
        row = self.rows[self.index[target]]
        exits = row.right if side == "right" else row.left
        entered = self.entered.setdefault((target, side), 0)
        self.entered[target, side] += 1
        return row.y + 6 + sum(self._slot(one) for one in exits) + 22 * entered + 14

    def _tell(self, y: float) -> float:
        tell = next((Row(box) for box in self.chart.boxes if box.kind == "tell"), None)
        if tell is None:
            return y
        tell.y, tell.height = y, max(self._height(tell), 46)
        self._box(tell)
        middle = y + tell.height / 2 + 6
        words = pick(EVERY_RESULT, self.language)
        self.canvas.text(self.right + 8, middle - 6, [words], SMALL)
        self.canvas.line([(self.chips, middle), (self.right, middle)], True)
        self.canvas.rect(self.chips, middle - 14, CHIP, 28, *EITHER, rx="12")
        said = [pick(RESULTS, self.language)]
        self.canvas.text(self.chips + CHIP / 2, middle + 5, said, BODY, anchor="middle")
        return y + tell.height + 30

    def _notes(self, y: float) -> float:
        """The headed lists, and what a dashed line is."""
        self.canvas.text(MARGIN, y, [pick(LEGEND, self.language)], SMALL)
        y += 20
        for heading, items in self.chart.notes:
            self.canvas.text(MARGIN, y + BODY, [heading], BODY, bold=True)
            y += BODY + 8
            for item in items:
                lines = wrapped(item, self.width - 2 * MARGIN - 18, SMALL)
                self.canvas.text(MARGIN + 4, y + SMALL, ["•"], SMALL)
                self.canvas.text(MARGIN + 18, y + SMALL, lines, SMALL)
                y += len(lines) * SMALL * LEADING + 3
            y += 10
        return y
