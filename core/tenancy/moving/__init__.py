"""Moving 迁移 one tenant: out of an installation into a file, and from the file into another installation.

`tables` is what a tenant consists of, `taking_out` writes the file, `reading` holds it against what it says of itself and
against this installation, `bringing_in` writes the rows. Numbers of the tenant and of its rows stay as they are: hashes,
seals and encrypted fields are made over them.
"""
