"""In whose name work is done that no request asked for: declared where each kind of it is defined."""

from enum import StrEnum


class ActsAs(StrEnum):
    """Whose permissions stand behind a job. None of them reaches another tenant's rows: a job runs in one tenant's scope."""

    NOBODY = "nobody"
    """It decides nothing: it counts, seals, delivers or tries what others decided."""
    SYSTEM = "system"
    """The system: it does what the rules in force say, and may whatever they say."""
    AUTHOR = "author"
    """Who decided it before the job was written; what they may do is asked again where it changes a ticket."""
    ASKER = "asker"
    """Whoever asked for it, with the permissions they have while it is done."""
    FEATURE = "feature"
    """A feature of the tenant, within what its manifest declares."""
    SENDER = "sender"
    """Another system that pushed an appeal, and may hand in appeals and nothing else."""
    OTHER_TENANT = "other-tenant"
    """The other side of a referral, with no more than what a unit may that has the ticket in hand."""
