"""Disclosure 公开: what of a ticket everybody may read, why not, and what is exposed.

Public by rule, closed by exception with a reason: a rule or a person says what is opened (the matter, the process, the
result), the words are redacted before anybody outside reads them, and what was published can be withdrawn.
"""
