"""Forms that nobody here wrote: uploaded, published, seen, filled in and read back unchanged."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from chalicelib.platform.errors import Finding
from chalicelib.services.forms.answers import compiled
from infra.player import expect
from tests.corpora import foreign
from tests.corpora.foreign import APPLICANT, Foreign
from tests.corpora.instances import Maker
from tests.journeys.people import VILLAGE
from tests.journeys.publishing import AUTHOR, order, settled
from tests.node.clients import READERS, Clients
from tests.world import World, load_json

MANIFEST: Any = load_json("tests/corpora/MANIFEST.json")
NAMES = [f"{one['package']}: {name}" for one in MANIFEST["packages"] for name in one["forms"]]
REFUSED: dict[str, Any] = {one["form"]: one for one in MANIFEST["refused"]}
ACCEPTED = [name for name in NAMES if name not in REFUSED]
OPEN_LICENCES = {"MIT", "Apache-2.0"}


@pytest.fixture(scope="module")
def world() -> World:
    """Every foreign form has a service of its own, and an owner."""
    made = World()
    owners = [{"service": service_name(name), "unit": "approval-bureau"} for name in NAMES]
    made.publisher.handle(
        {"directory": {**load_json("infra/seed/directory.json"), "owners": owners}}
    )
    return made


@pytest.fixture(autouse=True)
def entered(world: World) -> None:
    world.enter()


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    with Clients() as running:
        yield running


def service_name(title: str) -> str:
    return f"foreign-{NAMES.index(title)}"


def named(title: str) -> Foreign:
    return next(one for one in foreign.forms() if one.title == title)


def upload(world: World, document: Any) -> Any:
    done = expect(world.http("POST", "/services", document, AUTHOR), 202)
    return settled(world, f"/uploads/{done['upload']}")


def answers(form: Foreign, document: Any) -> Any:
    """The package's own example where it is valid, else a valid instance that is made."""
    checked = compiled(document["form"], {})
    own = {**APPLICANT, "filled": form.data}
    if form.data is not None and checked.is_valid(own):
        return own
    maker = Maker(document["form"], Random(form.title))
    field = document["form"]["properties"]["filled"]
    made = ({**APPLICANT, "filled": maker.make(field)} for _ in range(500))
    found = next((one for one in made if checked.is_valid(one)), None)
    assert found is not None, "no valid instance could be made"
    return found


def keywords(findings: list[Finding]) -> list[str]:
    return sorted({one.keyword for one in findings if one.severity == "error"})


def test_the_manifest_lists_what_the_packages_carry() -> None:
    carried = [(one.package, one.version, one.licence, one.name) for one in foreign.forms()]
    listed = [
        (one["package"], one["version"], one["licence"], name)
        for one in MANIFEST["packages"]
        for name in one["forms"]
    ]

    assert sorted(carried) == sorted(listed)
    assert len(set(NAMES)) == len(NAMES)
    assert {licence for _, _, licence, _ in carried} <= OPEN_LICENCES


def test_forty_forms_and_more_are_whole_and_accepted() -> None:
    whole = [one.title for one in foreign.forms() if one.whole and one.title not in REFUSED]

    assert len(whole) >= 40
    assert len({title.partition(":")[0] for title in whole}) >= 4
    assert set(REFUSED) <= set(NAMES)


@pytest.mark.parametrize("title", ACCEPTED)
def test_a_foreign_form_is_published_filled_in_and_read_back(
    world: World, clients: Clients, title: str
) -> None:
    form, name = named(title), service_name(title)
    document, findings = foreign.service(form, name)
    assert keywords(findings) == []
    draft = upload(world, document)
    assert draft["state"] == "draft", draft
    done = order(world, name, "publish", upload=draft["upload"])
    assert done["state"] == "done", done
    given = answers(form, document)

    address = f"/services/{name}/versions/1/form"
    for (dialect, strict), readers in READERS.items():
        query = f"?dialect={dialect}{'&view=strict' if strict else ''}"
        shown = expect(world.http("GET", address + query), 200)
        for client in readers:
            assert clients.judge(client, shown, [given]) == [True], (client, shown)
    layout = expect(world.http("GET", f"{address}?view=forms"), 200)
    assert clients.ask(scopes=layout, schema=shown)["unknown"] == []
    submitted = expect(world.http("POST", f"/services/{name}/cases", {"answers": given}), 201)
    read = expect(world.http("GET", f"/cases/{submitted['case']}", None, VILLAGE), 200)

    assert read["answers"] == given
    assert json.dumps(read["answers"], sort_keys=True) == json.dumps(given, sort_keys=True)


@pytest.mark.parametrize("title", sorted(REFUSED))
def test_a_form_is_refused_for_the_reason_that_is_listed(world: World, title: str) -> None:
    form, listed = named(title), REFUSED[title]
    document, findings = foreign.service(form, service_name(title))
    found = keywords(findings)
    if not found:
        report = upload(world, document)
        assert report["state"] == "refused", report
        found = sorted({one["keyword"] for one in report["report"]["findings"]})

    assert found == listed["keywords"]
    assert listed["because"]
