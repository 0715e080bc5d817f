"""What kinds of long work there are: each is defined beside what it does."""

from core.journey.bulk import BULK
from core.journey.calendar_publishing import MOVING, TRIAL
from core.journey.import_task import IMPORT, UNDO
from core.journey.interview_task import INTERVIEW_IMPORT
from core.journey.list_export import EXPORT
from core.journey.tasks import Kinds, TaskKind

_KINDS: tuple[TaskKind, ...] = (BULK, EXPORT, IMPORT, UNDO, INTERVIEW_IMPORT, TRIAL, MOVING)
TASK_KINDS: Kinds = {kind.name: kind for kind in _KINDS}
"""Every kind of task by its name."""
