"""Finding persons' names in running text 人名识别: which stretches are surely names, and which may be and wait for a person.

A text is cut in all ways into words and names at once. How likely each is comes from the dictionary that the package jieba
brings and from words of our own (`lexicon.py`, `vocabulary.py`), and what stands before and after a stretch raises or lowers
it (`signs.py`). Only the likelihood that remains when all ways are weighed against each other decides; no single sign does.
"""
