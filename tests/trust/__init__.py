"""Tests that evidence stays evidence: tampering is found and named, seals hold, trespasses are kept."""
