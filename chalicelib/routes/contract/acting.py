"""Who has done something, for whom, and by which mandate."""

from chalicelib.cases.actor import PRINCIPAL
from chalicelib.cases.mandates import STATES
from chalicelib.routes.contract.shapes import MOMENT, NUMBER, TEXT, Schema, closed, one_of

ACTOR = closed(
    {"party": TEXT, "as": TEXT},
    {
        "for": {**TEXT, "description": "the absent person in whose place it was"},
        "principal": {**one_of([PRINCIPAL]), "description": "for whom an agent did it"},
        "mandate": {**NUMBER, "description": "the case in which the mandate was given"},
    },
)
ON_BEHALF: dict[str, Schema] = {
    "on_behalf": {**TEXT, "description": "in words: an agent did it for the applicant"}
}
MANDATE: dict[str, Schema] = {
    "mandate": {
        **closed(
            {"case": NUMBER, "state": one_of(sorted(set(STATES.values())))}, {"until": MOMENT}
        ),
        "description": "by which an agent acts for the applicant",
    }
}
