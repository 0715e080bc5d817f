"""Units 承办单位 and the duty list 职责清单: who there is, and what is whose."""
