"""How a program learns that its supervisor is gone, whether it meant to go or was killed."""

import os
import select


class Lifeline:
    """A pipe that nobody writes to: it ends for all readers when the supervisor closes its side, or dies.

    Made before forking. (A `multiprocessing.Event` would wait for its listeners, and for ever for a killed one.)
    """

    def __init__(self) -> None:
        self._listening, self._holding = os.pipe()
        self._is_held = True

    def let_go(self) -> None:
        """Close the supervisor's side: to cut the line there, and in a forked child to listen only."""
        if self._is_held:
            self._is_held = False
            os.close(self._holding)

    def is_cut(self, *, patience: float | None = 0.0) -> bool:
        """Return whether the supervisor is gone, waiting up to `patience` seconds for it; None waits for ever."""
        return bool(select.select([self._listening], [], [], patience)[0])
