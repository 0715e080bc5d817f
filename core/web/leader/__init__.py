"""The leader's page 理政版: what needs the leader, read, instructed and answered on the phone."""

from core.web.leader import pages

BLUEPRINTS = (pages.pages,)
"""The pages of leaders."""
