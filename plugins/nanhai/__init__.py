"""What Nanhai does 三网融合: ask, administer and supervise on one net, from the resident and back to the resident.

Every appeal gets a dot and a countdown: green, yellow with three hours left, red when the time is up. The discipline
commission sees each ticket as soon as the responsible unit does, and opens a case when the dot turns red.
"""
