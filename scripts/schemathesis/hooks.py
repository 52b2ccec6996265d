"""What /openapi.json can't say of a request, and is refused all the same.

Only one check is concerned, that what the document allows is accepted, and only where the answer names the parameter that no
schema can describe. Every other check looks at these requests and answers too.
"""

import json

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData, ServerError
from schemathesis.openapi.checks import RejectedPositiveData

# By the field that the answer names, and what its sentence holds: why a schema has no word for it.
UNSAYABLE = {
    "cursor": ["no cursor", "another question"],  # Only the server makes them, each for one question.
    "query": ["there is no field", "is no year", "wants a value", "brackets", "has:"],
    "q": ["there is no field", "is no year", "wants a value", "brackets", "has:"]  # The query language has a grammar.
    + ["conditions alone"],  # And a list takes a part of it.
    "title": ["title or reference", "a title or an abstract"],  # One of two parameters of an address; signs that are not seen.
    "reference": ["title or reference"],
    "id": ["can't be the id"],  # An id is one line, without blanks around it.
    "ids": ["names one paper"],  # Two names may be of one paper.
    "model": ["the library is of"],  # There is one model, and which it is says the library.
    "dimensions": ["has"],
    "cutoff": ["without an exponent"],  # How a number in an address is written.
    "diversity": ["without an exponent"],
    "rerank": ["order of their own"],  # Two parameters of an address that exclude each other.
    "year": ["year: "],  # Ranges of years have a grammar.
    "filter": ["not to be after", "at most 200 conditions"],  # Two fields compared; a sum over all levels.
    # A draft needs sentences, in LaTeX or Markdown as well.
    **{kind: ["no prose"] for kind in ["text", "markdown", "latex"]},
    "file": ["no prose", "can't be read", "Word", "PDF", "pages"],  # A file is of one kind or another, inside.
    "format": ["unknown format"],  # There are thirty.
    "map": ["FIELD=HEADER", "unknown field", "mapped twice", "has none"],  # Columns of tables, each for one field.
    "names": ["none of the online services"],  # What services are asked has a grammar of each.
    **{day: ["expected a day"] for day in ["since", "until", "date"]},
    "bib": ["no bibliography's format"],  # And a bibliography of one of twenty formats.
}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    if isinstance(failure, ServerError) and case.operation.path == "/v1/jobs" and response.status_code == 503:
        # More jobs are sent than are done meanwhile, and no service may be asked.
        return json.loads(response.content)["code"] not in ("overloaded", "offline")
    if isinstance(failure, AcceptedNegativeData):
        # It was not accepted: too much of it came before what is wrong with it, or a wrong question is told so in its place.
        return response.status_code != 413 and case.operation.path != "/v1/search/batch"
    if not isinstance(failure, RejectedPositiveData) or response.status_code not in (400, 422):
        return True
    problem = json.loads(response.content)
    field = problem.get("field", "").lstrip("/").split("/")[0]
    return not any(words in problem["detail"] for words in UNSAYABLE.get(field, []))
