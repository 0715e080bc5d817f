"""The use cases: one function per verb a resident or clerk would use, each calling the stages in order."""
