"""The published JSON Schema of service documents, as text."""

from functools import cache
from importlib.resources import files


@cache
def schema_text() -> str:
    return files("chalicelib.services").joinpath("service-document.v1.json").read_text("utf-8")
