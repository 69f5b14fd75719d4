"""A finding in words that a clerk understands: the place first, counted as people count.

`/papers/2/titles` is 第3份材料的名称, `/flow/stages/decide/actions/grant` stage "Decide", action
"Grant". Works on any JSON: a document that failed the check of its shape still has places.
"""

from typing import Any

from chalicelib.platform.errors import Finding, Texts
from chalicelib.services.document import Service
from chalicelib.services.reports.places import Segment, segments
from chalicelib.services.reports.shape import says

# Sentences that tell only that something is wrong; what is wrong follows from the keyword.
MISSHAPEN = "此处不符合事项文件格式"
NO_SCHEMA = "不是有效的表单定义"
WHOLE = Segment("事项文件", "the document")


def sentence(service_or_document: Any, finding: Finding) -> Texts:
    """The finding as one sentence in zh-Hans and in en: place and what is wrong with it.

    A finding whose words name their place already keeps them.
    """
    document = _document(service_or_document)
    texts = finding.texts
    if texts["zh-Hans"] == MISSHAPEN and finding.keyword == "required":
        return lacks(document, finding.pointer)
    if texts["zh-Hans"] == MISSHAPEN:
        texts = says(finding)
    elif texts["zh-Hans"] == NO_SCHEMA:
        texts = {"zh-Hans": "表单定义不能这样写", "en": "a form definition cannot have this"}
    path = segments(document, finding.pointer)
    starts = [_joined(path[:n]) for n in range(1, len(path) + 1)] or [_joined([])]
    return {
        "zh-Hans": _placed(texts["zh-Hans"], "zh-Hans", starts, "："),
        "en": _placed(texts.get("en", texts["zh-Hans"]), "en", starts, ": "),
    }


def place(service_or_document: Any, pointer: str) -> Texts:
    """What a JSON Pointer of the document is called, in zh-Hans and in en."""
    return _joined(segments(_document(service_or_document), pointer))


def lacks(service_or_document: Any, pointer: str, zh: str = "", en: str = "") -> Texts:
    """That a member is not there: with 英文 and "English ", 第3份材料缺英文名称 and paper 3 has no
    English title.
    """
    path = segments(_document(service_or_document), pointer)
    owner, last = _joined(path[:-1]), path[-1] if path else WHOLE
    words = f"{owner['en']} has no {en}{last.en}"
    return {"zh-Hans": f"{owner['zh-Hans']}缺{zh}{last.zh}", "en": words}


def _document(service_or_document: Any) -> Any:
    if isinstance(service_or_document, Service):
        return service_or_document.data
    return service_or_document


def _joined(path: list[Segment]) -> Texts:
    """Segments as one name; an empty path is the document itself."""
    path = path or [WHOLE]
    return {
        "zh-Hans": "的".join(one.zh for one in path),
        "en": ", ".join(one.en for one in path),
    }


def _placed(text: str, language: str, starts: list[Texts], colon: str) -> str:
    if any(text.startswith(start[language]) for start in starts):
        return text
    return f"{starts[-1][language]}{colon}{text}"
