"""Counters of the guide: one zone and window of a service at a node, for inboxes to tell."""

from collections.abc import Iterator

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.document import Service


def counter_findings(service: Service) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, counter in enumerate(service.data["guide"].get("counters", ())):
        node = counter.get("node")
        if node in seen:
            zh, en = "此节点已有窗口：一处写一个", "this node has its counter: one at each"
            yield finding(f"/guide/counters/{index}/node", "unique", zh, en)
        if node is not None and not {"zone", "window"} & counter.keys():
            zh, en = "写明功能区或者窗口，才有用处", "without zone or window it says nothing"
            yield finding(f"/guide/counters/{index}/node", "required", zh, en)
        seen |= {node} if node else set()
