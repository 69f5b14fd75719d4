"""The refusal of an agent whose mandate does not run any more, or rests."""

from chalicelib.platform.errors import Conflict


class MandateOver(Conflict):
    slug = "mandate-over"
    titles = {
        "zh-Hans": "委托已到期或者暂停，不能再代办",
        "zh-Hant": "委託已到期或者暫停，不能再代辦",
        "en": "The mandate is over, or rests: nothing may be done by it",
    }
