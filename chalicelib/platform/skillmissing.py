"""The refusal of somebody who holds the role, and not the skill that is asked for."""

from chalicelib.platform.errors import Conflict


class SkillMissing(Conflict):
    slug = "skill-missing"
    titles = {
        "zh-Hans": "此件要有相应专长的人办理",
        "en": "This is for somebody with a skill that you are not registered for",
    }
