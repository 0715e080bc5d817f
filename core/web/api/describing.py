"""How the API describes itself: whatever is refused is a problem in JSON, at every endpoint."""

from typing import Any

from flask_smorest import Api
from flask_smorest import Blueprint as SmorestBlueprint
from webargs.flaskparser import FlaskParser

from core.web.api.reading import BodyParser
from core.web.api.schemas import ProblemSchema

PROBLEM = "application/problem+json"


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # the library has no types
    """Endpoints of one subject."""

    ARGUMENTS_PARSER: FlaskParser = BodyParser()

    def alt_response(self, status_code: int, *given: Any, **documented: Any) -> Any:
        """Describe another answer; one that is a problem is described under the content type that problems have."""
        schema = documented.get("schema")
        if isinstance(schema, type) and issubclass(schema, ProblemSchema):
            documented.setdefault("content_type", PROBLEM)
        return super().alt_response(status_code, *given, **documented)


class DescribedApi(Api):  # type: ignore[misc]  # the library has no types
    """The API with its description, in which every other answer than those told one by one is a problem."""

    DEFAULT_ERROR_RESPONSE_NAME = "PROBLEM"

    def describe_problems(self) -> None:
        """Add the answer that any endpoint may give instead of its own."""
        told = {"description": "没有办成：见 code 和 detail", "content": {PROBLEM: {"schema": ProblemSchema}}}
        self.spec.components.response(self.DEFAULT_ERROR_RESPONSE_NAME, told)
