"""The flow of a service as a picture: SVG to look at, Mermaid to put into other documents."""

import re
from collections.abc import Iterator, Mapping

from chalicelib.platform.errors import pick
from chalicelib.services.document import Service
from chalicelib.services.reports.chart import SAYS, Box, Chart, Way, chart, end_of
from chalicelib.services.reports.drawing import COLOUR_OF, COLOURS, EITHER, START, Drawing

# The shape of each kind of stage: what stands around its label.
SHAPES: Mapping[str, tuple[str, str]] = {
    "desk": ("[", "]"),
    "hold": ("([", "])"),
    "gate": ("{{", "}}"),
    "pool": ("[(", ")]"),
    "review": ("[[", "]]"),
    "fanout": ("[/", "/]"),
    "auto": ("{", "}"),
    "tell": ("((", "))"),
    "record": ("[", "]"),
}
# ASCII characters that a label may not hold as they are.
UNSAFE = re.compile(r"[^A-Za-z0-9 ,/()_\u0080-\U0010ffff]")
CLASSES: Mapping[bool | None, str] = {True: "good", False: "bad", None: "either"}


def svg(service: Service, language: str) -> str:
    """One self-contained SVG document; every text is escaped, nothing is fetched or run."""
    return Drawing(chart(service, language), language).svg()


def mermaid(service: Service, language: str) -> str:
    """A Mermaid flowchart. Ids are our own; no character of a title can end its label."""
    return "\n".join(_lines(chart(service, language), language)) + "\n"


def _lines(flow: Chart, language: str) -> Iterator[str]:
    ids = {box.name: f"s{number}" for number, box in enumerate(flow.boxes)}
    ids |= {f"end:{name}": f"r{number}" for number, name in enumerate(flow.results)}
    yield "flowchart TD"
    start = pick(START, language).format(event=flow.start)
    yield f"  start([{_label(start)}]) --> {ids[flow.boxes[0].name]}"
    for box in flow.boxes:
        yield from _box(box, ids[box.name], language)
    for name, result in flow.results.items():
        yield f"  {ids[f'end:{name}']}({_label(result.title)}):::{CLASSES[result.good]}"
    for box in flow.boxes:
        yield from (_edge(ids[box.name], way, ids) for way in box.ways)
    if flow.anywhere:
        yield f"  any[{_label(pick(SAYS['any'], language))}]:::either"
        yield from (_edge("any", way, ids) for way in flow.anywhere)
    tell = next((ids[box.name] for box in flow.boxes if box.kind == "tell"), None)
    ended = {way.target for box in flow.boxes for way in box.ways} | {
        w.target for w in flow.anywhere
    }
    if tell is not None:
        yield from (f"  {ids[one]} -.-> {tell}" for one in ids if end_of(one) and one in ended)
    yield from _notes(flow, language)
    yield from _classes()


def _box(box: Box, id: str, language: str) -> Iterator[str]:
    """A stage; with what stands inside it as a frame of its own."""
    said = [box.title, " · ".join(one for one in (box.what(language), box.who) if one)]
    said += [", ".join(box.actions)] if box.actions else []
    left, right = SHAPES[box.kind]
    node = f"{id}{left}{_label(*said)}{right}:::{box.kind}"
    if not box.parts:
        yield f"  {node}"
        return
    yield f"  subgraph {id}g [{_label(box.title)}]"
    yield f"    {node}"
    for number, part in enumerate(box.parts):
        label = _label(*(one for one in (part.title, part.who, " / ".join(part.actions)) if one))
        yield f"    {id} -.- {id}p{number}[{label}]"
    yield "  end"


def _edge(source: str, way: Way, ids: Mapping[str, str]) -> str:
    arrow = "-.->" if way.clock else "-->"
    return f"  {source} {arrow}|{_label(way.text)}| {ids[way.target]}"


def _notes(flow: Chart, language: str) -> Iterator[str]:
    for number, (heading, items) in enumerate(flow.notes):
        yield f"  n{number}[{_label(heading, *items)}]:::either"


def _classes() -> Iterator[str]:
    colours = {**COLOURS, **{CLASSES[good]: colour for good, colour in COLOUR_OF.items()}}
    for name, (fill, stroke) in colours.items():
        dashed = ",stroke-dasharray:5 4" if (fill, stroke) == EITHER else ""
        yield f"  classDef {name} fill:{fill},stroke:{stroke},color:#1a1a1a{dashed}"


def _label(*lines: str) -> str:
    """A quoted label; Mermaid writes a character that means something to it as #code;."""
    said = (UNSAFE.sub(lambda found: f"#{ord(found[0])};", " ".join(one.split())) for one in lines)
    return f'"{"<br/>".join(said)}"'
