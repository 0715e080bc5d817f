"""What an answer tells, all of it: headers, words, and what is packed into files."""

from io import BytesIO
from json import dumps
from zipfile import ZipFile

from werkzeug.test import TestResponse

ZIPPED = b"PK\x03\x04"


def told_by(answer: TestResponse) -> str:
    """Return everything that somebody could read in an answer, workbooks unpacked, JSON as it reads."""
    if answer.is_json and answer.get_data():
        return str(answer.headers) + dumps(answer.get_json(), ensure_ascii=False)
    body = answer.get_data()
    parts = [body]
    if body.startswith(ZIPPED):
        with ZipFile(BytesIO(body)) as packed:
            parts = [packed.read(name) for name in packed.namelist()]
    return str(answer.headers) + "".join(part.decode("utf-8", errors="replace") for part in parts)
