"""Findings in the shapes that clients ask for with `?errors=`, beside or in place of our own.

`rjsf` adds `extraErrors`, which react-jsonschema-form takes as it is; `basic` gives the output
unit of JSON Schema 2020-12 core §12.4.2, a problem document still.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any

from chalicelib.platform.errors import Finding, Problem, pick

Body = dict[str, Any]
ERRORS = "__errors"
MOST = 50


def rjsf(problem: Problem, language: str) -> Body:
    said = problem.body(language)
    folded = extra_errors(problem.findings[:MOST], language)
    if not problem.findings:
        folded = {ERRORS: [said.get("detail", said["title"])]}
    return {**said, "extraErrors": folded}


def extra_errors(findings: Iterable[Finding], language: str) -> Body:
    """rjsf's ErrorSchema: the answers' names, or numbers of entries, down to `__errors`.

    What is missing is told at its own place, what should not be there where it stands.
    """
    folded: Body = {}
    for finding in findings:
        here = folded
        # A field could be called as the list of errors is; what is wrong there is told above it.
        for name in takewhile(lambda one: one != ERRORS, names(finding)):
            here = here.setdefault(name, {})
        here.setdefault(ERRORS, []).append(pick(finding.texts, language))
    return folded


def names(finding: Finding) -> Iterator[str]:
    tokens = finding.instance_path.split("/")[1:]
    yield from (token.replace("~1", "/").replace("~0", "~") for token in tokens)
    if "missingProperty" in finding.params:
        yield str(finding.params["missingProperty"])


def basic(problem: Problem, language: str) -> Body:
    units = [
        {
            "valid": False,
            "keywordLocation": finding.schema_path.removeprefix("#"),
            "instanceLocation": finding.instance_path,
            "error": pick(finding.texts, language),
        }
        for finding in problem.findings[:MOST]
    ]
    said = {**problem.body(language), "valid": False}
    return {**said, "errors": units} if units else said


FOLDS: Mapping[str, Callable[[Problem, str], Body]] = {"basic": basic, "rjsf": rjsf}


def body(problem: Problem, language: str, shape: str | None) -> Body:
    """The body of a refusal in the shape asked for; an unknown shape is our own."""
    fold = FOLDS.get(shape or "")
    return fold(problem, language) if fold and problem.status == 422 else problem.body(language)
