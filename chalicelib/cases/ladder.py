"""What a milestone of a clock does: it records its event, and somebody may be asked to answer.

Urge (催办), supervise (督办) and criticise (通报) are rungs of one ladder; each is a task with a
reply. What is told to the applicant is told by the document's notices on the event, if any.
"""

from collections.abc import Mapping

from chalicelib.cases.clockwork import Ahead
from chalicelib.cases.fact import Fact
from chalicelib.platform import times

# The engine's task that a milestone opens, by what it does, and the action that answers it.
TASKS: Mapping[str, tuple[str, str]] = {
    "escalate": ("escalation", "seen"),
    "urge": ("urge", "answer"),
    "supervise": ("supervision", "answer"),
    "criticise": ("criticism", "answer"),
}


def reach(fact: Fact, one: Ahead) -> None:
    """Record that a clock has reached a milestone, once for its present due moment."""
    if one.milestone is None:
        return
    about = {"clock": one.clock.name, "due": times.text(one.due)}
    event = fact.record(one.milestone["event"], about)
    if one.milestone["do"] in TASKS:
        kind, action = TASKS[one.milestone["do"]]
        who = one.milestone["who"]
        fact.open_task(f"{kind}-{int(event['seq'])}", kind, [action], who=who, about=about)
