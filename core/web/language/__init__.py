"""The two languages of the pages: Chinese as the templates and the code say it, and English from the catalogues.

* `translating` turns a template into the English one while it is compiled: Chinese pages are compiled as they stand.
* `speaking` knows the language of the page at hand, and says values of the code in it.
* `catalogue` reads and writes the catalogues; `collecting` finds what they have to hold (`python -m core.web.language`).
"""
