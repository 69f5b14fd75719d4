"""The refusal of a zone that no service is dealt with in, so that a slip never reads as no work."""

from chalicelib.platform.errors import Problem


class UnknownZone(Problem):
    slug, status = "unknown-zone", 400
    titles = {
        "zh-Hans": "这里没有这个功能区",
        "en": "There is no such zone here",
    }
