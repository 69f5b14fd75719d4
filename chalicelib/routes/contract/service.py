"""The contract of submitting to one version of a service: the platform's operation, narrowed to
what this version asks.

The form is part of the document, so that it is read without asking anybody for more; it is the
same that its own immutable address gives.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.cases.submit import SUBMISSION_SCHEMA
from chalicelib.platform.errors import pick
from chalicelib.routes.contract.operations import Operation
from chalicelib.routes.contract.platform import OPERATIONS, document
from chalicelib.routes.contract.shapes import Schema, ref, under
from chalicelib.routes.door import JSON
from chalicelib.services.checks.sample import sample
from chalicelib.services.document import Service
from chalicelib.services.forms.subschemas import rebuilt
from chalicelib.services.views.dialects import view

SUBMIT = ("POST", "/services/{service}/cases")
ANSWERS = "Answers"
# From the folder of the version's own address.
ROOT = "../../../.."
ABOUT = """\
New cases are made under the version that is live: ask `GET /services/{service}` which one it is.
Answers that other answers hide are dropped and those that are computed are set before the schema
is held against them; the receipt names what was dropped.
Beyond this schema, formats named `cn-…`, `person-id` and `case-number` are checked by their check
digits, and a region must be one that is served.
"""


def of_service(service: Service, examples: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """OpenAPI 3.1 with one operation.

    `examples` are answers; the form's own come first, and where there are none one is made.
    """
    title = pick(service.data["titles"], "en")
    form = service.data["form"]
    given = [*form.get("examples", ()), *examples] or [made for made in [sample(form)] if made]
    whole = OPERATIONS[SUBMIT]
    receipt = ref("RecordReceipt" if service.record else "Receipt")
    operation = whole._replace(
        # The operations it leads to are the platform's.
        answers={
            status: one._replace(links={}, bodies={JSON: receipt})
            for status, one in whole.answers.items()
        },
        id=f"{service.id.replace('-', '_')}_v{service.version}_submit",
        en=f"Submit: {title}",
        zh=f"提交：{pick(service.data['titles'], 'zh-Hans')}",
        body=submission(service),
        examples={f"{n}": {"answers": answers} for n, answers in enumerate(given, 1)},
    )
    path = SUBMIT[1].replace("{service}", service.id)
    about = {
        "title": f"{title} · {pick(service.data['titles'], 'zh-Hans')}",
        "version": str(service.version),
        "description": ABOUT,
    }
    own = {ANSWERS: under(ANSWERS, _plain(form), rebuilt)}
    return document(about, ROOT, {path: {"post": _placed(operation)}}, own)


def _plain(form: Schema) -> Any:
    """The form as its address gives it, without extension keywords, which say nothing here."""

    def without(one: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in one.items() if not name.startswith("x-")}

    return rebuilt(view(form).schema, without)


def _placed(operation: Operation) -> dict[str, Any]:
    """The operation where the service stands in the path itself."""
    said = operation.data(SUBMIT)
    there = [one for one in said["parameters"] if not one["$ref"].endswith("/service")]
    return {**said, "parameters": there}


def submission(service: Service) -> Schema:
    """What is sent: the answers of this form, papers by their ids, a channel that is open."""
    members = SUBMISSION_SCHEMA["properties"]
    papers = members["papers"]
    one = papers["items"]
    known = {"enum": list(service.papers)} if service.papers else False
    paper = {**one, "properties": {**one["properties"], "paper": known}}
    channels = [name for name in service.data["channels"] if name in members["channel"]["enum"]]
    return {
        **SUBMISSION_SCHEMA,
        "properties": {
            **members,
            "answers": ref(ANSWERS),
            "papers": {**papers, "items": paper, "maxItems": len(service.papers)},
            "channel": {"enum": channels},
        },
    }
