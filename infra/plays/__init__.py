"""The plays of `make demo`, by service: each is a case from its beginning to its end."""

from collections.abc import Callable, Mapping

from infra.player import Case, Front
from infra.plays import blocked, licence, wish

PLAYS: Mapping[str, Mapping[str, Callable[[Front], Case]]] = {
    "营业执照 · business licence": licence.PLAYS,
    "微心愿 · micro-wish": wish.PLAYS,
    "办不成事 · could not get it done": blocked.PLAYS,
}
