"""The conformance kit 接口符合性检查: what holds for every plugin, looked at before a district switches it on."""
