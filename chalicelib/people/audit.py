"""Who did what with a service, as rows of its history, which stand beside its versions.

They are written together with what they tell of, in order of time, and never changed.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.platform.ports import Row


def entry(service: str, at: str, mark: str, data: Mapping[str, Any]) -> Row:
    """The row of one entry: `at` a moment as text, `mark` what tells it from others of that moment.

    `data` holds what was done (`do`), who did it (`by`) and what else is to be told.
    """
    return {
        "pk": f"service#{service}",
        "sk": f"audit#{at}#{mark}",
        "kind": "audit",
        "data": {"at": at, **data},
    }
