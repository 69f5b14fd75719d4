"""Every refusal of the product, named. The class is the meaning; the status sits on the class.

Bodies are problem details (RFC 9457): `type` is the slug under one URN, `errors` point into the
submission with JSON Pointers (RFC 6901) and carry the fields an Ajv client expects.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from chalice.app import ChaliceUnhandledError

Texts = Mapping[str, str]

TYPE_PREFIX = "urn:bancheng:problem:"

# Members of a request body that schemas of service documents judge.
INSTANCES = ("/answers", "/details")
# Ajv's parameters of an error about a member, reported at the object it belongs to.
MEMBERS = frozenset({"missingProperty", "additionalProperty"})


class Finding(NamedTuple):
    """One thing wrong at one place: `pointer` is a JSON Pointer into what was sent.

    A warning says what could be better and refuses nothing. `base` leads to the instance that a
    schema judged; where none is given, to the one of INSTANCES.
    """

    pointer: str
    keyword: str
    texts: Texts
    params: Mapping[str, Any] = MappingProxyType({})
    schema_path: str = ""
    severity: str = "error"
    base: str | None = None

    @property
    def instance_path(self) -> str:
        """The value that was judged, as Ajv names it: from the instance of its schema on.

        Of a member that is missing, or should not be there, it is the parent.
        """
        path = self.pointer
        if not MEMBERS.isdisjoint(self.params):
            path = path.rpartition("/")[0]
        base = self.base
        if base is None:
            base = next((one for one in INSTANCES if f"{path}/".startswith(f"{one}/")), "")
        return path.removeprefix(base)

    def body(self, language: str) -> dict[str, Any]:
        message = pick(self.texts, language)
        return {
            "pointer": self.pointer,
            "code": self.keyword,
            "detail": message,
            "instancePath": self.instance_path,
            "schemaPath": self.schema_path,
            "keyword": self.keyword,
            "params": dict(self.params),
            "message": message,
        }


def pick(texts: Texts, language: str) -> str:
    """The text in the language asked for, else the base language zh-Hans."""
    return texts.get(language) or texts["zh-Hans"]


class Problem(ChaliceUnhandledError):
    """A refusal a client can understand; Chalice lets only this kind through to the middleware."""

    slug: ClassVar[str] = "internal-error"
    status: ClassVar[int] = 500
    titles: ClassVar[Texts] = {
        "zh-Hans": "系统出错，请稍后再试",
        "en": "Something went wrong on our side; please try again",
    }

    def __init__(
        self,
        detail: Texts | None = None,
        findings: Sequence[Finding] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(self.slug)
        self.detail = detail
        self.findings = tuple(findings)
        self.headers = dict(headers or {})

    def body(self, language: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": TYPE_PREFIX + self.slug,
            "title": pick(self.titles, language),
            "status": self.status,
        }
        if self.detail:
            body["detail"] = pick(self.detail, language)
        if self.findings:
            body["errors"] = [finding.body(language) for finding in self.findings[:50]]
        return body


class Malformed(Problem):
    slug, status = "malformed-json", 400
    titles = {"zh-Hans": "无法读取提交的内容", "en": "The request body cannot be read"}


class BadRequest(Problem):
    slug, status = "bad-request", 400
    titles = {"zh-Hans": "请求格式不对", "en": "The request is not well formed"}


class InvalidCursor(Problem):
    slug, status = "invalid-cursor", 400
    titles = {"zh-Hans": "翻页标记无效", "en": "The page cursor is not valid"}


class InvalidKey(Problem):
    slug, status = "idempotency-key-invalid", 400
    titles = {
        "zh-Hans": "Idempotency-Key 须为1至255个可见字符",
        "en": "Idempotency-Key must have 1 to 255 visible characters",
    }


class NotIdentified(Problem):
    slug, status = "token-invalid", 401
    titles = {"zh-Hans": "请先登录", "en": "Please sign in"}

    def __init__(self, detail: Texts | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class SignatureInvalid(Problem):
    slug, status = "signature-invalid", 401
    titles = {"zh-Hans": "签名无效", "en": "The signature is not valid"}


class NotPermitted(Problem):
    slug, status = "not-permitted", 403
    titles = {"zh-Hans": "您没有办理此事的权限", "en": "You may not do this"}


class NotFound(Problem):
    slug, status = "not-found", 404
    titles = {"zh-Hans": "没有找到", "en": "Not found"}


class MethodNotAllowed(Problem):
    slug, status = "method-not-allowed", 405
    titles = {"zh-Hans": "不支持这种请求方式", "en": "This method is not supported here"}


class Conflict(Problem):
    slug, status = "invalid-transition", 409
    titles: ClassVar[Texts] = {
        "zh-Hans": "办件状态已变，不能这样办理",
        "en": "The case does not allow this now",
    }


class AlreadyDecided(Conflict):
    slug = "already-decided"
    titles = {"zh-Hans": "此事已经办理", "en": "This has been dealt with already"}


class SeparationOfDuty(Conflict):
    slug = "separation-of-duty"
    titles = {
        "zh-Hans": "审查与决定须由不同的人办理",
        "en": "Examination and decision must be made by different people",
    }


class PapersIncomplete(Conflict):
    slug = "papers-incomplete"
    titles = {"zh-Hans": "材料与此操作不符", "en": "The papers do not fit this action"}


class PoolFull(Conflict):
    slug = "pool-full"
    titles = {
        "zh-Hans": "名额已满，候补也已满",
        "en": "Every place is taken, and the waiting list is full",
    }


class NotYet(Conflict):
    slug = "not-yet"
    titles = {"zh-Hans": "尚未到这一步", "en": "Something else must be done first"}


class NotForThisCase(Conflict):
    slug = "not-for-this-case"
    titles: ClassVar[Texts] = {
        "zh-Hans": "此件的情况不适用这项操作",
        "en": "What this case is does not allow this",
    }


class OnceOnly(Conflict):
    slug = "once-only"
    titles: ClassVar[Texts] = {
        "zh-Hans": "此事已经办过，只能办一次",
        "en": "This was done before, and may be done once only",
    }


class AlreadyClaimed(Conflict):
    slug = "already-claimed"
    titles: ClassVar[Texts] = {"zh-Hans": "您已认领", "en": "You have claimed this already"}


class NoMoreTime(Conflict):
    slug = "no-more-time"
    titles: ClassVar[Texts] = {"zh-Hans": "不能再延期", "en": "No more time can be given"}


class NothingToWaive(Conflict):
    slug = "nothing-to-waive"
    titles: ClassVar[Texts] = {
        "zh-Hans": "没有可以免交的材料",
        "en": "There is no paper that could be waived",
    }


class SecondPersonRequired(Conflict):
    slug = "second-person-required"
    titles = {
        "zh-Hans": "须由另一人发布：上传人不能发布自己的文件",
        "en": "Somebody else must publish this: nobody publishes what they have uploaded",
    }


class VerdictNotAccepted(Conflict):
    """The order must name the verdict it accepts when open cases may be touched."""

    slug = "verdict-not-accepted"
    titles = {
        "zh-Hans": "此次改动会影响在办件，请先看改动报告，再确认发布",
        "en": "These changes touch open cases: read the report, then say which verdict you accept",
    }


class WrongState(Conflict):
    slug = "service-state"
    titles = {"zh-Hans": "事项现在不能这样办理", "en": "The service does not allow this now"}


class NoDraft(Conflict):
    slug = "no-draft"
    titles = {"zh-Hans": "此上传不是草稿", "en": "This upload is no draft"}


class NotOpenYet(Conflict):
    slug = "not-open-yet"
    titles = {"zh-Hans": "此事项尚未开办", "en": "This service is not open yet"}


class ServiceClosed(Problem):
    slug, status = "service-closed", 410
    titles: ClassVar[Texts] = {
        "zh-Hans": "此事项已停止受理新申请",
        "en": "This service takes no new applications",
    }


class TooLarge(Problem):
    slug, status = "too-large", 413
    titles = {"zh-Hans": "提交的内容过大", "en": "The request is too large"}


class VersionChanged(Problem):
    slug, status = "version-changed", 412
    titles = {"zh-Hans": "办件已更新，请刷新后再办", "en": "The case has changed; read it again"}


class UnsupportedMediaType(Problem):
    slug, status = "unsupported-media-type", 415
    titles = {"zh-Hans": "只接受 application/json", "en": "Only application/json is accepted"}


class Refused(Problem):
    """The body is readable but its contents are refused; findings point at each place."""

    slug, status = "answers-refused", 422
    titles: ClassVar[Texts] = {"zh-Hans": "填写的内容有误", "en": "Some answers are not right"}


class TextNotAllowed(Refused):
    slug = "text-not-allowed"
    titles = {
        "zh-Hans": "文字中有不允许的字符",
        "en": "The text has characters that are not allowed",
    }


class NumberOutOfRange(Refused):
    slug = "number-out-of-range"
    titles = {"zh-Hans": "数字超出范围", "en": "A number is out of range"}


class UnknownRegion(Refused):
    slug = "unknown-region"
    titles = {"zh-Hans": "所选地区不在受理范围", "en": "This region is not served here"}


class OwnerMissing(Refused):
    slug = "owner-missing"
    titles = {
        "zh-Hans": "没有单位主管此事项：发布时写明 unit",
        "en": "No unit owns this service: name one with unit",
    }


class NotOffered(Refused):
    slug = "not-offered-here"
    titles = {"zh-Hans": "此事项尚未在该地区开办", "en": "This service is not open in this region"}


class KeyReused(Problem):
    slug, status = "idempotency-key-reused", 422
    titles = {
        "zh-Hans": "同一 Idempotency-Key 已用于不同内容",
        "en": "This Idempotency-Key was used with another body",
    }


class PreconditionRequired(Problem):
    slug, status = "if-match-required", 428
    titles = {"zh-Hans": "须带 If-Match 办理", "en": "If-Match is required"}


class RateLimited(Problem):
    slug, status = "rate-limited", 429
    titles = {"zh-Hans": "操作过于频繁，请稍后再试", "en": "Too many of these; please try later"}

    def __init__(self, seconds: int = 3600) -> None:
        super().__init__(headers={"Retry-After": str(seconds)})


class Unavailable(Problem):
    slug, status = "unavailable", 503
    titles = {"zh-Hans": "系统繁忙，请稍后再试", "en": "Busy; please try again shortly"}

    def __init__(self, seconds: int = 2) -> None:
        super().__init__(headers={"Retry-After": str(seconds)})
