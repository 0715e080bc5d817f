"""Cleaning what was uploaded: images are drawn anew, PDFs copied page by page, recordings packed anew without decoding.

All of it happens in a process of its own (`child`), with an end in time and memory and nothing of the product's about it;
`bounded` starts it. What a decoder does there when it meets a hostile file harms nobody.
"""
