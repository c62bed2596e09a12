"""Noise <-> data: path, objective, solvers, sampler, guidance, and what is given. Read the files in this order.

This folder knows nothing about networks, text or codecs: a network is a ``velocity(x, t) -> dx/dt``.
"""

from __future__ import annotations

from minisora.diffusion.experts import experts
from minisora.diffusion.given import (
    Given,
    GivenMix,
    animate,
    connect,
    extend,
    inpaint,
    keyframes,
    loop,
    outpaint,
    prepend,
    random_given,
    sdedit,
    text_to_video,
)
from minisora.diffusion.guidance import autoguidance, classifier_free
from minisora.diffusion.objective import logit_normal, loss_at, shifted, uniform, velocity_loss
from minisora.diffusion.path import COSINE, DDPM_LINEAR, EDM, STRAIGHT, Path, Velocity, path_from_betas, shift_time
from minisora.diffusion.sampler import karras_grid, sample, staggered, time_grid, watch_x0
from minisora.diffusion.solvers import Step, ab2, ancestral, ddim, dpm_solver_pp, euler, heun
from minisora.diffusion.structure import structure

__all__ = [
    "COSINE",
    "DDPM_LINEAR",
    "EDM",
    "STRAIGHT",
    "Given",
    "GivenMix",
    "Path",
    "Step",
    "Velocity",
    "ab2",
    "ancestral",
    "animate",
    "autoguidance",
    "classifier_free",
    "connect",
    "ddim",
    "dpm_solver_pp",
    "euler",
    "experts",
    "extend",
    "heun",
    "inpaint",
    "karras_grid",
    "keyframes",
    "logit_normal",
    "loop",
    "loss_at",
    "outpaint",
    "path_from_betas",
    "prepend",
    "random_given",
    "sample",
    "sdedit",
    "shift_time",
    "shifted",
    "staggered",
    "structure",
    "text_to_video",
    "time_grid",
    "uniform",
    "velocity_loss",
    "watch_x0",
]
