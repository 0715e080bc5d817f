"""How large and how many files may be: the one home of these numbers."""

MEGABYTE = 1_000_000
MOST_AT_ONCE = 10
"""Files in one form."""
MOST_PER_TICKET = 50
MOST_BYTES_PER_TICKET = 300 * MEGABYTE
"""As they are kept, after cleaning."""
LARGEST_UPLOAD = 60 * MEGABYTE
"""Bytes of one request that brings files, all of them together."""
LARGEST_OF_STRANGERS = 30 * MEGABYTE
"""The same of somebody who has not signed in: with scripts each photo comes alone, and smaller than this."""
LONGEST_NAME = 255
"""Bytes of a file's name in UTF-8, as file systems take them."""
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 20_000
"""Pixels that an image may have, looked at before anything of it is decoded."""
KEPT_SIDE = 4_096
"""Pixels of the longest side of an image as it is kept."""
PREVIEW_SIDE = 320
MOST_PAGES = 300
MOST_PDF_OBJECTS = 200_000
LONGEST_SECONDS = 1_800
"""Length of a recording."""
