"""An adapter for a language model: whatever turns a text into texts can write the rewards.

None is needed. With one:

    write = model_writer(lambda prompt: [client.ask(prompt) for _ in range(16)])
    evolve(state, plan, write)
"""

from __future__ import annotations

from collections.abc import Callable
from textwrap import indent

from torch import Tensor

from minisora.errors import UserError
from minisora.eureka.evolve import Writer
from minisora.eureka.features import FEATURES
from minisora.eureka.program import GRAMMAR, Program, parse

#: ``prompt -> answers``: the language model, or what it once said.
Model = Callable[[str], list[str]]

TASK = f"""A player in a room of 6 x 6 cells walks up, down, left, right, or stays, for twelve steps. It pushes a ball
when it walks into it. The ball shall come to lie on the goal. Write a reward for each frame as one line:

{indent(GRAMMAR, "    ")}
near(x) is exp(-x), change(x) what x has grown by since the frame before. The features are:
"""


def prompt_for(best: Program | None, reflection: Tensor | None) -> str:
    """What the model is asked: the task, the grammar, and how the best reward so far did, term by term."""
    text = TASK + "".join(f"* {name}: {what}\n" for name, what in FEATURES.items())
    if best is None or reflection is None:
        return text + "\nAnswer with the line alone."
    text += f"\nThe best reward so far:\n\n    {best}\n\n"
    for term, (share, correlation) in zip(best.terms, reflection.tolist(), strict=True):
        text += f"* {term}: {share:.0%} of the spread, correlation with the task {correlation:+.2f}\n"
    return text + "\nWrite a better one. Answer with the line alone."


def model_writer(model: Model) -> Writer:
    """The writer that a language model is. What it says beside programs of the grammar is passed over.

    Raises: UserError, when used, if none of the answers holds a program.
    """

    def write(best: Program | None, reflection: Tensor | None) -> list[Program]:
        answers = model(prompt_for(best, reflection))
        programs = [program for answer in answers if (program := program_in(answer)) is not None]
        if not programs:
            raise UserError(f"{len(answers)} answers, none with a reward of the grammar — the first: {answers[:1]}")
        return programs

    return write


def program_in(answer: str) -> Program | None:
    """The last line of an answer that is a program, with or without ``reward =`` or marks of code around it."""
    for line in reversed(answer.splitlines()):
        try:
            return parse(line.strip().strip("`").removeprefix("reward").strip().removeprefix("=").strip())
        except UserError:
            continue
    return None
