"""Publishing: one uploads, another publishes; numbered for ever; opened and closed in order."""

import json
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.platform.errors import (
    BadRequest,
    NoDraft,
    NotOffered,
    NotOpenYet,
    OwnerMissing,
    Refused,
    SecondPersonRequired,
    ServiceClosed,
    VerdictNotAccepted,
    WrongState,
)
from infra.player import Answer, Case, expect
from tests.journeys.people import APPROVER, EXAMINER, HANDED, ISSUER, VILLAGE, example
from tests.journeys.people import LICENCE as PERMIT
from tests.journeys.publishing import AUTHOR, SECOND, order, publish, settled, upload
from tests.world import World, load_json

LICENCE = "forms/business-licence/service.json"
SERVICE = "business-licence"


def document() -> Any:
    return load_json(LICENCE)


def renamed() -> Any:
    data = document()
    data["titles"]["en"] = "Business licence, second edition"
    return data


def submit(world: World, headers: dict[str, str] | None = None) -> Answer:
    it = example()
    papers = [{"paper": one, "reference": "original"} for one in it["papers_needed"]]
    body = {"answers": it["answers"], "papers": papers}
    return world.http("POST", f"/services/{SERVICE}/cases", body, headers=headers)


def named(answer: Answer) -> tuple[int, str]:
    return answer.status, str(answer.body["type"]).rsplit(":", 1)[-1]


def refusal(problem: type[Any]) -> tuple[int, str]:
    return problem.status, problem.slug


def asked(world: World, do: str, party: str = SECOND, **data: Any) -> Answer:
    body = {"do": do, "message": "按计划办理", "details": data}
    fresh = {"Idempotency-Key": uuid.uuid4().hex}
    return world.http("POST", f"/services/{SERVICE}/orders", body, party, fresh)


def test_a_published_draft_is_live_as_the_next_version_and_open_cases_keep_theirs(
    world: World,
) -> None:
    it = example()
    case = Case.submit(world, it["answers"], it["papers_needed"])

    outcome = publish(world, renamed())

    assert (outcome["state"], outcome["outcome"]["version"]) == ("done", 2)
    service = world.http("GET", f"/services/{SERVICE}", headers={"Accept-Language": "en"})
    assert (service.body["version"], service.body["title"]) == (
        *(2, "Business licence, second edition"),
    )
    case.do(VILLAGE, "accept")
    assert case.view()["service_version"] == 1
    newer = Case.submit(world, it["answers"], it["papers_needed"])
    assert newer.view()["service_version"] == 2


def test_an_upload_alone_changes_nothing_for_anybody(world: World) -> None:
    draft = upload(world, renamed())

    assert (draft["state"], draft["report"]["publishable"]) == ("draft", True)
    assert world.http("GET", f"/services/{SERVICE}").body["version"] == 1


def test_nobody_publishes_what_they_have_uploaded(world: World) -> None:
    draft = upload(world, renamed())

    answer = asked(world, "publish", AUTHOR, upload=draft["upload"])

    assert named(answer) == refusal(SecondPersonRequired)
    assert world.http("GET", f"/services/{SERVICE}").body["version"] == 1


def test_the_second_person_finds_what_waits_and_reads_report_and_document(world: World) -> None:
    draft = upload(world, renamed())

    (waiting,) = expect(world.http("GET", "/uploads", None, SECOND), 200)["uploads"]

    assert (waiting["upload"], waiting["by"], waiting["verdict"]) == (
        *(draft["upload"], AUTHOR, "safe"),
    )
    seen = world.http("GET", f"/uploads/{waiting['upload']}/document", None, SECOND)
    assert expect(seen, 200) == renamed()
    order(world, SERVICE, "publish", upload=draft["upload"])
    assert expect(world.http("GET", "/uploads", None, SECOND), 200)["uploads"] == []


def test_a_draft_is_published_once_and_a_discarded_one_never(world: World) -> None:
    first, second = upload(world, renamed()), upload(world, {**renamed(), "metrics": {"x": 1}})
    order(world, SERVICE, "publish", upload=first["upload"])
    order(world, SERVICE, "discard", upload=second["upload"])

    for draft in (first, second):
        answer = asked(world, "publish", upload=draft["upload"])
        assert named(answer) == refusal(NoDraft)


def test_a_dry_run_reports_and_can_never_be_published(world: World) -> None:
    done = expect(world.http("POST", "/services?dry-run=true", renamed(), AUTHOR), 202)
    seen = settled(world, f"/uploads/{done['upload']}")

    assert (seen["state"], seen["report"]["diff"]["verdict"]) == ("checked", "safe")
    assert named(asked(world, "publish", upload=done["upload"])) == refusal(NoDraft)


@pytest.mark.parametrize(("said", "dry"), [("", True), ("1", True), ("no", False)])
def test_a_flag_says_yes_or_no(world: World, said: str, dry: bool) -> None:
    done = expect(world.http("POST", f"/services?dry-run={said}", renamed(), AUTHOR), 202)

    assert settled(world, f"/uploads/{done['upload']}")["state"] == ("checked" if dry else "draft")


def test_a_misspelt_flag_is_not_taken_for_a_no(world: World) -> None:
    english = {"Accept-Language": "en"}
    refused = world.http("POST", "/services?dry-run=ture", renamed(), AUTHOR, english)

    assert named(refused) == refusal(BadRequest)
    assert "dry-run must be one of: 1, true, yes, 0, false, no" in refused.body["detail"]
    assert expect(world.http("GET", "/uploads", None, AUTHOR), 200)["uploads"] == []


def test_changes_that_touch_open_cases_are_published_only_when_the_order_says_so(
    world: World,
) -> None:
    data = document()
    data["form"]["properties"]["scope"]["maxItems"] = 3
    draft = upload(world, data)
    assert draft["report"]["diff"]["verdict"] == "narrowing"

    answer = asked(world, "publish", upload=draft["upload"])

    assert named(answer) == refusal(VerdictNotAccepted)
    done = order(world, SERVICE, "publish", upload=draft["upload"], accepts="narrowing")
    assert done["outcome"]["version"] == 2


def test_an_inbox_shows_old_cases_though_the_new_version_has_another_stage(world: World) -> None:
    it = example()
    case = Case.submit(world, it["answers"], it["papers_needed"])
    data = json.loads(json.dumps(document()).replace('"receive"', '"take_in"'))
    assert publish(world, data, accepts="breaking")["state"] == "done"

    inbox = world.http("GET", "/inbox?role=acceptor&node=jz-t1-v1", None, VILLAGE)

    (task,) = [one for one in expect(inbox, 200)["tasks"] if one["case"] == case.number]
    assert (task["stage"], task["title"]) == ("receive", "收件受理")


def test_a_bad_document_is_refused_with_a_pointer_and_changes_nothing(world: World) -> None:
    data = renamed()
    del data["flow"]["stages"]["examine"]["who"]

    seen = upload(world, data)

    assert seen["state"] == "refused"
    assert "/flow/stages/examine" in [one["pointer"] for one in seen["report"]["findings"]]
    assert world.http("GET", f"/services/{SERVICE}").body["version"] == 1


def test_the_same_content_again_makes_no_new_version(world: World) -> None:
    publish(world, renamed())

    again = upload(world, renamed(), SECOND)
    done = order(world, SERVICE, "publish", AUTHOR, upload=again["upload"])

    assert (done["outcome"]["version"], done["outcome"]["unchanged"]) == (2, True)


def test_only_publishers_upload_read_and_order(world: World) -> None:
    assert world.http("POST", "/services", renamed(), VILLAGE).status == 403
    assert world.http("POST", "/services", renamed()).status == 401
    draft = upload(world, renamed())

    for path in ("/uploads", f"/uploads/{draft['upload']}", f"/services/{SERVICE}/history"):
        assert world.http("GET", path, None, VILLAGE).status == 403
    assert asked(world, "publish", VILLAGE, upload=draft["upload"]).status == 403


def test_an_earlier_content_is_published_again_under_a_new_number(world: World) -> None:
    publish(world, renamed())

    done = order(world, SERVICE, "roll_back", to=1)

    assert done["outcome"]["version"] == 3
    live = world.http("GET", f"/services/{SERVICE}", headers={"Accept-Language": "en"}).body
    first = world.http("GET", f"/services/{SERVICE}/versions/1", headers={"Accept-Language": "en"})
    assert (live["version"], live["title"]) == (3, first.body["title"])
    assert "immutable" in first.headers["cache-control"]


def test_a_closing_service_takes_nothing_new_and_finishes_what_it_has(world: World) -> None:
    it = example()
    case = Case.submit(world, it["answers"], it["papers_needed"])

    order(world, SERVICE, "close")

    assert named(submit(world)) == refusal(ServiceClosed)
    assert world.http("GET", f"/services/{SERVICE}").body["state"] == "closing"
    case.do(VILLAGE, "accept")
    order(world, SERVICE, "reopen")
    assert submit(world).status == 201


def test_a_service_is_retired_only_when_it_closes_and_nothing_leads_to_it(world: World) -> None:
    assert named(asked(world, "retire")) == refusal(WrongState)
    order(world, SERVICE, "close")

    assert order(world, SERVICE, "retire")["state"] == "done"
    assert named(submit(world)) == refusal(ServiceClosed)
    order(world, "conduct-report", "close")
    kept = order(world, "conduct-report", "retire")
    assert (kept["state"], kept["outcome"]["problem"]["status"]) == ("refused", 409)
    assert "blocked" in kept["outcome"]["problem"]["detail"]


def test_a_service_opens_and_closes_on_its_days(world: World) -> None:
    order(world, SERVICE, "offer", opens="2026-03-12", closes="2026-03-14")
    assert named(submit(world)) == refusal(NotOpenYet)

    world.moment += timedelta(days=2)
    assert submit(world).status == 201

    world.moment += timedelta(days=2)
    assert named(submit(world)) == refusal(ServiceClosed)


def test_a_pilot_is_open_in_its_subtree_and_then_everywhere(world: World) -> None:
    order(world, SERVICE, "offer", nodes=["jz-t2"])
    assert named(submit(world)) == refusal(NotOffered)
    there = world.http("GET", "/services?node=jz-t2-v1").body["services"]
    here = world.http("GET", "/services?node=jz-t1-v1").body["services"]
    assert SERVICE in [one["service"] for one in there]
    assert SERVICE not in [one["service"] for one in here]

    order(world, SERVICE, "offer", nodes=[])

    assert submit(world).status == 201


def test_an_order_names_its_fault(world: World) -> None:
    draft = upload(world, renamed())
    unknown = order(world, SERVICE, "offer", nodes=["atlantis"])
    assert (unknown["state"], unknown["outcome"]["findings"][0]["pointer"]) == (
        *("refused", "/details/nodes/0"),
    )
    for data, pointer in (
        ({"do": "publish", "message": "好的"}, "/details/upload"),
        ({"do": "close", "message": "好的", "details": {"to": 1}}, "/details/to"),
        ({"do": "roll_back", "message": "好的", "details": {"to": "x"}}, "/details/to"),
        ({"do": "publish", "details": {"upload": draft["upload"]}}, "/message"),
        ({"do": "vanish", "message": "好的"}, "/do"),
    ):
        answer = world.http("POST", f"/services/{SERVICE}/orders", data, SECOND)
        assert named(answer) == refusal(Refused)
        assert [one["pointer"] for one in answer.body["errors"]] == [pointer]


def test_a_version_takes_over_on_its_day(world: World) -> None:
    done = publish(world, renamed(), **{"from": "2026-03-12"})

    assert done["outcome"]["version"] == 2
    assert world.http("GET", f"/services/{SERVICE}").body["version"] == 1
    world.moment += timedelta(days=2)
    world.house.catalogue.refresh()
    assert world.http("GET", f"/services/{SERVICE}").body["version"] == 2
    assert submit(world).body["version"] == 2
    assert publish(world, document(), accepts="breaking")["outcome"]["version"] == 3


def test_the_history_says_who_did_what_and_why(world: World) -> None:
    publish(world, renamed())
    order(world, SERVICE, "close")

    history = expect(world.http("GET", f"/services/{SERVICE}/history", None, SECOND), 200)

    told = [(one["do"], one["by"], one.get("written_by")) for one in history["history"]]
    assert told == [
        ("close", SECOND, None),
        ("publish", SECOND, AUTHOR),
        ("publish", "operator", None),
    ]
    assert history["history"][1]["message"] == "按计划办理"
    assert history["history"][1]["verdict"] == "safe"


def test_the_same_order_with_the_same_key_is_kept_once(world: World) -> None:
    draft = upload(world, renamed())
    body = {"do": "publish", "message": "按计划办理", "details": {"upload": draft["upload"]}}
    sent = {"Idempotency-Key": "once"}
    path = f"/services/{SERVICE}/orders"

    first = expect(world.http("POST", path, body, SECOND, sent), 202)
    settled(world, f"{path}/{first['order']}", SECOND)
    again = expect(world.http("POST", path, body, SECOND, sent), 202)

    assert (again["order"], again["state"]) == (first["order"], "done")
    other = world.http("POST", path, {**body, "message": "另一个"}, SECOND, sent)
    assert other.status == 422


def test_a_publisher_that_dies_after_any_of_its_writes_comes_to_the_same(world: World) -> None:
    draft = upload(world, renamed())
    assert asked(world, "publish", upload=draft["upload"]).status == 202
    store, died = world.ports.store, 0
    transact = store.transact

    def dying(operations: Any) -> None:
        transact(operations)
        raise KeyboardInterrupt

    while True:
        # Each time it gets one write further; what is done already writes nothing.
        store.transact = dying  # type: ignore[method-assign]
        try:
            world.publisher.handle({"uploads": {}})
            break
        except KeyboardInterrupt:
            died += 1
        finally:
            store.transact = transact  # type: ignore[method-assign]

    assert died == 3
    world.house.catalogue.refresh()
    assert world.http("GET", f"/services/{SERVICE}").body["version"] == 2
    history = world.http("GET", f"/services/{SERVICE}/history", None, SECOND).body["history"]
    assert [one["do"] for one in history] == ["publish", "publish"]
    assert world.http("GET", "/uploads", None, SECOND).body["uploads"] == []


# --- who owns it --------------------------------------------------------------------------------

NEW = "other-licence"
UNIT = "approval-bureau"


def unowned() -> Any:
    return {**document(), "service": NEW}


def applied(world: World, headers: dict[str, str] | None = None) -> Answer:
    it = example()
    body = {"answers": it["answers"]}
    return world.http("POST", f"/services/{NEW}/cases", body, headers=headers)


def test_a_new_service_is_opened_with_its_unit_and_takes_its_first_case(world: World) -> None:
    draft = upload(world, unowned())

    done = order(world, NEW, "publish", upload=draft["upload"], unit=UNIT)

    assert (done["state"], done["outcome"]["version"]) == ("done", 1)
    assert world.http("GET", f"/services/{NEW}").body["authority"] == {
        "unit": UNIT,
        "title": "吉州区行政审批局（示范）",
        "since": "2026-03-10",
    }
    assert expect(applied(world), 201)["version"] == 1
    (told,) = world.http("GET", f"/services/{NEW}/history", None, SECOND).body["history"]
    assert (told["do"], told["unit"]) == ("publish", UNIT)


def test_nobody_opens_a_service_that_no_unit_owns(world: World) -> None:
    draft = upload(world, unowned())

    for do in ("publish", "test"):
        body = {"do": do, "message": "按计划办理", "details": {"upload": draft["upload"]}}
        english = {"Accept-Language": "en"}
        answer = world.http("POST", f"/services/{NEW}/orders", body, SECOND, english)

        assert named(answer) == refusal(OwnerMissing)
        assert answer.body["title"] == "No unit owns this service: name one with unit"
        assert f"{UNIT} Jizhou District Approval Bureau (demo)" in answer.body["detail"]
        assert [one["pointer"] for one in answer.body["errors"]] == ["/details/unit"]
    assert world.http("GET", f"/services/{NEW}").status == 404


def test_a_unit_that_there_is_none_of_owns_nothing(world: World) -> None:
    draft = upload(world, unowned())
    body = {
        "do": "publish",
        "message": "按计划办理",
        "details": {"upload": draft["upload"], "unit": "nowhere"},
    }

    answer = world.http("POST", f"/services/{NEW}/orders", body, SECOND)

    assert named(answer) == refusal(Refused)
    (error,) = answer.body["errors"]
    assert (error["pointer"], error["code"]) == ("/details/unit", "unit")


def test_publishing_never_takes_a_service_from_its_unit(world: World) -> None:
    draft = upload(world, renamed())

    answer = asked(world, "publish", upload=draft["upload"], unit="civil-affairs")

    assert named(answer) == refusal(Refused)
    (error,) = answer.body["errors"]
    assert (error["pointer"], error["code"]) == ("/details/unit", "transfer")
    done = order(world, SERVICE, "publish", upload=draft["upload"], unit=UNIT)
    assert done["outcome"]["version"] == 2
    assert "since" not in world.http("GET", f"/services/{SERVICE}").body["authority"]


def test_a_service_under_test_has_its_unit_too(world: World) -> None:
    draft = upload(world, unowned())

    done = order(world, NEW, "test", upload=draft["upload"], unit=UNIT)

    assert expect(applied(world, {"Test-Token": done["test_token"]}), 201)["test"] is True
    assert order(world, NEW, "publish", upload=draft["upload"])["state"] == "done"


def test_an_operator_publishes_nothing_that_nobody_owns(world: World) -> None:
    refused = world.publish(unowned())

    (finding,) = refused["findings"]
    assert (refused["published"], finding["keyword"]) == (False, "owner")
    assert world.publish({"service": unowned(), "unit": UNIT})["version"] == 1


def test_two_units_do_not_own_a_service_that_is_opened_twice_at_once(world: World) -> None:
    first, second = upload(world, unowned()), upload(world, {**unowned(), "metrics": {"x": 1}})
    path, orders = f"/services/{NEW}/orders", {}
    for draft, unit in ((first, UNIT), (second, "civil-affairs")):
        details = {"upload": draft["upload"], "unit": unit}
        body = {"do": "publish", "message": "按计划办理", "details": details}
        orders[unit] = expect(world.http("POST", path, body, SECOND), 202)["order"]

    seen = {unit: settled(world, f"{path}/{one}", SECOND) for unit, one in orders.items()}

    owner = world.http("GET", f"/services/{NEW}").body["authority"]["unit"]
    late = seen.pop(next(unit for unit in seen if unit != owner))
    assert (seen[owner]["state"], late["state"]) == ("done", "refused")
    assert late["outcome"]["problem"]["errors"][0]["code"] == "transfer"


# --- days ---------------------------------------------------------------------------------------

TODAY = "2026-03-10"


@pytest.mark.parametrize(
    ("days", "pointer", "keyword"),
    [
        ({"opens": "2026-05-01", "closes": "2026-04-01"}, "/details/closes", "before-opening"),
        ({"opens": "2026-05-01", "closes": "2026-05-01"}, "/details/closes", "before-opening"),
        ({"closes": "2026-03-09"}, "/details/closes", "past"),
        ({"closes": TODAY}, "/details/closes", "past"),
        ({"opens": "0001-01-01"}, "/details/opens", "date"),
    ],
)
def test_days_that_cannot_be_are_refused_where_they_stand(
    world: World, days: dict[str, str], pointer: str, keyword: str
) -> None:
    draft = upload(world, renamed())

    for answer in (
        asked(world, "offer", **days),
        asked(world, "publish", upload=draft["upload"], **days),
    ):
        assert named(answer) == refusal(Refused)
        assert [(one["pointer"], one["code"]) for one in answer.body["errors"]] == [
            (pointer, keyword)
        ]


def test_a_day_is_held_against_the_one_that_is_set_already(world: World) -> None:
    order(world, SERVICE, "offer", closes="2026-04-01")

    answer = asked(world, "offer", opens="2026-05-01")

    assert [one["pointer"] for one in answer.body["errors"]] == ["/details/opens"]
    assert order(world, SERVICE, "offer", opens="2026-05-01", closes="")["state"] == "done"
    assert asked(world, "offer", closes="2026-04-30").status == 422


def test_the_closing_day_itself_takes_no_case(world: World) -> None:
    order(world, SERVICE, "offer", closes="2026-03-11")
    # 15:59 UTC is one minute to midnight at the office.
    world.moment = world.moment.replace(hour=15, minute=59)
    assert submit(world).status == 201

    world.moment += timedelta(minutes=1)

    assert named(submit(world)) == refusal(ServiceClosed)


def at_node(world: World) -> bool:
    world.house.catalogue.refresh()
    services = expect(world.http("GET", "/services?node=jz-t1-v1"), 200)["services"]
    return SERVICE in [one["service"] for one in services]


def test_the_list_of_a_node_has_what_takes_cases_now(world: World) -> None:
    order(world, SERVICE, "offer", opens="2026-03-12", closes="2026-03-14")
    seen = {}
    for day in (11, 12, 13, 14):
        world.moment = world.moment.replace(day=day)
        seen[day] = at_node(world)

    assert seen == {11: False, 12: True, 13: True, 14: False}
    everything = expect(world.http("GET", "/services"), 200)["services"]
    assert SERVICE in [one["service"] for one in everything]


def test_the_first_version_opens_on_the_day_from_which_it_is_published(world: World) -> None:
    draft = upload(world, unowned())

    order(world, NEW, "publish", upload=draft["upload"], unit=UNIT, **{"from": "2026-03-12"})

    assert named(applied(world)) == refusal(NotOpenYet)
    world.moment += timedelta(days=2)
    assert applied(world).status == 201


@pytest.mark.parametrize(("name", "word"), [("class", "社会民生"), ("field", "微心愿")])
def test_the_list_is_made_shorter_by_class_and_field(world: World, name: str, word: str) -> None:
    data = load_json("forms/micro-wish/service.json")
    data["guide"][name] = {"zh-Hans": word, "en": "something"}
    world.publish(data)

    for asked_for in (word, "something"):
        (one,) = expect(world.http("GET", f"/services?{name}={quote(asked_for)}"), 200)["services"]
        assert (one["service"], one[name]["zh-Hans"]) == ("micro-wish", word)
    assert expect(world.http("GET", f"/services?{name}=nothing"), 200)["services"] == []
    assert world.http("GET", f"/services?{name}={'x' * 65}").status == 400


# --- repeats ------------------------------------------------------------------------------------


def told(world: World, do: str, **data: Any) -> Any:
    """An order without a key of its own, and what came of it."""
    body = {"do": do, "message": "按计划办理", "details": data}
    done = expect(world.http("POST", f"/services/{SERVICE}/orders", body, SECOND), 202)
    return settled(world, f"/services/{SERVICE}/orders/{done['order']}", SECOND)


def state(world: World) -> str:
    return str(world.http("GET", f"/services/{SERVICE}").body["state"])


def test_an_order_is_a_repeat_only_until_another_was_carried_out(world: World) -> None:
    done = [told(world, do)["order"] for do in ("close", "reopen", "close", "reopen")]

    assert state(world) == "published"
    assert len(set(done)) == 4
    again = told(world, "reopen")
    assert (again["order"], again["state"]) == (done[-1], "done")
    assert state(world) == "published"


def test_an_order_that_still_waits_is_kept_once(world: World) -> None:
    body = {"do": "close", "message": "按计划办理"}
    path = f"/services/{SERVICE}/orders"

    names = {expect(world.http("POST", path, body, SECOND), 202)["order"] for _ in range(3)}

    assert len(names) == 1


def test_an_order_that_changed_nothing_is_no_repeat_once_another_has(world: World) -> None:
    first = told(world, "offer", nodes=[])
    assert first["outcome"]["unchanged"] is True
    told(world, "offer", nodes=["jz-t2"])

    again = told(world, "offer", nodes=[])

    assert again["order"] != first["order"]
    assert "nodes" not in world.http("GET", f"/services/{SERVICE}").body


def test_a_test_is_no_repeat_once_another_was_ordered(world: World) -> None:
    drafts = [upload(world, renamed())["upload"], upload(world, document())["upload"]]

    first, other, again = (told(world, "test", upload=drafts[n]) for n in (0, 1, 0))

    versions = [one["outcome"]["version"] for one in (first, other, again)]
    assert versions == [-1, -2, -3]
    assert submit(world, {"Test-Token": again["test_token"]}).status == 201


def test_an_order_that_was_refused_is_tried_again(world: World) -> None:
    refused = told(world, "offer", nodes=["jz-t9"])
    assert refused["state"] == "refused"
    region = load_json("infra/seed/directory.json")
    node = {"node": "jz-t9", "parent": "jz", "level": "town", "titles": {"zh-Hans": "九镇"}}
    world.publisher.handle({"directory": {"nodes": [*region["nodes"], node]}})
    world.moment += timedelta(minutes=2)

    assert told(world, "offer", nodes=["jz-t9"])["state"] == "done"


# --- in words -----------------------------------------------------------------------------------


def in_english(world: World, do: str, **data: Any) -> str:
    """What a refusal says of an order."""
    body = {"do": do, "message": "按计划办理", "details": data}
    sent = {"Accept-Language": "en", "Idempotency-Key": uuid.uuid4().hex}
    answer = world.http("POST", f"/services/{SERVICE}/orders", body, SECOND, sent)
    assert answer.status == 409
    return f"{answer.body['title']}: {answer.body['detail']}"


def test_a_refusal_says_what_the_service_is_and_what_can_be_done(world: World) -> None:
    assert in_english(world, "retire") == (
        "The service does not allow this now: "
        "the service is published and cannot retire; it can: close, publish"
    )
    order(world, SERVICE, "close")
    assert in_english(world, "close").endswith("it can: reopen, retire, publish")
    order(world, SERVICE, "retire")
    assert in_english(world, "reopen").endswith("is retired and cannot reopen; it can: publish")


def test_a_draft_that_is_none_says_why(world: World) -> None:
    draft = upload(world, renamed())
    order(world, SERVICE, "publish", upload=draft["upload"])

    assert in_english(world, "publish", upload=draft["upload"]) == (
        "This upload is no draft: this upload is published already"
    )


def test_the_way_back_says_which_verdict_it_asks_for(world: World) -> None:
    data = document()
    data["form"]["properties"]["scope"]["maxItems"] = 99
    assert publish(world, data)["state"] == "done"

    body = {"do": "roll_back", "message": "按计划办理", "details": {"to": 1}}
    path, english = f"/services/{SERVICE}/orders", {"Accept-Language": "en"}
    kept = expect(world.http("POST", path, body, SECOND), 202)
    settled(world, f"{path}/{kept['order']}")

    problem = world.http("GET", f"{path}/{kept['order']}", None, SECOND, english).body["outcome"][
        "problem"
    ]
    assert problem["type"].endswith(VerdictNotAccepted.slug)
    assert problem["detail"] == (
        "against the live version this is narrowing; accept it by details.accepts: narrowing"
    )
    assert order(world, SERVICE, "roll_back", to=1, accepts="narrowing")["state"] == "done"


def test_a_retired_service_that_comes_back_says_so(world: World) -> None:
    order(world, SERVICE, "close")
    order(world, SERVICE, "retire")

    done = publish(world, renamed())

    assert done["outcome"]["was"] == "retired"
    latest = world.http("GET", f"/services/{SERVICE}/history", None, SECOND).body["history"][0]
    assert (latest["do"], latest["was"], latest["state"]) == ("publish", "retired", "published")


def test_what_was_discarded_stands_in_the_history(world: World) -> None:
    draft = upload(world, renamed())
    world.moment += timedelta(minutes=1)

    order(world, SERVICE, "discard", upload=draft["upload"])

    history = world.http("GET", f"/services/{SERVICE}/history", None, SECOND).body["history"]
    assert len(history) == 2
    names = ("do", "by", "written_by", "message", "upload")
    assert [history[0][name] for name in names] == [
        *("discard", SECOND, AUTHOR, "按计划办理", draft["upload"]),
    ]


def test_the_public_guide_is_the_document_that_runs(world: World) -> None:
    data = document()

    guide = world.http("GET", f"/services/{SERVICE}").body

    assert guide["form"] == data["form"]
    assert [paper["id"] for paper in guide["papers"]] == [one["id"] for one in data["papers"]]
    assert guide["clocks"]["promised"]["budget"] == {"working_days": 4}
    schema = world.http("GET", "/schemas/service-document/1").body
    assert schema["$id"] == "urn:bancheng:service-document:1"


class TestATrial:
    """A version under test: its cases are kept apart from all real ones."""

    @pytest.fixture
    def token(self, world: World) -> str:
        draft = upload(world, renamed())
        done = order(world, SERVICE, "test", AUTHOR, upload=draft["upload"])
        return str(done["test_token"])

    def test_only_who_holds_the_token_reaches_it(self, world: World, token: str) -> None:
        assert submit(world, {"Test-Token": "AAAA-BBBB-CCCC-DDDD"}).status == 404
        assert submit(world).body["version"] == 1
        assert submit(world, {"Test-Token": token}).body["version"] == -1
        assert world.http("GET", f"/services/{SERVICE}/versions/-1").status == 404

    def test_its_cases_stand_in_inboxes_of_their_own_and_nothing_is_sent(
        self, world: World, token: str
    ) -> None:
        receipt = submit(world, {"Test-Token": token}).body
        world.settle()
        inbox = "/inbox?role=acceptor&node=jz-t1-v1"

        real = expect(world.http("GET", inbox, None, VILLAGE), 200)["tasks"]
        tests = expect(world.http("GET", f"{inbox}&test", None, VILLAGE), 200)["tasks"]

        assert receipt["test"] is True
        assert (real, [one["case"] for one in tests]) == ([], [receipt["case"]])
        view = world.http(
            "GET", f"/my/cases/{receipt['case']}", headers={"Receipt-Secret": receipt["secret"]}
        )
        assert view.body["test"] is True
        assert world.notifier.sent == []

    def test_it_runs_to_its_end_without_a_word_to_anybody(self, world: World, token: str) -> None:
        receipt = submit(world, {"Test-Token": token}).body
        world.settle()
        case = Case(world, receipt["case"], receipt["secret"])

        case.do(VILLAGE, "accept")
        case.do(EXAMINER, "propose_grant")
        case.do(APPROVER, "grant")
        case.do(ISSUER, "ready", PERMIT)
        case.do(ISSUER, "delivered", HANDED)

        case.stands(ended=True, result="granted")
        assert world.notifier.sent == []
        assert {one["state"] for one in case.view()["notices"]} == {"sms"}
