"""The words of the engine itself: events that it records for every service, and statuses."""

from collections.abc import Mapping

from chalicelib.platform.errors import Texts
from chalicelib.services.document import Service

# Events that the engine records for every service, where its document has no words of its own.
SYSTEM_EVENTS: Mapping[str, Texts] = {
    "stage_entered": {"zh-Hans": "进入环节", "en": "Stage entered"},
    "held": {"zh-Hans": "待补齐材料", "en": "Waiting for promised papers"},
    "overdue": {"zh-Hans": "逾期，已提请督办", "en": "Overdue; a supervisor is asked to step in"},
    "escalation_seen": {"zh-Hans": "已督办", "en": "The supervisor has stepped in"},
    "notice_delivered": {"zh-Hans": "通知已送达", "en": "Notice delivered"},
    "handed_to_person": {"zh-Hans": "转人工电话通知", "en": "Handed to a person to call"},
    "called": {"zh-Hans": "已电话通知", "en": "Called by telephone"},
    "resumed": {"zh-Hans": "流程已恢复", "en": "The flow was resumed"},
    "closed": {"zh-Hans": "办结", "en": "Concluded"},
    "claim_void": {"zh-Hans": "认领随之结束", "en": "The claim is at an end"},
    "paper_waived": {"zh-Hans": "经核定，此材料不用交", "en": "Ruled: this paper is not needed"},
    "linked": {"zh-Hans": "有关联办件", "en": "Another case is about this one"},
    "case_opened": {"zh-Hans": "已转立关联办件", "en": "A case that follows from it was opened"},
    "case_not_opened": {
        "zh-Hans": "关联办件未能立案",
        "en": "A case that follows could not be opened",
    },
    "emitted": {"zh-Hans": "已按期立案", "en": "Cases were opened at their time"},
    "assigned": {"zh-Hans": "已按规则派给一人", "en": "Given to one person by the rule"},
    "role_granted": {"zh-Hans": "已授予角色", "en": "The role is granted"},
    "role_revoked": {"zh-Hans": "已收回角色", "en": "The role is taken back"},
    "role_not_granted": {"zh-Hans": "角色未能办妥", "en": "The role could not be changed"},
    "unrouted": {"zh-Hans": "主管单位待认定", "en": "It is to be ruled who is in charge"},
    "rule_written": {"zh-Hans": "认定已写成规则", "en": "The ruling is written as a rule"},
    "rule_not_written": {"zh-Hans": "认定未能写成规则", "en": "The rule could not be written"},
    "progress_asked": {"zh-Hans": "短信问进度", "en": "Progress asked for by SMS"},
    "list_asked": {"zh-Hans": "短信问材料清单", "en": "List of papers asked for by SMS"},
    "not_understood": {"zh-Hans": "短信回复没看懂", "en": "A reply by SMS was not understood"},
    "reply_ambiguous": {"zh-Hans": "短信回复对应多件", "en": "A reply by SMS fits several cases"},
    "rebased": {"zh-Hans": "转到新版办理", "en": "Goes on under a new version"},
    "correction_asked": {"zh-Hans": "表单有更新，请补填", "en": "The form has changed: correct"},
    "urge_answered": {"zh-Hans": "已回复催办", "en": "The reminder was answered"},
    "supervision_answered": {"zh-Hans": "已回复督办", "en": "The supervision order was answered"},
    "criticism_answered": {"zh-Hans": "已回复通报", "en": "The criticism was answered"},
    "recomputed": {"zh-Hans": "时限按新日历重新计算", "en": "A due date was computed anew"},
    "date_moved": {"zh-Hans": "办理时限有变", "en": "The promised date has moved"},
    "followed": {"zh-Hans": "有办件并入", "en": "Another case has ended in this one"},
    "not_merged": {"zh-Hans": "未能并入", "en": "Could not be merged"},
    "pattern_noted": {"zh-Hans": "有值得核查的情形", "en": "A pattern worth a look was noted"},
    "news": {"zh-Hans": "并入的办件有进展", "en": "News of the case it was merged into"},
    "quiet_news": {"zh-Hans": "并入的办件有进展", "en": "News of the case it was merged into"},
    "items_opened": {"zh-Hans": "已分派", "en": "Sent to each of them"},
    "items_closed": {"zh-Hans": "其余各项不再需要", "en": "The other parts are not needed"},
    "bulk_ordered": {"zh-Hans": "已布置批量办理", "en": "An act on many members was ordered"},
    "bulk_done": {"zh-Hans": "批量办理完毕", "en": "The act on many members is done"},
    "corrected": {"zh-Hans": "已按新表单补填", "en": "Corrected for the new form"},
}
HIDDEN_EVENTS = frozenset(
    {
        "stage_entered",
        "notice_delivered",
        "resumed",
        "rebased",
        "handed_to_person",
        "linked",
        "case_opened",
        "case_not_opened",
        "emitted",
        "assigned",
        "role_not_granted",
        "rule_written",
        "rule_not_written",
        "progress_asked",
        "list_asked",
        "not_understood",
        "reply_ambiguous",
        "urge_answered",
        "supervision_answered",
        "criticism_answered",
        "recomputed",
        "followed",
        "not_merged",
        "pattern_noted",
        "items_opened",
        "items_closed",
        "bulk_ordered",
        "bulk_done",
    }
)
# Their details hold what a phone wrote, and which: for those who telephone.
WRITTEN = frozenset({"not_understood"})

STATUSES: Mapping[str, Texts] = {
    "submitted": {"zh-Hans": "已提交", "en": "submitted"},
    "received": {"zh-Hans": "已收件", "en": "received"},
    "to_complete": {"zh-Hans": "待补正", "en": "papers to complete"},
    "not_accepted": {"zh-Hans": "不予受理", "en": "not accepted"},
    "accepted": {"zh-Hans": "已受理", "en": "accepted"},
    "accepted_with_gap": {"zh-Hans": "容缺受理", "en": "accepted with a gap"},
    "in_progress": {"zh-Hans": "办理中", "en": "in progress"},
    "special_procedure": {"zh-Hans": "特别程序", "en": "special procedure"},
    "extended": {"zh-Hans": "已延期", "en": "extended"},
    "granted": {"zh-Hans": "准予", "en": "granted"},
    "refused": {"zh-Hans": "不予", "en": "refused"},
    "ready": {"zh-Hans": "待领取", "en": "ready to collect"},
    "delivered": {"zh-Hans": "已送达", "en": "delivered"},
    "returned": {"zh-Hans": "退件", "en": "returned"},
    "withdrawn": {"zh-Hans": "已撤回", "en": "withdrawn"},
    "terminated": {"zh-Hans": "终止办理", "en": "terminated"},
    "published": {"zh-Hans": "已公布", "en": "published"},
    "claimed": {"zh-Hans": "已认领", "en": "claimed"},
    "to_confirm": {"zh-Hans": "待确认", "en": "to be confirmed"},
    "fulfilled": {"zh-Hans": "已实现", "en": "fulfilled"},
    "referred": {"zh-Hans": "已转他处", "en": "referred"},
    "expired": {"zh-Hans": "期满", "en": "expired"},
    "explained": {"zh-Hans": "已说明", "en": "explained"},
    "solved": {"zh-Hans": "已解决", "en": "solved"},
    "rectifying": {"zh-Hans": "转整改", "en": "passed on to be put right"},
    "revoked": {"zh-Hans": "已撤销", "en": "revoked"},
}


def is_public(service: Service, type: str) -> bool:
    """Whether the resident's story tells of this kind of event."""
    own = service.data["events"].get(type)
    return bool(own.get("public", True)) if own else type not in HIDDEN_EVENTS
