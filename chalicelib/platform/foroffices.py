"""The refusal of what is for the offices only."""

from chalicelib.platform.errors import Problem


class ForOffices(Problem):
    slug, status = "for-offices", 403
    titles = {
        "zh-Hans": "此事项只供机关内部办理，不向公众开放",
        "en": "This service is for the offices themselves and not open to the public",
    }
