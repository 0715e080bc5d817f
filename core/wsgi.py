"""The web application as gunicorn serves it: `core.wsgi:app`. Its services are named in the environment."""

from core.process import installation_from_environment
from core.web import create_app

app = create_app(installation_from_environment())
