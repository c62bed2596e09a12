"""The command line: a thin skin over the package. A command imports what takes long to import when it needs it."""

from __future__ import annotations

import atexit
import gc
import io
import sys
from collections.abc import Sequence

import typer

from minisora.cli.check import check
from minisora.cli.classroom import autograde, mark_class
from minisora.cli.doctor import doctor
from minisora.cli.edits import COMMANDS, PANEL
from minisora.cli.evaluate import evaluate
from minisora.cli.film import film, gallery
from minisora.cli.generate import generate
from minisora.cli.provenance import test_key, verify
from minisora.cli.studio import studio
from minisora.cli.train import train
from minisora.cli.words import words
from minisora.errors import UserError
from minisora.processors import limit_threads

#: Packages that come with an extra.
EXTRAS = {
    **dict.fromkeys(["lightning", "scipy", "sklearn", "tensorboard", "torchmetrics"], "minisora[train]"),
    **dict.fromkeys(
        [
            "IPython",
            "ipywidgets",
            "jupytext",
            "matplotlib",
            "nbclient",
            "nbformat",
            "nbgrader",
            "pymunk",
            "tqdm",
            "voila",
        ],
        "minisora[course]",
    ),
    **dict.fromkeys(["c2pa", "cryptography"], "minisora[sign]"),
    "yaml": "minisora[film]",
}

#: How PyTorch says that there is not enough memory; "an illegal memory access" is another matter.
NO_MEMORY = ("out of memory", "allocate memory", "not enough memory")

app = typer.Typer(
    name="minisora",
    help="A sentence becomes a video, on a laptop.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(generate)
for command in COMMANDS:
    app.command(rich_help_panel=PANEL)(command)
app.command()(film)
app.command()(gallery)
app.add_typer(train, name="train")
app.command()(verify)
app.command("test-key")(test_key)
app.command()(evaluate)
app.command()(studio)
app.command()(words)
app.command()(check)
app.command("class")(mark_class)
app.command()(autograde)
app.command()(doctor)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 for success, 1 if the doctor found something, 2 for a user's error, 130 for Ctrl-C.

    A user's error is one line on stderr; any other keeps its traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # Windows would write a file that takes no check marks
            stream.reconfigure(encoding="utf-8", errors=stream.errors)
    limit_threads()
    # Half a million objects that PyTorch brings along are never garbage: they are looked through less often, and not
    # once more when the process ends, which took a third of a second.
    gc.set_threshold(10_000)
    atexit.register(gc.freeze)
    try:
        code = app(args=arguments, prog_name="minisora", standalone_mode=False)
    except UserError as error:
        code = _complain(str(error))
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".")[0]
        if package == "minisora":
            raise
        extra = EXTRAS.get(package, "minisora")
        code = _complain(f'{package} is not installed — pip install "{extra}" (see minisora doctor)')
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and not any(words in str(error) for words in NO_MEMORY):
            raise
        code = _complain("not enough memory — try a smaller size, a shorter duration, or another --device")
    except Exception as error:
        describe = getattr(error, "format_message", None)  # how typer words wrong usage
        if describe is None:
            raise
        code = _complain(describe())
    if code == 130:
        # CPython remembers that Ctrl-C ended an `exec` of text, as imports do, although it was caught afterwards, and
        # would die of the signal in place of ending with 130. Another `exec` makes it forget.
        exec("")
    sys.exit(code if isinstance(code, int) else 0)


def _complain(message: str) -> int:
    if line := " ".join(message.split()):  # none after a command without arguments, which shows its help
        print(f"error: {line}", file=sys.stderr)
    return 2
