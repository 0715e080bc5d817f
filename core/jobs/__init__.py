"""What runs outside a request: the job table's drain, the clock that fires timers, and the ways out to people."""
