"""The services Huiying brings along when none is given: PostgreSQL, Valkey, and who watches over them.

`home` says where things lie, `account` under whom servers run, `binaries` which programs, `cluster` and `postgres`
the database, `roles` its roles, `valkey` the queue; `services.ensure` is what everyone else calls. `running` and
`supervisor` are `huiying up` and `down`, `doctor` is what is wrong, in words.
"""
