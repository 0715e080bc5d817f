"""Telling the resident 告知: the proof that they were told what became of their appeal, and what follows where there is none."""
