"""The exercise `orthogonalise`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises.c08_training.common import drawn
from minisora.training.optim import NEWTON_SCHULZ, orthogonalise

A, B, C = NEWTON_SCHULZ


def _stepped(
    *,
    norm: Callable[[Tensor], Tensor] = lambda m: m.flatten(1).norm(dim=1)[:, None, None],
    tiny: float = 1e-7,
    coefficients: tuple[float, float, float] = (A, B, C),
    square: Callable[[Tensor], Tensor] = lambda gram: gram @ gram,
    times: Callable[[int], int] = lambda steps: steps,
    right: bool = False,
    wrong_side: bool = False,
    once: bool = False,
    dtype: torch.dtype | None = None,
    finish: Callable[[Tensor, Tensor], Tensor] = lambda x, matrices: x.to(matrices.dtype),
) -> Solution:
    """Newton-Schulz as it is written on paper, right or wrong."""
    a, b, c = coefficients

    def steps_of(matrices: Tensor, *, steps: int = 5) -> Tensor:
        x = (matrices / (norm(matrices) + tiny)).to(dtype or matrices.dtype)
        first = x @ x.mT
        for _ in range(times(steps)):
            if once:
                x = a * x + (b * first + c * first @ first) @ x
            elif right:
                gram = x.mT @ x
                x = a * x + x @ (b * gram + c * gram @ gram)
            else:
                gram = x.mT @ x if wrong_side else x @ x.mT
                x = a * x + (b * gram + c * square(gram)) @ x
        return finish(x, matrices)

    return steps_of


def _laid_flat(matrices: Tensor, *, steps: int = 5) -> Tensor:
    tall = matrices.shape[1] > matrices.shape[2]
    return _stepped()(matrices.mT if tall else matrices, steps=steps)


def _by_svd(matrices: Tensor, *, steps: int = 5) -> Tensor:
    u, _, v = torch.linalg.svd(matrices, full_matrices=False)
    return u @ v


def _number_by_number(matrices: Tensor, *, steps: int = 5) -> Tensor:
    x = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        x = A * x + B * x**3 + C * x**5
    return x


def _with_steps(steps: int, *shape: int, size: float = 1.0, seed: int) -> Case:
    matrices = size * drawn(*shape, seed=seed)
    matrices[1:] *= 7  # so that a norm over all of them is not the norm of each
    says = f"{shape[0]} matrices of {shape[1]} x {shape[2]}, {steps} step{'s' * (steps > 1)}"
    return Case(says, lambda f: _precise(f(matrices.clone(), steps=steps)), tolerance=1e-4)


def _precise(answer: object) -> object:
    if not isinstance(answer, Tensor) or answer.dtype != torch.float32 or not bool(answer.isfinite().all()):
        return answer
    if torch.equal(answer, answer.bfloat16().float()):
        raise CheckFailed(
            "all your numbers fit into 16 bits, so it was computed in bfloat16: go on with the type that the matrices "
            "have"
        )
    return answer


ORTHOGONALISE = Exercise(
    name="orthogonalise",
    reference=orthogonalise,
    cases=(
        _with_steps(1, 2, 4, 6, seed=1),
        _with_steps(5, 2, 4, 6, seed=2),
        _with_steps(3, 3, 7, 5, size=0.01, seed=3),
        Case(
            "the matrix diag(3, 4), whose Frobenius norm is 5, one step",
            lambda f: f(torch.diag(torch.tensor([3.0, 4.0]))[None], steps=1),
            expected=lambda: torch.diag(torch.tensor([A * s + B * s**3 + C * s**5 for s in (0.6, 0.8)]))[None],
            tolerance=1e-4,
        ),
        Case(
            "a matrix of zeros, which stays zero",
            lambda f: f(torch.zeros(1, 2, 3), steps=2),
            expected=lambda: torch.zeros(1, 2, 3),
        ),
    ),
    mistakes=(
        Mistake(
            "never divided by the norm",
            _stepped(norm=torch.ones_like),
            "you do not divide by the norm first. The polynomial only works on singular values of at most 1; larger "
            "ones explode",
        ),
        Mistake(
            "one norm for all",
            _stepped(norm=lambda m: m.norm()),
            "you divide all matrices by their joint norm: each one has a norm of its own, over its last two axes",
        ),
        Mistake(
            "largest number for the norm",
            _stepped(norm=lambda m: m.abs().amax((1, 2), keepdim=True)),
            "you divide by the largest number; singular values may still be larger than 1. Divide by the root of the "
            "sum of all squares, the Frobenius norm",
        ),
        Mistake(
            "coefficients in the wrong order",
            _stepped(coefficients=(A, C, B)),
            "b and c are exchanged: b goes with (X Xᵀ) and c with its square",
        ),
        Mistake(
            "cubed twice",
            _stepped(square=lambda gram: gram),
            "you use X Xᵀ where its square belongs: c is multiplied with (X Xᵀ)(X Xᵀ) X, the fifth power",
        ),
        Mistake(
            "always five steps",
            _stepped(times=lambda steps: 5),
            "you always take five steps: take as many as `steps` says",
        ),
        Mistake(
            "one step too few",
            _stepped(times=lambda steps: max(steps - 1, 0)),
            "you take one step too few: take as many as `steps` says, `for _ in range(steps)`",
        ),
        Mistake(
            "one step too many",
            _stepped(times=lambda steps: steps + 1),
            "you take one step too many: take as many as `steps` says, `for _ in range(steps)`",
        ),
        Mistake(
            "zero by zero",
            _stepped(tiny=0.0),
            "a matrix of zeros becomes 0/0: add 1e-7 to the norm",
        ),
        Mistake(
            "sum of squares",
            _stepped(norm=lambda m: m.square().sum((1, 2), keepdim=True)),
            "you divide by the sum of the squares; the Frobenius norm is its root",
        ),
        Mistake(
            "largest singular value",
            _stepped(norm=lambda m: torch.linalg.matrix_norm(m, 2, keepdim=True)),
            "you divide by the largest singular value. It would do, but costs a decomposition: divide by the Frobenius "
            "norm, the root of the sum of squares",
        ),
        Mistake(
            "sum of sizes",
            _stepped(norm=lambda m: m.abs().sum((1, 2), keepdim=True)),
            "you divide by the sum of the sizes; the Frobenius norm is the root of the sum of *squares*",
        ),
        Mistake(
            "largest row",
            _stepped(norm=lambda m: torch.linalg.matrix_norm(m, 1, keepdim=True)),
            "you divide by another matrix norm, that of the largest column: the Frobenius norm is the root of the sum "
            "of all squares",
        ),
        Mistake(
            "columns made one long",
            _stepped(norm=lambda m: m.norm(dim=1, keepdim=True)),
            "you divide each column by its own norm, which changes the singular vectors: one number for each matrix",
        ),
        Mistake(
            "a and c exchanged",
            _stepped(coefficients=(C, B, A)),
            "a and c are exchanged: a goes with X itself and c with (X Xᵀ)² X",
        ),
        Mistake(
            "without X itself",
            _stepped(coefficients=(0.0, B, C)),
            "the first term is missing: a X is a part of every step",
        ),
        Mistake(
            "without the cube",
            _stepped(coefficients=(A, 0.0, C)),
            "the second term is missing: b (X Xᵀ) X is a part of every step",
        ),
        Mistake(
            "without the fifth power",
            _stepped(coefficients=(A, B, 0.0)),
            "the third term is missing: c (X Xᵀ)² X, the fifth power, is a part of every step",
        ),
        Mistake(
            "minus b",
            _stepped(coefficients=(A, -B, C)),
            "you take b with the wrong sign: it is negative already, and all three terms are added",
        ),
        Mistake(
            "square number by number",
            _stepped(square=lambda gram: gram * gram),
            "you square X Xᵀ number by number. Its square is a matrix product, gram @ gram",
        ),
        Mistake(
            "from the other side",
            _stepped(wrong_side=True),
            "XᵀX does not fit in front of X: make X Xᵀ, which is as large as X is high, or multiply from the right",
        ),
        Mistake(
            "left in 16 bits",
            _stepped(dtype=torch.bfloat16, finish=lambda x, matrices: x),
            "your answer is in bfloat16: go on with the type that the matrices have",
        ),
        Mistake(
            "laid flat",
            _laid_flat,
            "tall matrices come back lying: whoever transposes them at first (it saves work) transposes them back in "
            "the end",
        ),
        Mistake(
            "decomposed",
            _by_svd,
            "your singular values are exactly 1. The steps of the polynomial are asked for, which bring them near 1 "
            "and need no decomposition",
        ),
        Mistake(
            "divided only",
            lambda matrices, *, steps=5: _stepped()(matrices, steps=0),
            "you divide by the norm and leave it at that: the polynomial is applied `steps` times",
        ),
        Mistake(
            "rows made one long",
            _stepped(norm=lambda m: m.norm(dim=2, keepdim=True)),
            "you divide each row by its own norm, which changes the singular vectors: one number for each matrix",
        ),
        Mistake(
            "number by number",
            _number_by_number,
            "you take powers of every number by itself. It is the singular values that are to be cubed, and a matrix "
            "product does it: (X Xᵀ) X",
        ),
        Mistake(
            "made once",
            _stepped(once=True),
            "your first step is right and the next ones go astray: X changes in every step, so make X Xᵀ anew inside "
            "the loop",
        ),
    ),
    alternatives=(_stepped(), _stepped(right=True)),
    hints=(
        "Divide each matrix by its Frobenius norm. Then, `steps` times, replace X by a X + b (X Xᵀ) X + c (X Xᵀ)² X.",
        "`X.mT` transposes the last two axes, so `gram = x @ x.mT` works for a whole batch. The norm of each matrix: "
        "`matrices.flatten(1).norm(dim=1)`, shaped to `b 1 1`.",
        "In the loop: `gram = x @ x.mT`, then `x = a * x + (b * gram + c * gram @ gram) @ x`.",
    ),
    becomes="minisora/training/optim.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)
