"""Every node of a part of the region tree, from the register: for jobs that look at all of them."""

from chalicelib.people.directory import Directory
from chalicelib.people.region import FIRST, Node
from chalicelib.platform.ports import Store, Table


def subtree(store: Store, directory: Directory, node: str) -> list[Node]:
    """The node and all that live below it today, by id."""
    rows = store.partition(Table.DIRECTORY, "nodes")
    names = {str(row["data"]["node"]) for row in rows if row["kind"] == FIRST}
    found = (directory.node(name) for name in sorted(names))
    # The id of a node that has ended stands for another.
    living = {one.id: one for one in found if one is not None}
    return [living[name] for name in sorted(living) if node in living[name].path]
