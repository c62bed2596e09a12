from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

GLIBC = sys.platform == "linux" and hasattr(ctypes.CDLL(None), "mallopt")

COUNT = """
import resource, sys
from minisora.training.memory import keep_freed_memory

def fresh_pages():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(3):
        some = [b"x" * 2**22 for _ in range(8)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

usual = fresh_pages()
assert keep_freed_memory()
fresh_pages()
print(usual, fresh_pages())
"""


@pytest.mark.skipif(not GLIBC, reason="only glibc gives memory back so eagerly")
def test_what_is_freed_is_used_again() -> None:
    done = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)
    usual, kept = map(int, done.stdout.split())
    assert usual > 10_000 and kept < 100
