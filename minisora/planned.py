"""Which clips are painted by a plan, and how a plan fits what is asked beside the sentence and what is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch import Generator, Tensor

from minisora.diffusion import Given
from minisora.directing import Direct, paced
from minisora.model.known import given_latents, grid_of
from minisora.planning import Tracks, claims_to_plan, plan_clips
from minisora.worlds.plan import Track
from minisora.worlds.scene import SHAPES
from minisora.writing import handwritten

if TYPE_CHECKING:
    from minisora.pipeline import Pipeline

#: What is planned to happen in each of several clips; None for those that are painted without a plan.
Plans = list[Tracks | None]


def plans_for(
    pipeline: Pipeline,
    words: Sequence[str],
    start: Given,
    sources: Sequence[Generator],
    *,
    pace: float = 1.0,
    direct: Direct | None = None,
) -> Plans | None:
    """The plans of clips; None where nothing can be planned.

    Args:
        words: the prompts, in known words.
        start: what is given of the clips' latents ``b c t h w``.
        sources: where each clip's noise comes from.
        pace: how fast things move, times what is planned.
        direct: is shown each plan, and says what is to happen instead.
    Raises: UserError where the planner's numbers are not finite.
    """
    x, free = start
    by_half = bool(((free > 0) & (free < 1)).any())
    if not _can_plan(pipeline, x) or (by_half and direct is None):  # what half shows through is not what was planned
        return None
    from_nothing = bool((free > 0).all())
    beside = not from_nothing and _part_of_each(free)
    plans = _planned(pipeline, words, x, free, sources, alone=from_nothing or beside)
    if pipeline.writer is not None and (from_nothing or beside):  # what is given is written already
        plans = handwritten(plans, pipeline.writer, pipeline.tokenizer, sources, pipeline.sampling)
    rows, columns = x.shape[3:]
    frame = columns / min(rows, columns), rows / min(rows, columns)
    changes = [None if pace == 1 else paced(pace, begun=not from_nothing), direct]
    bends = [None] * len(words) if from_nothing else _bends(pipeline, words, x, free, beside=beside)
    each_changes = [[*changes, bend] for bend in bends]
    return [_changed(plan, of, frame) for plan, of in zip(plans, each_changes, strict=True)]


def sketched(plans: Plans | None) -> bool:
    """Whether plans say all that there is to paint, so that the words need no guidance: they draw shapes, and those
    digits that somebody has written."""

    def drawn(now: Track) -> bool:
        return bool(((now.kind < len(SHAPES)) | now.ink.flatten(2).any(2)).all())

    return plans is not None and all(each is not None and drawn(each[0]) for each in plans)


def _can_plan(pipeline: Pipeline, x: Tensor) -> bool:
    """Whether there is a planner for such clips."""
    usual = tuple(x.shape[2:]) == pipeline.latent_shape(pipeline.seconds, pipeline.size)
    known = pipeline.planner is not None and pipeline.dit.config.known > 0
    return known and (usual or pipeline.sampling.plan_other_sizes)


def _planned(
    pipeline: Pipeline,
    words: Sequence[str],
    x: Tensor,
    free: Tensor,
    sources: Sequence[Generator],
    *,
    alone: bool,
) -> Plans:
    """Plans as the planner makes them, of the prompts that name no more than it can plan.

    Args:
        alone: by the sentence alone; else the planner is told what is given.
    """
    assert pipeline.planner is not None
    sampling, patch = pipeline.sampling, pipeline.dit.config.patch
    # Of several things a given picture does not say which one it shows.
    most = sampling.plan_objects if alone else min(sampling.plan_objects, 1)
    counts = [len(claims_to_plan(each).objects) for each in words]
    given = given_latents(x, free, patch)
    frames, *cells = grid_of(x, patch)
    if alone:  # tracks are of no size, and of the usual one the planner has seen most
        _, height, width = pipeline.latent_shape(pipeline.seconds, pipeline.size)
        cells = [height // patch, width // patch]
        given = given.new_zeros(*given.shape[:3], *cells)
    return plan_clips(
        pipeline.planner,
        pipeline.tokenizer,
        [each if count <= most else "" for each, count in zip(words, counts, strict=True)],
        (frames, cells[0], cells[1]),
        sources,
        sampling,
        seconds=pipeline.seconds_between,
        given=given,
    )


def _part_of_each(free: Tensor) -> bool:
    """Whether of every frame some is given, in the same places, and some is not."""
    return bool((free == free[:, :, :1]).all()) and bool((free > 0).any())


def _bends(
    pipeline: Pipeline, words: Sequence[str], x: Tensor, free: Tensor, *, beside: bool
) -> Sequence[Direct | None]:
    """For each clip, how its plan is bent to fit what is given of it."""
    # These read clips, which takes a library that nothing else here does.
    from minisora.evaluation.beside import beside_given
    from minisora.evaluation.given import through_given

    rows = list(zip(x, free.expand(len(x), *free.shape[1:]), strict=True))
    if not beside:
        return [through_given(pipeline.codec, *row) for row in rows]
    said = [claims_to_plan(each).objects for each in words]
    return [beside_given(pipeline.codec, *row, claims) for row, claims in zip(rows, said, strict=True)]


def _changed(plan: Tracks | None, changes: Sequence[Direct | None], frame: tuple[float, float]) -> Tracks | None:
    for change in changes:
        if plan is not None and change is not None:
            plan = change(plan, frame)
    return plan
