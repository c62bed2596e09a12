"""Muon for the hidden matrices and AdamW for everything else, in one optimiser; and the learning rate's schedule.

Muon: K. Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024), kellerjordan.github.io.
AdamW: I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization" (2019), algorithm 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

from minisora.training.sharding import shard_like, whole

#: Coefficients a, b, c of one Newton-Schulz step ``x -> a x + b x^3 + c x^5`` on singular values (Jordan et al.).
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


def orthogonalise(matrices: Tensor, *, steps: int = 5, dtype: torch.dtype = torch.float32) -> Tensor:
    """Push all singular values of each matrix towards 1 and leave its singular vectors (roughly U V^T of the SVD).

    A step multiplies X from the left by a polynomial of X X^T. All these polynomials commute, so that for a wide matrix
    they can be gathered in the small space of X X^T, and X itself is touched twice instead of ten times. That squares
    the singular values, which only float32 can afford: in bfloat16 the small ones drown in rounding errors that the
    polynomials then blow up a thousandfold. There X is stepped itself.

    Args:
        matrices: ``b n m``.
        steps: Newton-Schulz steps; five bring singular values above 1/300 of the norm into about [0.7, 1.2].
        dtype: of the matrix products; bfloat16 is enough, as singular values need not be exact (Jordan et al.).
    Returns: ``b n m`` in ``dtype``.
    """
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = (x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)).to(dtype)
    if dtype == torch.float32:
        x = _gathered(x @ x.mT, steps) @ x
    else:
        for _ in range(steps):
            x = _polynomial(x @ x.mT) @ x
    return x.mT if tall else x


def _gathered(gram: Tensor, steps: int) -> Tensor:
    """The product of all steps' polynomials, from ``gram = X X^T`` alone."""
    polynomial = product = _polynomial(gram)
    for _ in range(steps - 1):
        gram = polynomial @ (gram @ polynomial)
        polynomial = _polynomial(gram)
        product = polynomial @ product
    return product


def _polynomial(gram: Tensor) -> Tensor:
    a, b, c = NEWTON_SCHULZ
    result = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
    result.diagonal(dim1=1, dim2=2).add_(a)
    return result


class MuonAdamW(torch.optim.Optimizer):
    """Muon on the groups with ``muon=True``, AdamW on the others.

    A parameter with more than two dimensions (a convolution kernel) is the matrix ``out x (all the rest)``. Matrices of
    equal shape, transposed or not, are orthogonalised together; sharded ones are gathered for it. The step of an
    ``n x m`` matrix is scaled by ``sqrt(max(1, n / m))``, so that one learning rate fits all shapes.
    """

    def __init__(self, groups: Iterable[dict[str, Any]], *, newton_schulz_dtype: torch.dtype = torch.float32) -> None:
        self.newton_schulz_dtype = newton_schulz_dtype  # of this machine, and not of the run: no part of the state
        defaults = {
            "lr": 1e-3,
            "muon": False,
            "momentum": 0.95,
            "newton_schulz_steps": 5,
            "betas": (0.9, 0.99),
            "eps": 1e-8,
            "weight_decay": 0.0,
        }
        super().__init__(groups, defaults)
        for group in self.param_groups:
            group.setdefault("peak_lr", group["lr"])
            if group["muon"] and any(parameter.ndim < 2 for parameter in group["params"]):
                raise ValueError("Muon takes matrices and kernels only: give vectors and scalars to AdamW")

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # type: ignore[override]
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            parameters = [parameter for parameter in group["params"] if parameter.grad is not None]
            if parameters:
                (self._muon if group["muon"] else self._adamw)(group, parameters)
        return loss

    def _muon(self, group: dict[str, Any], parameters: list[nn.Parameter]) -> None:
        momentum, decay = group["momentum"], 1 - group["lr"] * group["weight_decay"]
        stacks: dict[tuple[int, int], list[tuple[nn.Parameter, Tensor]]] = {}
        for parameter in parameters:
            state = self.state[parameter]
            if "momentum" not in state:
                state["momentum"] = torch.zeros_like(parameter)
            state["momentum"].lerp_(parameter.grad, 1 - momentum)  # type: ignore[arg-type]
            look_ahead = whole(torch.lerp(parameter.grad, state["momentum"], momentum)).flatten(1)  # type: ignore[arg-type]
            wide = look_ahead if look_ahead.shape[0] <= look_ahead.shape[1] else look_ahead.mT
            stacks.setdefault((wide.shape[0], wide.shape[1]), []).append((parameter, wide))
        for entries in stacks.values():
            updates = orthogonalise(
                torch.stack([wide for _, wide in entries]),
                steps=group["newton_schulz_steps"],
                dtype=self.newton_schulz_dtype,
            )
            for (parameter, _), update in zip(entries, updates, strict=True):
                rows, columns = parameter.shape[0], parameter.numel() // parameter.shape[0]
                update = update if rows <= columns else update.mT
                if decay != 1:
                    parameter.mul_(decay)
                scale = math.sqrt(max(1.0, rows / columns))
                update = update.reshape(parameter.shape).to(parameter.dtype)
                parameter.add_(shard_like(parameter, update), alpha=-group["lr"] * scale)

    def _adamw(self, group: dict[str, Any], parameters: list[nn.Parameter]) -> None:
        for parameter in parameters:
            state = self.state[parameter]
            state["step"] = state.get("step", torch.zeros(())).to(parameter.device)  # the fused kernel wants it there
            if "exp_avg" not in state:
                state["exp_avg"] = torch.zeros_like(parameter)
                state["exp_avg_sq"] = torch.zeros_like(parameter)
        beta1, beta2 = group["betas"]
        adamw(
            list(parameters),
            [parameter.grad for parameter in parameters],  # type: ignore[misc]
            [self.state[parameter]["exp_avg"] for parameter in parameters],
            [self.state[parameter]["exp_avg_sq"] for parameter in parameters],
            [],
            [self.state[parameter]["step"] for parameter in parameters],
            fused=True,
            amsgrad=False,
            beta1=beta1,
            beta2=beta2,
            lr=group["lr"],
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            maximize=False,
        )


def build_optimizer(
    hidden: Iterable[nn.Parameter],
    rest: Iterable[nn.Parameter],
    *,
    muon_lr: float = 0.02,
    adam_lr: float = 1e-3,
    momentum: float = 0.95,
    newton_schulz_steps: int = 5,
    newton_schulz_dtype: torch.dtype = torch.float32,
    betas: tuple[float, float] = (0.9, 0.99),
    weight_decay: float = 0.0,
) -> MuonAdamW:
    """One optimiser: Muon for the ``hidden`` matrices and kernels, AdamW for the ``rest``; either may be empty.

    Weights decay in the hidden matrices only.

    Raises: ValueError when ``hidden`` holds a vector or both are empty.
    """
    groups: list[dict[str, Any]] = []
    if hidden := list(hidden):
        muon = {"muon": True, "momentum": momentum, "newton_schulz_steps": newton_schulz_steps}
        groups.append({"params": hidden, "lr": muon_lr, "weight_decay": weight_decay, **muon})
    if rest := list(rest):
        groups.append({"params": rest, "lr": adam_lr, "betas": betas})
    return MuonAdamW(groups, newton_schulz_dtype=newton_schulz_dtype)


def optimizer_for(network: nn.Module, **settings: Any) -> MuonAdamW:
    """:func:`build_optimizer` for all that a network learns: its :func:`hidden_matrices`, and the rest."""
    hidden = hidden_matrices(network)
    chosen = {id(parameter) for parameter in hidden}
    rest = [p for p in network.parameters() if p.requires_grad and id(p) not in chosen]
    return build_optimizer(hidden, rest, **settings)


def hidden_matrices(network: nn.Module) -> list[nn.Parameter]:
    """The matrices and kernels inside a network's repeated blocks: those that Muon learns.

    A network may name them itself with a method of this name. Kernels of a single input channel (depthwise
    convolutions) mix nothing and are left to AdamW.
    """
    if callable(own := getattr(network, "hidden_matrices", None)):
        return list(own())  # type: ignore[call-overload]
    named = [(f".{name}", p) for name, p in network.named_parameters() if p.requires_grad]
    return [p for name, p in named if ".blocks." in name and p.ndim >= 2 and p.shape[1] > 1]


def learning_rate_factor(
    step: int,
    *,
    progress: float,
    warm_up: int = 100,
    decay: float = 0.35,
    shape: Literal["linear", "cosine"] = "linear",
) -> float:
    """The share of the peak learning rate to use: rises over the first steps, stays 1, falls to 0 at the end.

    Args:
        step: from 0; the first ``warm_up`` steps rise linearly.
        progress: how much of the run is over, in [0, 1]: ``step / steps``, or the spent share of a wall-clock budget.
        decay: the last share of the run in which the rate falls.
    """
    rise = min(1.0, (step + 1) / warm_up) if warm_up > 0 else 1.0
    left = min(1.0, max(0.0, (1 - progress) / decay)) if decay > 0 else 1.0
    fall = left if shape == "linear" else 0.5 - 0.5 * math.cos(math.pi * left)
    return rise * fall


def set_learning_rate(optimizer: torch.optim.Optimizer, factor: float) -> None:
    """Set each group's rate to ``factor`` times its peak."""
    for group in optimizer.param_groups:
        group["lr"] = group["peak_lr"] * factor
