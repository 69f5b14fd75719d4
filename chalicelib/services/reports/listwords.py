"""What the entries of lists and maps of a service document are called, in zh-Hans and in en."""

from collections.abc import Mapping

from chalicelib.services.reports.placewords import Pair

# Members of a list, counted; members of a map, by their name. They are said with their collection.
EACH: Mapping[str, Pair] = {
    "/papers": ("第{n}份材料{name}", "paper {n}{name}"),
    "/clocks": ("时限{name}", "clock{name}"),
    "/results": ("办理结果{name}", "result{name}"),
    "/reasons": ("理由{name}", "reason{name}"),
    "/documents": ("文书{name}", "document{name}"),
    "/notices": ("通知{name}", "notice{name}"),
    "/events": ("过程信息{name}", "event{name}"),
    "/bodies": ("外部单位{name}", "body outside{name}"),
    "/parties": ("其他当事人{name}", "other party{name}"),
    "/named": ("第{n}个指名的人", "person named no. {n}"),
    "/confidential": ("第{n}个保密的表单项", "confidential answer {n}"),
    "/patterns": ("异常情形{name}", "pattern{name}"),
    "/splits": ("第{n}个另行办理的表单项", "split {n}"),
    "stages": ("环节{name}", "stage{name}"),
    "always": ("任何环节的结论{name}", "outcome of any stage{name}"),
    "acts": ("随时可办的操作{name}", "action at any time{name}"),
    "tasks": ("旁办事项{name}", "task beside the stages{name}"),
    "follows": ("后续办理{name}", "what follows{name}"),
    "emits": ("定期立案{name}", "what it opens again and again{name}"),
    "parts": ("分项{name}", "part{name}"),
    "actions": ("操作{name}", "action{name}"),
    "outcomes": ("结论{name}", "outcome{name}"),
    "branch": ("第{n}个分支", "branch {n}"),
    "pause": ("第{n}个暂停", "pause {n}"),
    "milestones": ("第{n}个节点", "milestone {n}"),
    "hides": ("第{n}个不得公开的表单项", "hidden answer {n}"),
    "answers": ("填写项{name}", "answer{name}"),
    "replies": ("回复{name}", "reply{name}"),
    "phones": ("第{n}个电话", "telephone {n}"),
    "emails": ("第{n}个电子邮箱", "e-mail address {n}"),
    "for": ("第{n}个适用的结果或过程信息", "result or event {n} it is for"),
    "guide/basis": ("第{n}条设定依据{name}", "basis {n}{name}"),
    "logic/shows": ("第{n}条显示规则", "display rule {n}"),
    "logic/computes": ("第{n}个计算项", "computed answer {n}"),
    "logic/tables": ("判定表{name}", "decision table{name}"),
    "tables/inputs": ("第{n}个输入项", "input {n}"),
    "tables/rules": ("第{n}行", "row {n}"),
    "counters": ("第{n}个办理地点{name}", "counter {n}{name}"),
}
