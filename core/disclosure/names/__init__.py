"""Finding persons' names in running text 人名识别: which stretches are surely names, and which may be and wait for a person.

A text is cut in all ways into words and names at once; how likely each is comes from three word lists beside this file
(`words.txt`, `given.txt`, `surnames.txt`), and what stands before and after a stretch raises or lowers it. Only the
likelihood that remains when all ways are weighed against each other decides; no single sign does.

The word lists were made from the dictionary of jieba 0.42.1 (see `LICENCE.txt`), with words of the trade added. A line holds a
cost (−ln of how often it is met) and what costs so much.
"""
