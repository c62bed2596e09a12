"""Work that never ends is ended, whatever it does meanwhile; other work is left alone on a loaded machine, too."""

import contextlib
import signal
import threading
import time
from queue import Queue

import pytest

from minisora.course.checks.time_limit import TICK, NotDone, Patience, within

SHORT = Patience(computing=0.05, waiting=0.3)


def loops():
    while True:
        pass


def catches_exceptions():
    while True:
        with contextlib.suppress(Exception):
            loops()


def catches_everything():
    while True:
        try:
            sum(range(1000))
        except:  # noqa: E722
            continue


def cleans_up_for_ever():
    try:
        loops()
    finally:
        loops()


def naps():
    while True:
        time.sleep(0.01)


def waits_for_ever():
    Queue().get()


@pytest.mark.parametrize("work", [loops, catches_exceptions, catches_everything, cleans_up_for_ever, naps])
def test_what_never_ends_is_ended(work):
    with pytest.raises(NotDone, match=r"0\.05 seconds of computing|0\.3 seconds"):
        within(SHORT, work)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="sends a signal to a thread")
@pytest.mark.parametrize("work", [lambda: time.sleep(1000), waits_for_ever])
def test_what_waits_outside_of_python_is_woken(work):
    with pytest.raises(NotDone, match=r"0\.3 seconds"):
        within(SHORT, work)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="sends a signal to a thread")
def test_what_waits_is_woken_in_the_background_too():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell leaves it to `nohup minisora class … &`
    began = time.monotonic()
    try:
        with pytest.raises(NotDone, match=r"0\.3 seconds"):
            within(SHORT, lambda: time.sleep(30))
        assert time.monotonic() - began < 20, "only ended when it had slept enough"
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_it_works_in_any_thread_and_without_clocks_of_threads(monkeypatch):
    monkeypatch.delattr(time, "pthread_getcpuclockid", raising=False)  # as on macOS and Windows
    ended = []

    def work():
        try:
            within(SHORT, loops)
        except NotDone as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert len(ended) == 1


def test_only_its_own_processor_time_counts():
    others = [threading.Thread(target=lambda: sum(range(5 * 10**6))) for _ in range(2)]
    for other in others:
        other.start()
    assert within(Patience(computing=0.1, waiting=60), lambda: time.sleep(4 * TICK) or "done") == "done"
    for other in others:
        other.join()


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_what_the_work_raises_is_handed_on(error):
    def work():
        raise error

    with pytest.raises(error):
        within(SHORT, work)
    assert within(SHORT, lambda: 3) == 3


def test_nothing_arrives_later():
    def work(seconds):
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass
        return "done"

    outcomes = set()
    for i in range(12):  # the end of the work comes closer and closer to the limit, and passes it
        try:
            outcomes.add(within(Patience(computing=TICK / 2, waiting=60), lambda i=i: work(TICK * i / 12)))
        except NotDone:
            outcomes.add("not done")
    for _ in range(10**5):
        pass
    assert outcomes <= {"done", "not done"}
