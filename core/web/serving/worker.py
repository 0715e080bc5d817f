"""The web server's process: what its main thread does, and what its poller does."""

import gc
import os
import queue
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any, ParamSpec, TypeVar

from gunicorn.workers.gthread import ThreadWorker

from core.web.serving.connection import PIECE, Connection

REQUEST_SECONDS = 60.0
"""A request is here so long after its connection, or after its first byte on a kept one; else it is closed."""
LEAVING_SECONDS = 2.0
"""So long a client may go on sending after its last answer."""

P = ParamSpec("P")
T = TypeVar("T")


class MainThread(Executor):
    """An executor whose work is done by the thread that calls `work`."""

    def __init__(self) -> None:
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._is_shut = False

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Put a call into the queue."""
        future: Future[T] = Future()
        self._tasks.put(partial(self._call, future, partial(function, *args, **kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let `work` return after what is in the queue; signal handlers may call this too, so it waits for nothing."""
        self._is_shut = True
        self._tasks.put(None)

    def work(self) -> None:
        """Do what is submitted, until shut down; the SystemExit of a signal handler comes out of here."""
        while (task := self._tasks.get()) is not None:
            task()

    def _call(self, future: "Future[T]", call: Callable[[], T]) -> None:
        try:
            result = call()
        except Exception as error:
            tell = partial(future.set_exception, error)
        else:
            tell = partial(future.set_result, result)
        # After the shutdown nobody is told: the pipe to the poller is closed, and its number perhaps used again.
        if not self._is_shut:
            tell()


class OneAtATime(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threaded worker with one thread that answers, the main one; its own loop runs in the poller."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_hand = 0
        self._is_answering = False
        self._leaving: deque[Connection] = deque()

    # The main thread.

    def get_thread_pool(self) -> MainThread:
        return MainThread()

    def run(self) -> None:
        """Answer requests until the poller has nothing more to come.

        What was made until now lives as long as the process: looking through it for garbage, a quarter of a second in
        the middle of somebody's request, would find none.
        """
        gc.collect()
        gc.freeze()
        # Signals are for the main thread: in the poller they would not interrupt what the main thread is waiting for.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        threading.Thread(target=self._poll, name="poller", daemon=True).start()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        self.tpool.work()

    def handle(self, conn: Connection) -> object:
        """Answer one request. The heartbeat rests meanwhile, so gunicorn ends a process whose request takes too long."""
        super().notify()
        self._is_answering = True
        try:
            return super().handle(conn)
        except BaseException as ending:
            if not self.alive:  # gunicorn's handlers of SIGQUIT and SIGABRT end the process like this
                raise
            self.handle_error(None, conn.sock, conn.client, ending)
            return False
        finally:
            self._is_answering = False

    # The poller.

    def _poll(self) -> None:
        self.poller.register(self.PIPE[0], EVENT_READ, self._on_signal)
        try:
            super().run()
        except Exception:
            if self.alive:
                self.log.exception("The poller failed; gunicorn replaces this process.")
        finally:
            self.tpool.shutdown()

    def _on_signal(self, pipe: int) -> None:
        """Wake the main thread up, in which alone Python runs the handlers of signals."""
        with suppress(BlockingIOError):
            os.read(pipe, PIECE)
        self.tpool.submit(lambda: None)

    def notify(self) -> None:
        if not self._is_answering:
            super().notify()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Take new connections only when idle: a busy process leaves them to the others."""
        super().set_accept_enabled(enabled and not self._in_hand)

    def accept(self, listener: socket.socket) -> None:
        if self._in_hand:
            return
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # another process was quicker, or the client is gone
            return
        self.nr_conns += 1
        connection = Connection(self.cfg, client, address, listener.getsockname())
        self.poller.register(client, EVENT_READ, partial(self.on_pending_socket_readable, connection))
        self._await_request(connection)

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """A kept connection has something new."""
        self.keepalived_conns.remove(conn)
        self.poller.modify(client, EVENT_READ, partial(self.on_pending_socket_readable, conn))
        self._await_request(conn)

    def on_pending_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        if not conn.collect():
            return
        if conn.has_begun:
            super().on_pending_socket_readable(conn, client)
        else:  # the client left without a word
            self._drop(conn, self.pending_conns)

    def enqueue_req(self, conn: Connection) -> None:
        self._in_hand += 1
        self.set_accept_enabled(False)
        super().enqueue_req(conn)

    def finish_request(self, conn: Connection, fs: "Future[object]") -> None:
        self._in_hand -= 1
        if not fs.exception() and fs.result():
            super().finish_request(conn, fs)
        else:
            self._see_off(conn)

    def murder_pending(self) -> None:
        """Close what has waited too long; when stopping, whatever has not begun to ask."""
        now = time.monotonic()
        for waiting in (self.pending_conns, self._leaving):
            while waiting and waiting[0].timeout < now:
                self._drop(waiting[0], waiting)
        if not self.alive:
            for conn in [conn for conn in self.pending_conns if not conn.has_begun]:
                self._drop(conn, self.pending_conns)

    def _await_request(self, conn: Connection) -> None:
        conn.timeout = time.monotonic() + REQUEST_SECONDS
        self.pending_conns.append(conn)
        self.on_pending_socket_readable(conn, conn.sock)

    def _see_off(self, conn: Connection) -> None:
        """Close without cutting off the answer of a client that is still sending (RFC 9112, 9.6).

        gunicorn's own close does the same, but its loop would wait for that client, and all others with it.
        """
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.nr_conns -= 1
            conn.close()
            return
        conn.timeout = time.monotonic() + LEAVING_SECONDS
        self._leaving.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self._on_leaving_socket_readable, conn))
        self._on_leaving_socket_readable(conn, conn.sock)

    def _on_leaving_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        try:
            if client.recv(PIECE):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._drop(conn, self._leaving)

    def _drop(self, conn: Connection, waiting: "deque[Connection]") -> None:
        waiting.remove(conn)
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()
