"""The switches where nobody has signed in: between the languages 中文/English, and between standard and large type 大字版.

Without script; the browser keeps what was chosen. An account keeps its own.
"""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core.people.preferences import CHOICES
from core.web.input import own_path
from core.web.visit import open_to_all
from core.web.wishes import keep_in_browser

switch = Blueprint("language", __name__)


@switch.post("/language")
@open_to_all
def choose_language() -> ResponseReturnValue:
    """Keep the language in this browser, and go back to the page."""
    response: Response = redirect(own_path(request.form.get("next")), 303)
    chosen = request.form.get("language")
    if chosen in CHOICES["language"]:
        keep_in_browser(response, "language", chosen)
    return response


@switch.post("/type")
@open_to_all
def choose_type() -> ResponseReturnValue:
    """Keep the size of type in this browser, and go back to the page."""
    response: Response = redirect(own_path(request.form.get("next")), 303)
    chosen = request.form.get("type")
    if chosen in CHOICES["type"]:
        keep_in_browser(response, "type", chosen)
    return response
