"""What is posted in public: an officer posts it and may take it down, it always has its two texts,
and they hold nothing that is about a person or for some eyes only (个人信息保护法 25)."""

from collections import Counter
from collections.abc import Iterator

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.flowlint import finding, recorded_events
from chalicelib.services.checks.namelint import answer_schema, required_by
from chalicelib.services.document import Data, Service

# Members of the subject that say who somebody is; the region says where the matter lies.
PERSONAL = ("name", "phones", "emails", "identity")
MOST = {"title": 100, "text": 2000}


def post_findings(service: Service) -> Iterator[Finding]:
    if not service.posted:
        return
    if service.data.get("restricted"):
        zh, en = "保密的事项不能公示", "nothing of a restricted case is public"
        yield finding("/posted", "restricted", zh, en)
    yield from _event(service)
    yield from _ends(service)
    for name, most in MOST.items():
        yield from _words(service, name, most)
    until = answer_schema(service.data["form"], service.posted.get("until", "/"))
    if until is not None and until.get("format") != "date":
        zh, en = "须填日期（date）", "this is not asked for as a date"
        yield finding("/posted/until", "format", zh, en)


def _event(service: Service) -> Iterator[Finding]:
    """A person of the office has decided that it is public: no clock, no applicant, no rule."""
    event = service.posted["event"]
    if event not in _officers(service):
        zh, en = f"没有工作人员的操作记录{event}", f"no act of an officer records {event}"
        yield finding("/posted/event", "event", zh, en)
    elif event in _others(service):
        zh, en = "须由工作人员决定公示", "an officer decides what is public, and nobody else"
        yield finding("/posted/event", "by", zh, en)


def _ends(service: Service) -> Iterator[Finding]:
    """Whoever may take it down can do so as long as it is posted, also after the end."""
    ends, known = service.posted["ends"], set(recorded_events(service))
    for index, event in enumerate(ends):
        if event not in known:
            at = f"/posted/ends/{index}"
            yield finding(at, "event", f"不会发生{event}", f"{event} never happens")
    if service.posted["event"] in ends:
        zh, en = "开始和停止是同一件事", "what posts it cannot take it down"
        yield finding("/posted/ends", "unique", zh, en)
    acts = (act for act in service.acts.values() if act["event"] in ends)
    if not any(act.get("when") == "always" and _of_office(act) for act in acts):
        zh = "须有随时可办的操作（when: always）撤下公示"
        en = "some act at any time (when: always) must take it down"
        yield finding("/posted/ends", "required", zh, en)


def _officers(service: Service) -> Counter[str]:
    """How many ways officers have to record each event."""
    acts = (one.data for one in service.every_action() if _of_office(one.data))
    return Counter(event for act in acts for event in _events(act))


def _others(service: Service) -> set[str]:
    """What is recorded without an officer: by the applicant, a clock, the engine."""
    ways = Counter(recorded_events(service))
    ways.subtract(_officers(service))
    silent = {c["on_due"]["action"] for c in service.clocks.values() if c["on_due"]["do"] == "act"}
    by_clock = (one.data for one in service.every_action() if one.name in silent)
    return set(+ways) | {event for act in by_clock for event in _events(act)}


def _of_office(action: Data) -> bool:
    return bool(action.get("by", "officer") == "officer")


def _events(action: Data) -> Iterator[str]:
    """As `recorded_events` counts them."""
    yield action["event"]
    yield from (branch["event"] for branch in action.get("branch", ()))
    if "else_event" in action:
        yield action["else_event"]


def _words(service: Service, name: str, most: int) -> Iterator[Finding]:
    """A text with an end, that whoever submits must write, and that is nobody's own."""
    at, pointer, form = f"/posted/{name}", service.posted[name], service.data["form"]
    schema = answer_schema(form, pointer)
    if schema is None:
        return
    if schema.get("type") != "string" or "format" in schema or schema.get("maxLength", most) > most:
        zh, en = f"须为最多{most}字的文字", f"this is not asked for as a text of {most} at most"
        yield finding(at, "text", zh, en)
    elif not isinstance(schema.get("maxLength"), int):
        zh, en = f"须限定字数（maxLength，最多{most}）", f"give it a maxLength of {most} at most"
        yield finding(at, "maxLength", zh, en)
    holder, _, member = pointer.rpartition("/")
    if not _asked(form, holder, member):
        zh, en = "此项须为必填", "this must be required in the form"
        yield finding(at, "required", zh, en)
    if any(_within(pointer, other) or _within(other, pointer) for other in _private(service)):
        zh = "涉及个人信息或者保密的内容，不得公示"
        en = "it is about a person or for some eyes only: it cannot be public"
        yield finding(at, "personal", zh, en)


def _asked(form: Data, holder: str, member: str) -> bool:
    """Whether an answer is there in every submission."""
    outer = answer_schema(form, holder) if holder else form
    above, _, name = holder.rpartition("/")
    return member in required_by(outer) and (not holder or _asked(form, above, name))


def _private(service: Service) -> Iterator[str]:
    """Answers that say who somebody is, that only some may read, or that are hidden elsewhere."""
    data = service.data
    for name in PERSONAL:
        said = data["subject"].get(name, ())
        yield from [said] if isinstance(said, str) else said
    yield from data.get("named", ())
    for part in ("confidential", "splits"):
        yield from (one["pointer"] for one in data.get(part, ()))
    for one in service.every_action():
        yield from one.data.get("hides", ())
    yield from (one["pointer"] for one in data.get("logic", {}).get("shows", ()))


def _within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(f"{outer}/")
