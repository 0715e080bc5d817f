"""Tests of backing up, restoring and moving a tenant."""
