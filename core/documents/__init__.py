"""Documents 文档: what is said once and written as text, PDF, Word and Excel.

Nothing here knows a ticket: whoever has something to tell makes a `Document` of it. The same document gives the same
bytes, so that what was published can be held against what is made again.
"""
