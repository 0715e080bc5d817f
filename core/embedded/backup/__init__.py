"""Backups of the cluster brought along: base backups with their manifest, the archived log, and restoring to a moment.

`segments` is the archived log, `manifest` what a base backup must consist of, `base_backups` making, listing and dropping base
backups, `restoring` a new home from one. Where they lie is in `core.embedded.archiving`.
"""
