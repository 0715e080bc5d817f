"""Tests of routing: duty list, rules, and whose a ticket is."""
