"""Versions of facts 版本: numbered, whole, never changed, each made for a reason."""

from core.kit.errors import Refused


class NoReasonGiven(Refused):
    """A version is to be made and nobody says why."""

    code = "no-reason-given"


def refuse_unfounded(reason: str) -> None:
    """Raise `NoReasonGiven` when nobody says what a version is made for."""
    if not reason.strip():
        raise NoReasonGiven("没有写明为什么要有这一版，日后无从查考。请写一句话说明为什么要改。")
