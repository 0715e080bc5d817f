"""What two servers could read as different requests is refused by ours, and the connection closed: no second answer."""

import socket
from collections.abc import Iterator

import pytest

from tests.web.test_serving import PATIENCE, Server, received, serving

NEXT = b"GET /thread HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
"""A request that is hidden in the body of the one before: whoever answers it was fooled."""
POST = b"POST /length HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
HIDDEN = b"0\r\n\r\n" + NEXT

VECTORS = {
    "length and chunks": POST + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n" + HIDDEN,
    "chunks and length": POST + CHUNKED + b"Content-Length: 5\r\n\r\n" + HIDDEN,
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(NEXT) + NEXT,
    "two equal lengths": POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc" + NEXT,
    "two lengths in one": POST + b"Content-Length: 0, 5\r\n\r\n" + NEXT,
    "a length with a sign": POST + b"Content-Length: +3\r\n\r\nabc" + NEXT,
    "a length below nothing": POST + b"Content-Length: -1\r\n\r\n" + NEXT,
    "a length in hexadecimal": POST + b"Content-Length: 0x3\r\n\r\nabc" + NEXT,
    "a length with an underscore": POST + b"Content-Length: 1_0\r\n\r\n" + NEXT,
    "a length in other digits": POST + "Content-Length: ３\r\n\r\nabc".encode() + NEXT,
    "a length without digits": POST + b"Content-Length: \r\n\r\n" + NEXT,
    "a length without end": POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n" + NEXT,
    "a blank before the colon": POST + b"Content-Length : 3\r\n\r\nabc" + NEXT,
    "an unknown coding": POST + b"Transfer-Encoding: cow\r\n\r\n" + HIDDEN,
    "chunked in quotes": POST + b'Transfer-Encoding: "chunked"\r\n\r\n' + HIDDEN,
    "chunked after a tab within": POST + b"Transfer-Encoding: chu\tnked\r\n\r\n" + HIDDEN,
    "chunked twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + HIDDEN,
    "chunked in two lines": POST + CHUNKED + CHUNKED + b"\r\n" + HIDDEN,
    "chunked and nothing": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + HIDDEN,
    "chunked and another": POST + CHUNKED + b"Transfer-Encoding: cow\r\n\r\n" + HIDDEN,
    "chunked with a control character": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + HIDDEN,
    "chunked before HTTP/1.1": POST.replace(b"1.1", b"1.0", 1) + CHUNKED + b"\r\n" + HIDDEN,
    "a folded line": POST + b"X: a\r\n b\r\nContent-Length: 3\r\n\r\nabc" + NEXT,
    "a folded length": POST + b"Content-Length:\r\n 3\r\n\r\nabc" + NEXT,
    "a first line that is folded": b"POST /length HTTP/1.1\r\n Host: localhost\r\n\r\n" + NEXT,
    "line feeds alone": POST.replace(b"\r\n", b"\n") + b"Content-Length: 3\n\nabc" + NEXT,
    "one line feed alone": POST + b"X: a\nContent-Length: 3\r\n\r\nabc" + NEXT,
    "a carriage return alone": POST + b"X: a\rContent-Length: 3\r\n\r\nabc" + NEXT,
    "a zero byte": POST + b"X: a\x00b\r\nContent-Length: 3\r\n\r\nabc" + NEXT,
    "a name with a blank": POST + b"Content Length: 3\r\n\r\nabc" + NEXT,
    "no name": POST + b": 3\r\n\r\n" + NEXT,
    "no colon": POST + b"Content-Length 3\r\n\r\nabc" + NEXT,
    "a chunk's size that is none": POST + CHUNKED + b"\r\nxyz\r\nabc\r\n" + HIDDEN,
    "a chunk's size with a prefix": POST + CHUNKED + b"\r\n0x3\r\nabc\r\n" + HIDDEN,
    "a chunk's size with a sign": POST + CHUNKED + b"\r\n+3\r\nabc\r\n" + HIDDEN,
    "a chunk's size below nothing": POST + CHUNKED + b"\r\n-3\r\nabc\r\n" + HIDDEN,
    "a chunk's size with an underscore": POST + CHUNKED + b"\r\n1_0\r\n" + b"a" * 16 + b"\r\n" + HIDDEN,
    "a chunk's size after a blank": POST + CHUNKED + b"\r\n 3\r\nabc\r\n" + HIDDEN,
    "a chunk that is longer than it says": POST + CHUNKED + b"\r\n3\r\nabcdef\r\n" + HIDDEN,
    "a chunk that ends in a line feed": POST + CHUNKED + b"\r\n3\nabc\n" + HIDDEN,
    "an extension that hides a line feed": POST + CHUNKED + b"\r\n3;a\nb\r\nabc\r\n" + HIDDEN,
    "an extension that hides a carriage return": POST + CHUNKED + b"\r\n3;a\rb\r\nabc\r\n" + HIDDEN,
    "a trailer that is no header": POST + CHUNKED + b"\r\n3\r\nabc\r\n0\r\nno colon\r\n\r\n" + NEXT,
    "a method in small letters": b"get /thread HTTP/1.1\r\nHost: localhost\r\n\r\n" + NEXT,
    "a version that is none": b"GET /thread HTTP/9.9\r\nHost: localhost\r\n\r\n" + NEXT,
    "no version": b"GET /thread\r\nHost: localhost\r\n\r\n" + NEXT,
    "101 headers": POST + b"".join(b"X-%d: y\r\n" % each for each in range(101)) + b"\r\n" + NEXT,
    "a header without end": POST + b"X: " + b"y" * 60_000 + b"\r\n\r\n" + NEXT,
    "an address without end": b"GET /" + b"x" * 60_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n" + NEXT,
}
HARMLESS = {
    "an extension": (POST + CHUNKED + b"\r\n3;a=b\r\nabc\r\n0\r\n\r\n", b"3"),
    "a name with an underscore": (POST + b"Content-Length: 5\r\nTransfer_Encoding: chunked\r\n\r\nabcde", b"5"),
    "chunks of different size": (POST + CHUNKED + b"\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", b"13"),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("smuggling")) as serve:
        yield serve()


def said_to(server: Server, sent: bytes) -> bytes:
    """Send it, say that nothing more comes, and return all answers up to the end of the connection."""
    with server.connect() as client:
        client.settimeout(PATIENCE)
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        try:
            return received(client)
        except ConnectionResetError:  # closed with something unread
            return b""


@pytest.mark.parametrize("name", VECTORS)
def test_it_is_refused_and_the_connection_closed(server: Server, name: str) -> None:
    answers = said_to(server, VECTORS[name])

    assert answers.count(b"HTTP/1.") <= 1
    assert not answers.endswith(b"main")
    assert answers[9:12] in (b"400", b"405", b"414", b"431", b"501", b"505", b"500", b""), answers[:200]


@pytest.mark.parametrize("name", HARMLESS)
def test_what_means_one_thing_is_answered_and_so_is_the_next(server: Server, name: str) -> None:
    sent, length = HARMLESS[name]
    answers = said_to(server, sent + NEXT).split(b"HTTP/1.1 ")[1:]
    assert [answer.partition(b"\r\n\r\n")[2] for answer in answers] == [length, b"main"]


def test_a_chunk_as_large_as_all_the_world_takes_no_memory(server: Server) -> None:
    answers = said_to(server, POST + CHUNKED + b"\r\n" + b"f" * 15 + b"\r\nabc")
    assert answers.count(b"HTTP/1.") <= 1
    assert server.ask("/thread") == "main"


def test_answers_tell_no_version_of_the_server(server: Server) -> None:
    for sent in (NEXT, VECTORS["two lengths"]):
        head = said_to(server, sent).partition(b"\r\n\r\n")[0]
        assert not any(
            line.lower().startswith(b"server:") and any(map(str.isdigit, line.decode())) for line in head.split(b"\r\n")
        )


def test_the_worker_lives_after_all_of_it(server: Server) -> None:
    assert server.ask("/thread") == "main"
    assert "Booting worker" in server.said()
    assert server.said().count("Booting worker") == 1
