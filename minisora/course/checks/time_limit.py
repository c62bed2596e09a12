"""A limit of time for work that may never end, in the thread that does it: in a notebook's kernel, on every system.

A second thread reads the worker's processor time, and when that is used up it has Python raise an exception in the
worker. The other ways were left: a timer's signal is there on Unix only, tracing slows the work many times over and
takes a debugger's place, and a process of its own knows nothing of the notebook and takes seconds to import PyTorch.
"""

from __future__ import annotations

import contextlib
import ctypes
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

TICK = 0.1  #: Seconds between two looks at the clock.


@dataclass(frozen=True)
class Patience:
    """How long work may take: seconds of processor time, and of waiting for what computes nothing."""

    computing: float = 10
    waiting: float = 80


class NotDone(Exception):
    """Work was ended; the message says after how long."""


class _End(BaseException):
    """Raised in the worker. No ``Exception``, which the work itself may catch."""


@contextlib.contextmanager
def _signals_heard() -> Iterator[None]:
    """What a shell starts in the background (`nohup … &`) ignores SIGINT; until the work ends it is heard.

    Where another handler was set, that one stays.
    """
    deaf = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    if deaf:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        if deaf:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


@_signals_heard()
def within(patience: Patience, work: Callable[[], T]) -> T:
    """What ``work`` returns, if it does so in time.

    Raises: NotDone; whatever the work raises, and the user's own interrupt.
    """
    watch = _Watch(patience)
    answer: list[T] = []
    failed: BaseException | None = None
    try:
        watch.begin()
        answer = [work()]
    except BaseException as error:
        watch.done = True
        failed = error
    watch.done = True
    # Python raises what comes from outside only where a function begins or returns, or a loop turns. From `except` to
    # here nothing does so, and what was under way when `done` was set comes now.
    while True:
        try:
            watch.settle()
            break
        except (_End, KeyboardInterrupt):
            if watch.over is None:
                raise
    if watch.over is not None and isinstance(failed, _End | KeyboardInterrupt):
        raise NotDone(watch.over) from None
    if failed is not None:
        raise failed
    return answer[0]


class _Watch:
    """The second thread: it looks at the clocks until the work is done, and ends it when they have run out."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self.over: str | None = None
        self.done = False
        self._worker = threading.get_ident()
        self._gate = threading.Lock()  # held while something is sent to the worker
        self._signalled = False

    def begin(self) -> None:
        threading.Thread(target=self._look, args=(_computing(self._worker),), daemon=True).start()

    def settle(self) -> None:
        """Take back what was sent and has not arrived."""
        with self._gate:
            _raise_in(self._worker, None)
        if self._signalled:
            time.sleep(0.01)

    def _look(self, computing: Callable[[], float]) -> None:
        waited, before, sent = 0.0, time.monotonic(), 0
        while True:
            time.sleep(TICK)
            now = time.monotonic()
            waited += min(now - before, 2 * TICK)  # not what a computer slept, or had no time for us
            before = now
            with self._gate:
                if self.done:
                    return
                if self.over is None and computing() > self.patience.computing:
                    self.over = f"{self.patience.computing:g} seconds of computing"
                elif self.over is None and waited > self.patience.waiting:
                    self.over = f"{self.patience.waiting:g} seconds"
                if self.over is not None:
                    # Again and again: what is raised inside of a bare `except` or of a destructor is lost.
                    sent += 1
                    self._end(wakes=sent % 10 == 0)

    def _end(self, *, wakes: bool) -> None:
        """Raise something in the worker; one who sleeps or waits for a lock has to be woken by a signal instead."""
        if wakes and self._worker == threading.main_thread().ident and _interruptible():
            self._signalled = True
            _raise_in(self._worker, None)
            if hasattr(signal, "pthread_kill"):
                signal.pthread_kill(self._worker, signal.SIGINT)
            else:
                signal.raise_signal(signal.SIGINT)
        else:
            _raise_in(self._worker, _End)


def _interruptible() -> bool:
    return signal.getsignal(signal.SIGINT) is signal.default_int_handler


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Have Python raise an exception in another thread the next time that this looks; None takes it back."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), error and ctypes.py_object(error))


def _computing(thread: int) -> Callable[[], float]:
    """Processor seconds of a thread from now on, whatever else the machine is busy with.

    Where the system does not tell them apart (macOS, Windows), those of the process, of which no more than one a
    second are counted, as PyTorch computes in several threads.
    """
    if hasattr(time, "pthread_getcpuclockid"):
        clock = time.pthread_getcpuclockid(thread)
        begun = time.clock_gettime(clock)
        return lambda: time.clock_gettime(clock) - begun
    process, now = time.process_time(), time.monotonic()
    return lambda: min(time.process_time() - process, time.monotonic() - now)
