"""Milestones: moments before and after a clock is due, at which something is to happen. Pure.

`at` is 0 (the due moment), a share of the budget such as "-20%" (so much of it is left), or an
amount, negative before and positive after: {"working_days": n}, {"office_minutes": n}.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.clocks.calendar import ONE_DAY, Calendar
from chalicelib.clocks.clock import unit_of

At = int | str | Mapping[str, int]
# Budgets of which a share can be taken.
SHARED = frozenset({"working_days", "days", "office_minutes"})


def before(at: At) -> bool:
    """Whether it lies before the due moment."""
    if isinstance(at, Mapping):
        return next(iter(at.values())) < 0
    return isinstance(at, str)


def moment(at: At, budget: Mapping[str, Any], due: datetime, calendar: Calendar) -> datetime:
    """When a milestone of a clock with this budget, due then, is reached; aware UTC.

    A share of days is rounded up to whole days, so that nobody hears of it later than said.
    """
    if isinstance(at, Mapping):
        ((unit, n),) = at.items()
        return _moved(unit, n, due, calendar)
    if isinstance(at, str):
        unit, amount = unit_of(budget)
        return _moved(unit, -share(at, amount), due, calendar)
    return due


def share(at: str, amount: int) -> int:
    """How much of an amount a share such as -20% is, rounded up."""
    return -(-amount * -int(at.removesuffix("%")) // 100)


def _moved(unit: str, n: int, due: datetime, calendar: Calendar) -> datetime:
    if unit == "office_minutes":
        if n < 0:
            return calendar.take_office_time(due, timedelta(minutes=-n))
        return calendar.add_office_minutes(due, n).at
    local = calendar.local(due)
    day = local.date()
    if unit == "days":
        day += n * ONE_DAY
    elif n < 0:
        day = calendar.working_day_before(day, -n)
    else:
        day = calendar.add_working_days(day, n).date
    return calendar.on(day, local.time())
