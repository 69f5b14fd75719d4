"""Which unit a matter is for: where it lies, who owns the service there, one unit or a refusal.

The same service may be owned by different units in different subtrees. Exactly one competent unit
takes the case; where there is none (a vacuum) or several (an overlap) somebody must rule (R27):
before the flow begins, where the document says so, else the submission is refused.
"""

from typing import NamedTuple

from chalicelib.cases import ruling
from chalicelib.cases.house import House
from chalicelib.people.directory import Node, Unit
from chalicelib.platform.errors import Finding, Refused, Texts, UnknownRegion, pick
from chalicelib.platform.json import resolve
from chalicelib.services.document import Data, Service


class Route(NamedTuple):
    """The unit that has a case first; `among` are those competent where that is not exactly one
    and somebody must rule, None where it is clear."""

    unit: Unit
    among: tuple[str, ...] | None = None


def route(house: House, service: Service, answers: Data, site: Node) -> Route:
    """The unit that a decision table names, else the one competent unit, else the arbiter's where
    the document has one rule.

    `site` is where the case is received. Raises UnknownRegion where not exactly one unit is
    competent and nobody is to rule, Refused where a decision table names one that is not known.
    """
    named = _by_table(house, service, answers)
    units = [named] if named is not None else competent(house, service, answers, site)
    if len(units) == 1:
        return Route(units[0])
    arbiter = house.directory.owner(service.unclear.get("owner_of", ""), house.today())
    if not service.unclear or arbiter is None:
        raise UnknownRegion(_unclear(units))
    return Route(arbiter, tuple(one.id for one in units))


def handling(house: House, service: Service, answers: Data, site: Node) -> Unit:
    """The unit that has it first; as `route`."""
    return route(house, service, answers, site).unit


def _by_table(house: House, service: Service, answers: Data) -> Unit | None:
    """Raises Refused for a unit that is not known."""
    decided = ruling.decided(service, answers)
    if decided is not None and decided.unit is not None:
        named = house.directory.unit(decided.unit)
        if named is None:
            zh = "应由另一单位办理，但该单位尚未登记，请联系受理单位"
            en = "Another unit handles this, but it is not known here; please contact the office"
            params = {"unit": decided.unit}
            raise Refused(findings=[Finding("/answers", "unit", {"zh-Hans": zh, "en": en}, params)])
        return named
    return None


def competent(house: House, service: Service, answers: Data, site: Node) -> list[Unit]:
    """The units that own the service where the matter lies: one, or none or several, which is for
    an arbiter to decide."""
    place = region_of(house, service, answers) or site
    return house.directory.competent(service.id, place, house.today())


def region_of(house: House, service: Service, answers: Data) -> Node | None:
    """The node that the answers name, by its code or its id; None for none that is known, or for
    one that was split."""
    return house.directory.named(region_named(service, answers))


def region_named(service: Service, answers: Data) -> str:
    """The region as the answers have it; empty for a record that asks for none."""
    pointer = service.data["subject"].get("region")
    return str(resolve(answers, pointer)) if pointer else ""


def outside(house: House, service: Service, answers: Data) -> Texts:
    """Why the region that the answers name is none: for one that was split, with its parts."""
    parts = house.directory.parts(region_named(service, answers))
    if not parts:
        return {"zh-Hans": "地区不在受理范围", "en": "Not served"}
    zh = "、".join(f"{pick(one.titles, 'zh-Hans')}（{one.code or one.id}）" for one in parts)
    en = ", ".join(f"{pick(one.titles, 'en')} ({one.code or one.id})" for one in parts)
    return {
        "zh-Hans": f"该地区已拆分，请写明其中之一：{zh}",
        "en": f"This region was split; please name one of its parts: {en}",
    }


def above(house: House, unit: Unit) -> str:
    """The node above the unit's, as the tree is today; its own at the root."""
    node = house.directory.node(unit.node)
    higher = (house.directory.node(one) for one in reversed(node.path[:-1])) if node else ()
    # What was merged into a node stands in its path as well.
    return next((one.id for one in higher if one and node and one.id != node.id), unit.node)


def _unclear(units: list[Unit]) -> Texts:
    if not units:
        return {"zh-Hans": "此事项今天没有主管单位", "en": "No unit owns this service today"}
    zh = "、".join(one.text("titles") for one in units)
    en = ", ".join(one.text("titles", "en") for one in units)
    return {
        "zh-Hans": f"此事项在当地有多个主管单位，须先明确由谁办理：{zh}",
        "en": f"Several units own this service there, and it is not settled which: {en}",
    }
