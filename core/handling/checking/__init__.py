"""A reply checked against its appeal 发出前检查: values in, values out; no database."""
