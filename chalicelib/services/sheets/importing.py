"""A batch of documents published, each by itself: a bad one does not stop the others."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.platform.ports import Row

Publish = Callable[[Any], Row]


def publish_all(publish: Publish, data: Mapping[str, Any]) -> Row:
    """Publish {"documents": [...]}, in order; the outcome of each, and how many went in.

    Repeatable: content that is live already makes no new version.
    """
    outcomes = [_outcome(publish, document) for document in data["documents"]]
    return {"published": sum(one["published"] for one in outcomes), "documents": outcomes}


def _outcome(publish: Publish, document: Any) -> Row:
    name = document.get("service") if isinstance(document, Mapping) else None
    return {"service": name, **publish(document)}
