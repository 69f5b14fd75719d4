"""The whole life of a plain case of each service: submitted, dealt with, told, ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.platform.ports import Table
from tests.bench.document import ROOT, load
from tests.fakes.orchestrator import MemoryOrchestrator
from tests.world import World

APPLICANT = "applicant"
Step = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """An example of a service and what is then done with it, in order; `body` joins the answers."""

    example: str
    steps: list[Step]
    reader: str
    party: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


PLANS: Mapping[str, Plan] = {
    "business-licence": Plan(
        "individual-leased",
        [
            ("officer-li", "accept", {}),
            ("officer-chen", "propose_grant", {}),
            ("officer-huang", "grant", {}),
            ("officer-sun", "ready", {"licence": "91350100M000100Y43"}),
            (
                "officer-sun",
                "delivered",
                {"handed_to": "周小满", "how": "window", "proof": "签收单0312"},
            ),
        ],
        "officer-zhao",
    ),
    "micro-wish": Plan(
        "goods",
        [
            ("officer-tang", "publish", {"wish": "想要一件过冬用的厚棉衣。", "whom": "困难老人"}),
            ("volunteer-fang", "claim", {"name": "方志愿", "phone": "13900000001"}),
            ("volunteer-fang", "fulfil", {}),
            (APPLICANT, "confirm", {"how": "voice", "reference": "录音12"}),
        ],
        "officer-tang",
        "grid-luo",
        {"channel": "outreach", "site": "jz-t1-v1"},
    ),
    "blocked": Plan(
        "failed-visit",
        [
            ("officer-ma", "triage", {"causes": ["several"]}),
            (
                "officer-guo",
                "convene",
                {
                    "participants": [{"party": "officer-dong"}, {"party": "officer-yuan"}],
                    "question": "能否先办",
                },
            ),
            ("officer-dong", "opine", {"text": "可以"}),
            ("officer-yuan", "opine", {"text": "可以"}),
            ("officer-guo", "conclude_solved", {"text": "当日办理"}),
            (APPLICANT, "solved", {}),
        ],
        "officer-ma",
    ),
    "household-registration": Plan(
        "birth-with-certificate",
        [
            (
                "officer-jin",
                "register",
                {
                    "book": "0100234",
                    "persons": 1,
                    "handed_to": "周小满",
                    "how": "window",
                    "proof": "签收单0310",
                },
            ),
        ],
        "officer-jin",
    ),
    "pension": Plan(
        "village-woman-at-sixty",
        [
            ("officer-li", "accept", {}),
            (
                "officer-li",
                "pass_up",
                {"met": "window", "lives_here": True, "brought": "directly", "text": "住本村。"},
            ),
            ("officer-lai", "take_over", {}),
            ("officer-lai", "send_up", {"opinion": "grant", "years": 15, "text": "符合条件。"}),
            ("officer-ding", "take_over", {}),
            (
                "officer-ding",
                "grant",
                {"licence": "吉社核〔2026〕41号", "monthly": 213, "from": "2026-04-01"},
            ),
            ("officer-zou", "paid", {"month": "2026-04", "proof": "批次2026-04-01"}),
        ],
        "officer-zhao",
    ),
    "full-agency": Plan(
        "pension-old-woman-alone",
        [
            (
                "officer-li",
                "assign",
                {"agent": "邓兰", "on": "2026-03-11", "spoke_with": "principal"},
            ),
            (
                "agent-deng",
                "take_mandate",
                {
                    "text": "代为递交养老金申领，领取结果。",
                    "how": "fingerprint",
                    "on": "2026-03-11",
                    "witness": {"name": "谢长根", "is": "neighbour", "signed": True},
                    "told": True,
                    "copy_left": True,
                },
            ),
            ("agent-deng", "all_in", {"visits": 1}),
            (
                "agent-deng",
                "file_pension",
                {
                    "born": "1965-11-02",
                    "paid_years": 15,
                    "other_pension": False,
                    "living": {"alone": True, "able_to_come": False},
                    "account": {"holder": "钟桂英", "bank": "农信社", "number": "6228000000000071"},
                    "agent": {
                        "name": "邓兰",
                        "id": {"kind": "citizen_number", "number": "360899199507070285"},
                        "phone": "13800000005",
                        "until": "2026-06-08",
                    },
                    "read_out": True,
                },
            ),
            # The pension has its own life; here the wait for it ends by the resident's word.
            (APPLICANT, "withdraw_filed", {"inner": "go_on"}),
        ],
        "officer-zhao",
    ),
    "subsistence-aid": Plan(
        "family-with-an-illness",
        [
            ("officer-li", "accept", {}),
            (
                "officer-qiu",
                "assign",
                {
                    "participants": [{"party": "officer-tan"}, {"party": "officer-wan"}],
                    "on": "2026-03-12",
                },
            ),
            *(
                (one, "sign", {"visited": "2026-03-12", "persons": 3, "text": "情况属实。"})
                for one in ("officer-tan", "officer-wan")
            ),
            (
                "officer-qiu",
                "checked",
                {"per_head": 100, "persons": 3, "fits": True, "text": "情况属实。"},
            ),
            (
                "officer-duan",
                "convene",
                {
                    "participants": [
                        {"party": one}
                        for one in ("villager-xie", "villager-liao", "villager-xiong")
                    ],
                    "on": "2026-03-16",
                },
            ),
            *(
                (one, "opine", {"view": "true"})
                for one in ("villager-xie", "villager-liao", "villager-xiong")
            ),
            ("officer-duan", "disagree", {"text": "收入没有报全。"}),
            ("officer-hou", "refuse", {"reason": "J1", "text": "人均收入超过标准。"}),
        ],
        "officer-qiu",
    ),
    "medical-coop": Plan(
        "hospital-in-the-capital",
        [
            ("officer-li", "accept", {}),
            ("officer-bi", "propose_grant", {"amount": "9115.28", "text": "按比例核定。"}),
            (
                "officer-hao",
                "grant",
                {"licence": "吉医核〔2026〕61号", "amount": "9115.28", "yuan": 9115},
            ),
            ("officer-ge", "paid", {"proof": "批次2026-03-11"}),
        ],
        "officer-zhao",
    ),
    "housing-fund": Plan(
        "home-with-spouse",
        [
            ("officer-wang", "accept", {}),
            ("officer-xin", "consult", {"units": ["realty"]}),
            ("officer-ou", "agree", {"text": "一致。"}),
            ("officer-xin", "propose_grant", {"amount": "86000.00", "text": "符合。"}),
            (
                "officer-pu",
                "grant",
                {"licence": "吉公提〔2026〕71号", "amount": "86000.00", "yuan": 86000},
            ),
            ("officer-qi", "paid", {"proof": "支付单2026-0071"}),
        ],
        "officer-zhao",
    ),
    "mailbox": Plan(
        "grassroots",
        [
            (
                "officer-xu",
                "reply",
                {"outcome": "adopted", "text": "从下月起，每周三上午有人到村里办。"},
            )
        ],
        "officer-xu",
    ),
    "enquiry-reply": Plan(
        "pension",
        [("officer-li", "reply", {"text": "可以，先办转移手续。"})],
        "officer-zhao",
    ),
    "suggestion": Plan(
        "with-a-name",
        [
            ("officer-li", "pass_on", {}),
            ("officer-chen", "propose_adopt", {"text": "中午留一个窗口。", "by": "2026-04-01"}),
            ("officer-xu", "adopt", {"text": "中午留一个窗口。", "by": "2026-04-01"}),
        ],
        "officer-zhao",
    ),
    "no-owner": Plan(
        "parking",
        [
            ("officer-qian", "take_up", {"text": "没有写明归谁管。"}),
            (
                "officer-qian",
                "convene",
                {
                    "participants": [{"party": "officer-bu"}, {"party": "officer-fan"}],
                    "question": "集日停车由谁管",
                },
            ),
            ("officer-bu", "opine", {"view": "partly", "text": "划位归我们。"}),
            ("officer-fan", "opine", {"view": "not_ours", "text": "不归我们。"}),
            ("officer-qian", "put_up", {"text": "建议由城管牵头。"}),
            (
                "officer-chai",
                "rule",
                {
                    "owners": ["urban"],
                    "lead": "urban",
                    "duties": {"urban": "划车位、查乱停"},
                    "text": "由城管局划车位、查乱停。",
                },
            ),
            ("officer-lan", "done", {"text": "划了四十个车位。"}),
            ("officer-he", "solved", {}),
        ],
        "officer-qian",
    ),
    "mediation": Plan(
        "ditch",
        [
            ("officer-zeng", "accept", {}),
            (
                "officer-zeng",
                "both_willing",
                {"how": "visit", "on": "2026-03-10", "rights_told": True},
            ),
            (
                "officer-zeng",
                "agree",
                {
                    "text": "让出水沟，赔五百元。",
                    "due": "2026-04-30",
                    "rights_told": True,
                    **{
                        side: {"signed": True, "how": "signature", "on": "2026-03-10"}
                        for side in ("claimant", "respondent", "mediator")
                    },
                },
            ),
        ],
        "officer-tao",
    ),
    "rating-rectification": Plan(
        "slow",
        [
            ("officer-zhou", "pass_on", {"text": "用了九天，请查原因。"}),
            ("officer-pan", "rectified", {"measures": "process", "text": "以后当天制证。"}),
            ("officer-he", "satisfied", {"grade": 4}),
        ],
        "officer-zhou",
    ),
    "old-age-card": Plan(
        "ninety-through-an-agent",
        [
            ("officer-li", "ready", {"licence": "吉老优2026-0001", "grade": "80"}),
            (
                "officer-li",
                "delivered",
                {
                    "handed_to": "欧阳·阿依",
                    "how": "window",
                    "proof": "签收单0310",
                    "identity": True,
                },
            ),
        ],
        "officer-zhao",
    ),
    "unit-check-in": Plan(
        "school",
        [
            (
                "community-yan",
                "confirm",
                {"noted": ["venue", "skill"], "planned": 3, "liaison": "颜春梅"},
            ),
        ],
        "community-yan",
    ),
    "member-check-in": Plan(
        "teacher",
        [("community-yan", "confirm", {"checked": "call", "join": False})],
        "community-yan",
    ),
    "service-post": Plan(
        "wiring",
        [
            (
                "community-yan",
                "publish",
                {"text": "帮一位独居老人检查屋里的电线。", "whom": "独居老人"},
            ),
            (
                "volunteer-fang",
                "claim",
                {"name": "方志愿", "phone": "13900000001", "skill": "repair"},
            ),
            ("volunteer-fang", "serve", {"on": "2026-03-10", "hours": 3}),
            ("grid-luo", "confirm", {"how": "signature", "reference": "签字单7"}),
        ],
        "community-yan",
        "community-dai",
        {"channel": "outreach", "site": "jz-t1-v1"},
    ),
    "external-fund": Plan(
        "coop-cold-store",
        [
            ("officer-wang", "assign", {"assistant": "谢春林", "phone": "0796-8225678"}),
            ("assistant-xie", "prepared", {"asked": 500000}),
            ("officer-chen", "pass", {}),
            (
                "assistant-xie",
                "sent",
                {
                    "body": "省农业农村厅",
                    "on": "2026-03-10",
                    "licence": "吉农报〔2026〕12号",
                    "how": "system",
                    "proof": "回执0310",
                },
            ),
            (
                "assistant-xie",
                "answered",
                {
                    "answer": "granted",
                    "on": "2026-03-10",
                    "number": "赣农计字〔2026〕15号",
                    "body": "省农业农村厅",
                    "amount": 500000,
                    "reference": "档案柜3号",
                },
            ),
            (
                "officer-huang",
                "tell_granted",
                {"basis": "赣农计字〔2026〕15号", "amount": 500000, "text": "分两次拨付。"},
            ),
        ],
        "officer-zhao",
    ),
    "patrol-night": Plan(
        "homes",
        [
            ("community-yan", "publish", {"text": "周末凌晨巡一次居住区，三人一组。"}),
            ("volunteer-fang", "claim", {"name": "方志愿", "phone": "13900000001"}),
            ("volunteer-qin", "claim", {"name": "秦志愿", "phone": "13900000002"}),
            ("volunteer-shi", "claim", {"name": "石志愿", "phone": "13900000003"}),
            ("volunteer-fang", "back", {}),
            ("volunteer-qin", "back", {}),
            ("volunteer-shi", "back", {}),
            (
                "community-yan",
                "quiet",
                {"left": "01:20", "back": "03:10", "walkers": 3, "places": 9},
            ),
        ],
        "community-yan",
        "community-dai",
        {"channel": "outreach", "site": "jz-t1-v1"},
    ),
    "agent-onboarding": Plan(
        "villager",
        [
            ("officer-rao", "appoint", {"talked": "visit"}),
            (
                "officer-ke",
                "trained",
                {"hours": 12, "done_on": "2026-03-10", "topics": ["law", "items"]},
            ),
            ("officer-nong", "passed", {"score": 86, "on": "2026-03-10"}),
            (
                "officer-li",
                "put_up",
                {"where": "上村村务公开栏", "on": "2026-03-10", "proof": "照片0310"},
            ),
            (
                "officer-li",
                "object",
                {"came": "letter", "on": "2026-03-10", "what": "不在村里。", "book": "登记册4号"},
            ),
            (
                "officer-zhou",
                "uphold",
                {"reason": "D1", "text": "常年不住在本村。", "finding": "户籍和邻居都说在县城。"},
            ),
        ],
        "officer-zhao",
        "officer-li",
        {"channel": "counter", "site": "jz-t1-v1"},
    ),
}


OUTREACH = {"channel": "outreach"}
# Services without a flow: an example, and who submits it.
RECORDS: Mapping[str, Plan] = {
    "enquiry": Plan("answered-at-the-window", [], "", "officer-zhao", {"channel": "counter"}),
    "hall-guide": Plan("an-old-man-to-window-seven", [], "", "guide-tu", {"channel": "counter"}),
    "opinion-survey": Plan("a-firm", [], ""),
    "visit-diary": Plan("an-old-man-and-his-chickens", [], "", "grid-luo", OUTREACH),
    "patrol-log": Plan("a-light-is-out", [], "", "grid-luo", OUTREACH),
}


class Stuck(Exception):
    """The case did not go its way; the message says where."""


@dataclass(frozen=True)
class Life:
    """`requests`: for each request the transactions it made itself, as a slice of all."""

    requests: dict[str, tuple[int, int]]
    states: list[str]


def play(world: World, service: str, written: Callable[[], int]) -> Life:
    """Raises Stuck. `written` counts the transactions so far."""
    plan = PLANS[service]
    example = _example(service, plan)
    papers = [
        {"paper": paper, "reference": f"窗口收件{paper}"} for paper in example["papers_needed"]
    ]
    body = {"answers": example["answers"], "papers": papers, **plan.body}
    requests: dict[str, tuple[int, int]] = {}

    first = written()
    headers = {"Idempotency-Key": f"life-{service}"}
    receipt = world.http("POST", f"/services/{service}/cases", body, plan.party, headers)
    if receipt.status != 201:
        raise Stuck(f"submit: {receipt}")
    number = str(receipt.body["case"])
    requests["submit"] = (first, written())
    world.settle()
    for party, action, details in plan.steps:
        ask = _request(world, plan, number, str(receipt.body["secret"]), party, action)
        first = written()
        answer = world.http("POST", ask[0], {"action": action, "details": details}, ask[1], ask[2])
        if answer.status != 200:
            raise Stuck(f"{action}: {answer}")
        name = action if action not in requests else f"{action} again"
        requests[name] = (first, written())
        world.settle()
    if not world.row(number)["ended"]:
        raise Stuck(f"not ended: {world.row(number)}")
    return Life(requests, _states(world, number))


def answers_of(service: str, plan: Plan) -> Any:
    return _example(service, plan)["answers"]


def _example(service: str, plan: Plan) -> Any:
    return load(ROOT / "forms" / service / "examples" / "pass" / f"{plan.example}.json")


def _request(
    world: World, plan: Plan, number: str, secret: str, party: str, action: str
) -> tuple[str, str | None, dict[str, str]]:
    """Path, party and headers of one act."""
    if party == APPLICANT:
        return f"/my/cases/{number}/actions", None, {"Receipt-Secret": secret}
    view = world.http("GET", f"/cases/{number}", party=plan.reader)
    rows = world.store.partition(Table.CASES, f"case#{number}", "task#")
    tasks = [row for row in rows if row["state"] == "open" and action in row["actions"]]
    own = [row for row in tasks if row.get("party") == party] or tasks
    if not own:
        raise Stuck(f"nobody may {action}")
    path = f"/cases/{number}/tasks/{own[0]['task']}/actions"
    return path, party, {"If-Match": view.headers["etag"]}


def _states(world: World, number: str) -> list[str]:
    if not isinstance(world.orchestrator, MemoryOrchestrator):
        raise Stuck("states are counted on the orchestrator in memory")
    runs = [world.orchestrator.runs[name] for name in world.executions(number)]
    return [state for run in runs for state in run.entered]
