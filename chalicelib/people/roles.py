"""What holders of a role are called.

Roles are names that documents choose; those of the usual offices have words here, another is
called by its name.
"""

from collections.abc import Mapping

from chalicelib.platform.errors import Texts

ROLES: Mapping[str, Texts] = {
    "acceptor": {"zh-Hans": "受理人员", "en": "window officer"},
    "examiner": {"zh-Hans": "审查人员", "en": "examiner"},
    "approver": {"zh-Hans": "审批人员", "en": "approver"},
    "issuer": {"zh-Hans": "制证人员", "en": "issuer"},
    "head": {"zh-Hans": "单位负责人", "en": "head of the office"},
    "supervisor": {"zh-Hans": "督查人员", "en": "supervisor"},
    "caller": {"zh-Hans": "回访人员", "en": "caller"},
    "agent": {"zh-Hans": "代办员", "en": "agent"},
    "grid-worker": {"zh-Hans": "网格员", "en": "grid worker"},
    "vetter": {"zh-Hans": "审核人员", "en": "vetter"},
    "volunteer": {"zh-Hans": "志愿者", "en": "volunteer"},
    "triage": {"zh-Hans": "分派人员", "en": "triage officer"},
    "chair": {"zh-Hans": "会商召集人", "en": "chair of the joint review"},
    "section-head": {"zh-Hans": "科室负责人", "en": "head of section"},
    "unit-head": {"zh-Hans": "办理单位负责人", "en": "head of the unit concerned"},
    "discipline": {"zh-Hans": "专责人员", "en": "officer in charge"},
    "registrar": {"zh-Hans": "户籍民警", "en": "police registrar"},
    "registry-approver": {"zh-Hans": "户政审批人员", "en": "approver at the police registry"},
    "registry-head": {"zh-Hans": "户政负责人", "en": "head of the police registry"},
    "social-town": {"zh-Hans": "乡镇社保人员", "en": "town social insurance officer"},
    "social-approver": {"zh-Hans": "社保核定人员", "en": "social insurance approver"},
    "social-head": {"zh-Hans": "社保中心负责人", "en": "head of the social insurance centre"},
    "social-payer": {"zh-Hans": "养老金发放人员", "en": "social insurance payments officer"},
    "aid-lead": {"zh-Hans": "乡镇民政负责人", "en": "lead of town civil affairs"},
    "aid-checker": {"zh-Hans": "入户核查人员", "en": "household checker"},
    "aid-chair": {"zh-Hans": "评议主持人", "en": "chair of the review meeting"},
    "aid-reviewer": {"zh-Hans": "评议代表", "en": "review representative"},
    "aid-approver": {"zh-Hans": "救助确认人员", "en": "social aid approver"},
    "aid-head": {"zh-Hans": "民政部门负责人", "en": "head of civil affairs"},
    "aid-payer": {"zh-Hans": "救助金发放人员", "en": "aid payments officer"},
    "medical-examiner": {"zh-Hans": "医保审核人员", "en": "medical insurance examiner"},
    "medical-approver": {"zh-Hans": "医保复核人员", "en": "medical insurance approver"},
    "medical-head": {"zh-Hans": "医保部门负责人", "en": "head of medical insurance"},
    "medical-payer": {"zh-Hans": "医保支付人员", "en": "medical payments officer"},
    "fund-examiner": {"zh-Hans": "公积金审核人员", "en": "fund examiner"},
    "fund-approver": {"zh-Hans": "公积金审批人员", "en": "fund approver"},
    "fund-payer": {"zh-Hans": "公积金支付人员", "en": "fund payments officer"},
    "assist-realty": {"zh-Hans": "不动产登记协查人员", "en": "land register officer"},
    "assist-bank": {"zh-Hans": "受托银行协查人员", "en": "officer of the entrusted bank"},
    "assist-employer": {"zh-Hans": "缴存核实人员", "en": "officer who checks deposits"},
    "letter-clerk": {"zh-Hans": "信箱登记员", "en": "clerk for letters"},
    "arbiter": {"zh-Hans": "编办承办人员", "en": "officer of the staffing commission"},
    "arbiter-head": {"zh-Hans": "编办负责人", "en": "head of the staffing commission's office"},
    "duty-urban": {"zh-Hans": "城市管理承办人员", "en": "officer for urban management"},
    "duty-traffic": {"zh-Hans": "交通运输承办人员", "en": "officer for transport"},
    "duty-housing": {"zh-Hans": "住建承办人员", "en": "officer for housing and construction"},
    "duty-water": {"zh-Hans": "水利承办人员", "en": "officer for water"},
    "duty-emergency": {"zh-Hans": "应急管理承办人员", "en": "officer for emergency management"},
    "duty-town": {"zh-Hans": "镇承办人员", "en": "officer of the town"},
    "mediator": {"zh-Hans": "调解员", "en": "mediator"},
    "committee-head": {"zh-Hans": "调委会主任", "en": "head of the committee"},
    "community-worker": {"zh-Hans": "社区工作者", "en": "community worker"},
    "guide": {"zh-Hans": "导办员", "en": "guide in the hall"},
    "project-assistant": {"zh-Hans": "项目帮办员", "en": "project assistant"},
    "aged-officer": {"zh-Hans": "老龄工作人员", "en": "officer for the old"},
    "aged-approver": {"zh-Hans": "老龄审批人员", "en": "approver of benefits for the old"},
    "agent-lead": {"zh-Hans": "镇代办工作负责人", "en": "head of the town's agents"},
    "agent-trainer": {"zh-Hans": "代办员培训人员", "en": "trainer of agents"},
    "agent-examiner": {"zh-Hans": "代办员考试人员", "en": "examiner of agents"},
    "publisher": {"zh-Hans": "事项发布人员", "en": "publisher"},
    "operator": {"zh-Hans": "运行人员", "en": "operator"},
}


def role(name: str) -> Texts:
    return ROLES.get(name, {"zh-Hans": name, "en": name})
