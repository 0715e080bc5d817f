"""Faults below the product: disks, clocks, poolers, and servers that go."""
