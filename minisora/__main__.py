"""`python -m minisora …` is the same as `minisora …`."""

from __future__ import annotations

from minisora.cli import main

if __name__ == "__main__":
    main()
