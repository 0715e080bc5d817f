"""The product on databases that are not its own: Debian's PostgreSQL 15, behind PgBouncer, on a Patroni pair.

`packages` says what of Debian is needed, `place` makes namespaces and processes and clears them away, `server`,
`pooler` and `pair` are the databases, `product` is the product on them, `writers` work with it, `faults` break the
primary, `drill` measures.
"""
