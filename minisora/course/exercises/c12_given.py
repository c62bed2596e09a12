"""Chapter 12: which part of a clip is given: both ends, a loop, all but a hole, a noised clip, a silhouette."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution, finding
from minisora.diffusion.given import Given, connect, extend, inpaint, loop, sdedit
from minisora.diffusion.path import Velocity
from minisora.diffusion.sampler import sample
from minisora.diffusion.solvers import ab2
from minisora.diffusion.structure import structure


def drawn(*shape: int, seed: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


#: Frames, rows and columns are three different numbers, so that one axis taken for another raises an error.
NOISE, CLIP = drawn(2, 3, 5, 2, 4, seed=0), drawn(2, 3, 5, 2, 4, seed=1)


def _given(answer: object, channels: int = 3) -> tuple[Tensor, Tensor]:
    """``(x, free)`` with ``free`` as ``b 1 t h w``, whatever shape it has that broadcasts."""
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise CheckFailed("return two tensors, Given(x, free): where to start, and what is free")
    x, free = answer[0], torch.as_tensor(answer[1])
    if not isinstance(x, Tensor) or x.ndim != 5:
        raise CheckFailed("the first of the two is no clip: x is b c t h w, like the noise")
    if x.shape[1] == 1 and free.ndim == 5 and free.shape[1] == channels:
        raise CheckFailed("x and free are exchanged: return Given(x, free), the clip first")
    try:
        return x, free.to(x).expand(len(x), 1, *x.shape[2:]).clone()
    except RuntimeError:
        raise CheckFailed(
            f"free has the shape {tuple(free.shape)}. It holds one number for each place of the latents, the same for "
            "all channels: it has to broadcast over b 1 t h w"
        ) from None


def _asked(says: str, *arguments: Tensor) -> Case:
    return Case(says, lambda f: _given(f(*(each.clone() for each in arguments))))


def _refused(says: str, ask: Callable[[Solution], object]) -> Case:
    """A case that is to end with a ValueError, in whatever words."""

    def asked(f: Solution) -> str:
        try:
            ask(f)
        except (NotImplementedError, CheckFailed):
            raise
        except ValueError:  # the package's own is a kind of it
            return "ValueError"
        except Exception as error:
            return type(error).__name__
        return "no error"

    return Case(says, asked, lambda: "ValueError")


# --- connect ---


def _ends(noise: Tensor, prefix: Tensor, suffix: Tensor, *, wrong: str = "") -> Given:
    """Both ends are given, with at most one thing wrong."""
    b, _, frames, _, _ = noise.shape
    k, m = prefix.shape[2], suffix.shape[2]
    if wrong != "nothing left" and k + m >= frames - (wrong == "one is not enough"):
        raise ValueError("nothing is left to generate")
    prefix, suffix = prefix.to(noise), suffix.to(noise)
    if wrong == "backwards":
        suffix = suffix.flip(2)
    if wrong == "exchanged":
        prefix, suffix, k, m = suffix, prefix, m, k
    start = k if wrong == "right behind" else frames - m
    x, free = noise.clone(), noise.new_ones(b, 1, frames, 1, 1)
    if wrong == "zeros between":
        x = torch.zeros_like(x)
    if wrong == "faded":
        share = torch.linspace(0, 1, frames).to(noise).view(1, 1, -1, 1, 1)
        x = (1 - share) * prefix[:, :, -1:] + share * suffix[:, :, :1] + torch.zeros_like(x)
    if wrong == "one frame each":
        prefix, suffix, k, m, start = prefix[:, :, :1], suffix[:, :, -1:], 1, 1, frames - 1
    added = wrong == "added"
    if wrong != "no prefix":
        x[:, :, :k] = prefix + x[:, :, :k] * added
    if wrong != "no suffix":
        x[:, :, start : start + m] = suffix + x[:, :, start : start + m] * added
    if wrong == "frees the inner ones":
        k = m = 1
        start = frames - 1
    if wrong != "start not told":
        free[:, :, :k] = 0
    if wrong != "end not told":
        free[:, :, start : start + m] = 0
    return Given(x, 1 - free if wrong == "upside down" else free)


def _longer(noise: Tensor, prefix: Tensor, suffix: Tensor) -> Given:
    b = len(noise)
    parts = [prefix.to(noise).expand(b, -1, -1, -1, -1), noise, suffix.to(noise).expand(b, -1, -1, -1, -1)]
    free = [torch.full_like(each[:, :1, :, :1, :1], float(i == 1)) for i, each in enumerate(parts)]
    return Given(torch.cat(parts, dim=2), torch.cat(free, dim=2))


def _connect_by_parts(noise: Tensor, prefix: Tensor, suffix: Tensor) -> tuple[Tensor, Tensor]:
    between = noise[:, :, prefix.shape[2] : noise.shape[2] - suffix.shape[2]]
    if not between.shape[2]:
        raise ValueError("too short")
    b = len(noise)
    whole = [prefix.to(noise).expand(b, -1, -1, -1, -1), between, suffix.to(noise).expand(b, -1, -1, -1, -1)]
    free = F.pad(torch.ones_like(between[:1, :1, :, :1, :1]), (0, 0, 0, 0, prefix.shape[2], suffix.shape[2]))
    return torch.cat(whole, dim=2), free


def _connect_mistake(name: str, says: str) -> Mistake:
    return Mistake(name, partial(_ends, wrong=name), says)


CONNECT = Exercise(
    name="connect",
    reference=connect,
    cases=(
        _asked("a frame at each end of five", NOISE, CLIP[:, :, :1], CLIP[:, :, 4:]),
        _asked("two frames at the start, one at the end", NOISE, CLIP[:, :, :2], CLIP[:, :, 4:]),
        _asked("one frame at the start, two at the end", NOISE, CLIP[:, :, :1], CLIP[:, :, 3:]),
        _asked("two and two of five, the same for both clips", NOISE, CLIP[:1, :, :2], CLIP[1:, :, 3:]),
        _asked("ends in float64 for noise in float32", NOISE, CLIP[:, :, :1].double(), CLIP[:, :, 4:].double()),
        _refused("three and two of five", lambda f: f(NOISE.clone(), CLIP[:, :, :3].clone(), CLIP[:, :, 3:].clone())),
    ),
    mistakes=(
        _connect_mistake(
            "exchanged",
            "the ends are exchanged: the prefix is what the clip begins with, the suffix what it ends with",
        ),
        _connect_mistake(
            "right behind",
            "the suffix stands right behind the prefix: it is the *end* of the clip, its last frame is the last frame",
        ),
        _connect_mistake(
            "backwards",
            "the suffix runs backwards: its frames keep their order, `x[:, :, -m:] = suffix`",
        ),
        _connect_mistake(
            "one frame each",
            "only one frame of each end is used; all of their frames are given, prefix.shape[2] and suffix.shape[2]",
        ),
        _connect_mistake(
            "frees the inner ones",
            "x holds all given frames, but free is 0 in the first and in the last one only: it has to be 0 in all of "
            "them",
        ),
        _connect_mistake(
            "upside down",
            "free is upside down: 0 where given, 1 where to generate",
        ),
        _connect_mistake(
            "start not told",
            "the prefix is in x, but free is 1 there, so that the network takes it for noise: set free to 0 at the "
            "start, too",
        ),
        _connect_mistake(
            "end not told",
            "the suffix is in x, but free is 1 there, so that the network takes it for noise: set free to 0 at the "
            "end, too",
        ),
        _connect_mistake(
            "no prefix",
            "at the start free says given, but x still holds noise there: put the prefix into x",
        ),
        _connect_mistake(
            "no suffix",
            "at the end free says given, but x still holds noise there: put the suffix into x",
        ),
        _connect_mistake(
            "faded",
            "between the ends you start from a cross-fade of both. What is to be made starts as the noise that you "
            "are given; the network finds the way",
        ),
        _connect_mistake(
            "zeros between",
            "between the ends x is zero: what is to be made starts as the noise that you are given",
        ),
        _connect_mistake(
            "added",
            "at the ends x is noise plus what is given. What is given has noise level zero: replace the noise",
        ),
        Mistake(
            "put around the noise",
            _longer,
            "your clip is longer than the noise: the ends take the places of its first and last frames",
        ),
        _connect_mistake(
            "nothing left",
            "with three and two frames given of five nothing is left to make, and you say nothing: raise a ValueError "
            "where the two together are as long as the clip, or longer",
        ),
        _connect_mistake(
            "one is not enough",
            "you refuse two and two frames of five, which leave one to make. That is enough: refuse only where none "
            "is left",
        ),
    ),
    alternatives=(_ends, _connect_by_parts),
    hints=(
        "It is `animate` of chapter 09 with more frames, at both ends: a copy of the noise, and ones for `free`.",
        "How many frames are given at each end stands in `prefix.shape[2]` and `suffix.shape[2]`; count the end from "
        "`noise.shape[2]`.",
        "`x[:, :, :k] = prefix.to(x)` and `x[:, :, frames - m :] = suffix.to(x)`; the same places of "
        "`free = noise.new_ones(b, 1, frames, 1, 1)` become 0. Before that: `if k + m >= frames: raise "
        "ValueError(…)`.",
    ),
    becomes="minisora/diffusion/given.py",
    minutes=10,
    difficulty=1,
    points=2,
    trains=False,
)

# --- loop ---


def _looped(noise: Tensor, first: Tensor, last: Tensor | None = None, *, wrong: str = "") -> Given:
    """A loop with at most one thing wrong."""
    end = first if last is None or wrong == "last not used" else last
    if wrong == "None not thought of":
        end = last.to(noise)  # type: ignore[union-attr]
    if wrong == "last or first":
        end = last or first
    first, end = first.to(noise), end.to(noise)
    if wrong == "exchanged":
        first, end = end, first
    if wrong == "one picture of two":
        first = end = (first + end) / 2
    if noise.shape[2] < 3 and wrong != "nothing left":
        raise ValueError("nothing is left")
    x, free = noise.clone(), torch.ones_like(noise[:, :1, :, :1, :1])
    if wrong == "everywhere":
        x[:] = first
    at = -2 if wrong == "one frame early" else -1
    if wrong != "start free":
        x[:, :, :1], free[:, :, 0] = first, 0
    if wrong != "end free":
        x[:, :, [at]] = x[:, :, :1] + noise[:, :, [at]] if wrong == "added" else end
        free[:, :, at] = 0
    if wrong == "its own noise":
        x = noise.clone()
        x[:, :, -1] = x[:, :, 0]
    if wrong == "end not told":
        free[:, :, -1] = 1
    return Given(x, 1 - free if wrong == "upside down" else free)


def _loop_mistake(name: str, says: str) -> Mistake:
    return Mistake(name, partial(_looped, wrong=name), says)


LOOP = Exercise(
    name="loop",
    reference=loop,
    cases=(
        _asked("a picture for both ends of five frames", NOISE, CLIP[:, :, :1]),
        _asked("one picture for both clips", NOISE, CLIP[:1, :, 2:3]),
        _asked("a picture, and as `last` what the codec makes of it", NOISE, CLIP[:, :, :1], CLIP[:, :, 3:4]),
        _asked("a picture in float64 for three frames in float32", NOISE[:, :, :3], CLIP[:, :, :1].double()),
        _refused("two frames", lambda f: f(NOISE[:, :, :2].clone(), CLIP[:, :, :1].clone())),
    ),
    mistakes=(
        _loop_mistake(
            "end free",
            "only the first frame is given, so the clip ends wherever it likes: the last one is given, too",
        ),
        _loop_mistake(
            "start free",
            "only the last frame is given: a loop begins with the picture as well",
        ),
        _loop_mistake(
            "last not used",
            "you put `first` at both ends although `last` is given: it is the same picture as the codec writes it at "
            "the end of a clip",
        ),
        _loop_mistake(
            "None not thought of",
            "without `last` (None) you stop with an error: then `first` is put at both ends",
        ),
        _loop_mistake(
            "last or first",
            "`last or first` asks a tensor whether it is true, which only a tensor of one number can say: "
            "`first if last is None else last`",
        ),
        _loop_mistake("exchanged", "the ends are exchanged: `first` begins the clip, `last` ends it"),
        _loop_mistake(
            "one picture of two",
            "you put the mean of `first` and `last` at both ends: each has a place of its own",
        ),
        _loop_mistake(
            "end not told",
            "the picture stands at the end of x, but free is 1 there, so that the network takes it for noise",
        ),
        _loop_mistake("upside down", "free is upside down: 0 where given, 1 where to generate"),
        _loop_mistake(
            "one frame early",
            "the picture comes back one frame too early: the end is the last frame, index -1",
        ),
        _loop_mistake(
            "its own noise",
            "you copy the first frame of the *noise* to the end; a loop begins and ends with the picture",
        ),
        _loop_mistake(
            "everywhere",
            "the picture stands in all frames: only the ends are given, the others begin as noise",
        ),
        _loop_mistake(
            "added",
            "at the end x is picture plus noise. What is given has noise level zero: replace the noise",
        ),
        _loop_mistake(
            "nothing left",
            "a clip of two frames has two ends and nothing between, and you say nothing: raise a ValueError",
        ),
    ),
    alternatives=(
        _looped,
        lambda noise, first, last=None: _connect_by_parts(noise, first, last if last is not None else first),
    ),
    hints=(
        "A clip that is connected with itself.",
        "`last` is None, or how the codec writes the same picture at the end: `first if last is None else last`.",
        "`return connect(noise, first, first if last is None else last)`: `connect` has been imported from the "
        "package, or is yours if it passes.",
    ),
    becomes="minisora/diffusion/given.py",
    minutes=5,
    difficulty=1,
    points=1,
    trains=False,
)

# --- inpaint ---

HARD = torch.zeros(1, 1, 1, 2, 4)
HARD[..., 2:] = 1
SOFT = torch.tensor([0.0, 0.6, 1.0, 0.3]).view(1, 1, 1, 1, 4) * torch.tensor([1.0, 0.5]).view(1, 1, 1, 2, 1)
LATER = torch.tensor([0.0, 0.0, 0.4, 1.0, 1.0]).view(1, 1, 5, 1, 1)
EACH = torch.stack([torch.eye(2, 4), torch.eye(2, 4).flip(1)])[:, None, None]


def _filled(
    *,
    mix: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda clip, noise, hole: (1 - hole) * clip + hole * noise,
    seen: Callable[[Tensor], Tensor] = lambda hole: hole,
    told: Callable[[Tensor], Tensor] = lambda hole: hole,
) -> Solution:
    """Inpainting with a part exchanged: how the hole is filled, which hole it is, what free says of it."""

    def inpainted(noise: Tensor, clip: Tensor, hole: Tensor) -> Given:
        clip, hole = clip.to(noise), seen(hole.to(noise))
        return Given(mix(clip, noise, hole).expand_as(noise), told(hole))

    return inpainted


def _inpaint_by_frames(noise: Tensor, clip: Tensor, hole: Tensor) -> tuple[Tensor, Tensor]:
    hole = hole.to(noise).expand(len(noise), 1, *noise.shape[2:])
    frames = [torch.lerp(clip.to(noise)[:, :, i], noise[:, :, i], hole[:, :, i]) for i in range(noise.shape[2])]
    return torch.stack(frames, dim=2), hole


INPAINT = Exercise(
    name="inpaint",
    reference=inpaint,
    cases=(
        _asked("a hole in the right half of all frames", NOISE, CLIP, HARD),
        _asked("a hole with soft borders: 0.3, 0.6 and so on", NOISE, CLIP, SOFT),
        _asked("a hole in time: the last two frames, and the one before them by 0.4", NOISE, CLIP, LATER),
        _asked("a hole for each clip", NOISE, CLIP, EACH),
        _asked("one clip in float64 for two noises in float32", NOISE, CLIP[:1].double(), SOFT),
        _asked("a hole of booleans", NOISE, CLIP, HARD > 0),
        _asked("no hole", NOISE, CLIP, 0 * HARD),
    ),
    mistakes=(
        Mistake(
            "upside down",
            _filled(seen=lambda hole: 1 - hole),
            "the hole is upside down: 1 is where to generate, all the rest is given",
        ),
        Mistake(
            "free upside down",
            _filled(told=lambda hole: 1 - hole),
            "x is right, but free is upside down: it is 1 in the hole and 0 outside, just as the hole",
        ),
        Mistake(
            "noise wherever there is a hole",
            _filled(mix=lambda clip, noise, hole: torch.where(hole > 0, noise, clip)),
            "where the hole is soft you put nothing but noise, and tell the network of less (free = 0.6): it needs "
            "the clip under as much noise as free says, (1 - hole) * clip + hole * noise",
        ),
        Mistake(
            "soft borders stay clean",
            _filled(mix=lambda clip, noise, hole: torch.where(hole == 1, noise, clip)),
            "where the hole is soft you put the clean clip, and tell the network of noise (free = 0.6): it needs the "
            "clip under as much noise as free says, (1 - hole) * clip + hole * noise",
        ),
        Mistake(
            "hard borders",
            _filled(seen=lambda hole: (hole > 0).to(hole)),
            "you make every hole a hard one: between 0 and 1 it keeps a part of the clip, and free stays the number "
            "that it is",
        ),
        Mistake(
            "rounded",
            _filled(seen=lambda hole: hole.round()),
            "you round the hole to 0 and 1: between them it keeps a part of the clip, and free stays the number that "
            "it is",
        ),
        Mistake(
            "free is whole",
            _filled(told=lambda hole: (hole > 0).to(hole)),
            "x is right, but free is 1 in the soft borders, so that the network takes them for pure noise: free is "
            "the hole as it is",
        ),
        Mistake(
            "free everywhere",
            _filled(told=torch.ones_like),
            "x is right, but free is 1 everywhere, so that what is given is taken for noise: free is the hole itself",
        ),
        Mistake(
            "another path",
            _filled(mix=lambda clip, noise, hole: (1 - hole**2).sqrt() * clip + hole * noise),
            "you mix along another path, √(1 - t²) clip + t noise. The network was trained on the straight one: "
            "(1 - hole) * clip + hole * noise",
        ),
        Mistake(
            "noise laid over",
            _filled(mix=lambda clip, noise, hole: clip + hole * noise),
            "you lay noise over the clip, which stays as strong as it was: where the hole is 1, nothing of it may be "
            "left, (1 - hole) * clip + hole * noise",
        ),
        Mistake(
            "clip and noise exchanged",
            _filled(mix=lambda clip, noise, hole: hole * clip + (1 - hole) * noise),
            "clip and noise are exchanged in x: in the hole (1) there is noise, outside (0) the clip",
        ),
        Mistake(
            "empty",
            _filled(mix=lambda clip, noise, hole: (1 - hole) * clip),
            "the hole is empty, zeros: what is to be made starts as noise",
        ),
        Mistake(
            "the first frame's hole",
            _filled(seen=lambda hole: hole[:, :, :1]),
            "you use the hole of the first frame for all of them: a hole may have as many frames as the clip",
        ),
        Mistake(
            "the first clip's hole",
            _filled(seen=lambda hole: hole[:1]),
            "you use the hole of the first clip for all of them: a hole may have a row for each clip",
        ),
    ),
    alternatives=(_filled(), _inpaint_by_frames),
    hints=(
        "Two tensors again, and one of them you have: what is free is the hole.",
        "Where the hole is 0.6, the network will be told the time 0.6. What does a clip look like at the time 0.6 of "
        "the straight path?",
        "`hole = hole.to(noise)`, `x = (1 - hole) * clip.to(noise) + hole * noise`, `return Given(x, hole)`.",
    ),
    becomes="minisora/diffusion/given.py",
    minutes=10,
    difficulty=2,
    points=3,
    trains=False,
)

# --- sdedit ---

EVEN, UNEVEN = torch.tensor([1, 0.75, 0.5, 0.25, 0.0]), torch.tensor([1, 0.92, 0.8, 0.55, 0.2, 0.0])


def _begun(answer: object) -> tuple[Tensor, Tensor]:
    """What SDEdit hands to the sampler. Raises: CheckFailed if it is no pair of a clip and times."""
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        what = "the clip alone" if isinstance(answer, Tensor) else "None" if answer is None else repr(answer)[:60]
        raise CheckFailed(f"you return {what}: return two tensors, where to start and the times that are left")
    x, late = answer
    if not isinstance(x, Tensor) or not isinstance(late, Tensor):
        raise CheckFailed("return two tensors, where to start and the times that are left (times[...], not a list)")
    if x.ndim == 1 and late.ndim == 5:
        raise CheckFailed("the two are exchanged: return where to start first, and then the times that are left")
    return x, late


def _edited(says: str, times: Tensor, strength: float, *, clip: Tensor = CLIP) -> Case:
    return Case(says, lambda f: _begun(f(clip.clone(), NOISE.clone(), times.clone(), strength=strength)))


def _out_of_range(strength: float) -> Case:
    return _refused(f"strength {strength:g}", lambda f: f(CLIP.clone(), NOISE.clone(), EVEN.clone(), strength=strength))


def _sdedit(
    *,
    cut: Callable[[Tensor, float], Tensor] = lambda times, strength: times[times <= strength],
    level: Callable[[Tensor, float], Tensor] = lambda late, strength: late[0],
    mix: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda clip, noise, t: (1 - t) * clip + t * noise,
    limits: bool = True,
) -> Solution:
    """SDEdit with a part exchanged: which times are left, how much noise that is, how it is mixed."""

    def begin(clip: Tensor, noise: Tensor, times: Tensor, *, strength: float) -> tuple[Tensor, Tensor]:
        if limits and not 0 <= strength <= 1:
            raise ValueError("strength is from 0 to 1")
        late = cut(times, strength)
        return mix(clip, noise, level(late, strength)), late

    return begin


def _sdedit_in_a_loop(clip: Tensor, noise: Tensor, times: Tensor, *, strength: float) -> list[Tensor]:
    if strength < 0 or strength > 1:
        raise ValueError(strength)
    first = 0
    while times[first] > strength:
        first += 1
    t = times[first].to(clip)
    return [clip + t * (noise - clip), times[first:].clone()]


def _by_steps(times: Tensor, strength: float) -> Tensor:
    steps = len(times) - 1
    return times[steps - int(steps * strength) :]


def _at_least(times: Tensor, strength: float) -> Tensor:
    return times[int((times >= strength).sum()) - 1 :]


SDEDIT = Exercise(
    name="sdedit",
    reference=sdedit,
    cases=(
        _edited("four even steps at strength 0.5", EVEN, 0.5),
        _edited("four even steps at strength 0.6", EVEN, 0.6),
        _edited("five uneven steps at strength 0.6", UNEVEN, 0.6),
        _edited("five uneven steps at strength 0.85", UNEVEN, 0.85),
        _edited("strength 1", UNEVEN, 1.0),
        _edited("strength 0", UNEVEN, 0.0),
        _edited("one clip for two noises at strength 0.8", UNEVEN, 0.8, clip=CLIP[:1]),
        _out_of_range(1.4),
        _out_of_range(-0.2),
    ),
    mistakes=(
        Mistake(
            "noise by the strength",
            _sdedit(level=lambda late, strength: torch.tensor(strength)),
            "the clip is noised at the strength, but the first time that is left may be lower, so that the network is "
            "told of less noise than there is: noise it at that time, late[0]",
        ),
        Mistake(
            "times not cut",
            _sdedit(cut=lambda times, strength: times, level=lambda late, strength: late[late <= strength][0]),
            "x is right, but all times come back: only those from the start of the edit on are left, times <= strength",
        ),
        Mistake(
            "cut by steps",
            _sdedit(cut=_by_steps),
            "you keep a share of the *steps*. Steps are uneven, and strength is a time: keep the times that are at "
            "most that large",
        ),
        Mistake(
            "squeezed",
            _sdedit(cut=lambda times, strength: times * strength),
            "you squeeze all steps below the strength. That can be done, but here the grid stays as it is, and the "
            "times above the strength are left out",
        ),
        Mistake(
            "turned round",
            _sdedit(cut=lambda times, strength: times[times <= 1 - strength]),
            "strength is turned round: 1 forgets the clip and keeps all times, 0 changes nothing",
        ),
        Mistake(
            "strictly below",
            _sdedit(
                cut=lambda times, strength: times[times < strength] if strength else times[-1:],
            ),
            "a time that is just the strength belongs to those that are left: times <= strength",
        ),
        Mistake(
            "begun above",
            _sdedit(cut=_at_least),
            "you begin at the last time *above* the strength: it bounds the first time, so begin below it or at it",
        ),
        Mistake(
            "the other times",
            _sdedit(cut=lambda times, strength: times[times >= strength], level=lambda late, strength: late[-1]),
            "you keep the times above the strength, which are the ones to leave out: times <= strength",
        ),
        Mistake(
            "from pure noise",
            _sdedit(mix=lambda clip, noise, t: noise + 0 * clip),
            "you start from nothing but noise, so nothing of the clip is left: (1 - t) * clip + t * noise at the "
            "first time",
        ),
        Mistake(
            "from the clean clip",
            _sdedit(mix=lambda clip, noise, t: clip + 0 * noise),
            "you start from the clean clip, but the network is told that it is noisy, and takes the clip's own detail "
            "for noise: (1 - t) * clip + t * noise, where t is the first time that is left, late[0]",
        ),
        Mistake(
            "exchanged",
            _sdedit(mix=lambda clip, noise, t: t * clip + (1 - t) * noise),
            "clip and noise are exchanged: at time t there is t of the noise and 1 - t of the clip",
        ),
        Mistake(
            "noise laid over",
            _sdedit(mix=lambda clip, noise, t: clip + t * noise),
            "you lay the noise over the clip, which stays as strong as it was: on the straight path it is "
            "(1 - t) * clip + t * noise",
        ),
        Mistake(
            "another path",
            _sdedit(mix=lambda clip, noise, t: (1 - t**2).sqrt() * clip + t * noise),
            "you mix along another path, √(1 - t²) clip + t noise. The network was trained on the straight one: "
            "(1 - t) * clip + t * noise",
        ),
        Mistake(
            "no limits",
            _sdedit(limits=False, cut=lambda times, strength: times[times <= max(strength, 0.0)]),
            "a strength below 0 or above 1 means nothing, and you take it in silence: raise a ValueError",
        ),
    ),
    alternatives=(_sdedit(), _sdedit_in_a_loop),
    hints=(
        "Which of the times are at most `strength`? These are the steps that are left to go, and the first of them is "
        "how noisy the clip has to be.",
        "`late = times[times <= strength]`: a mask picks out the times, whatever their distances are.",
        "`x = (1 - late[0]) * clip + late[0] * noise`, `return x, late`; before that, a ValueError unless "
        "`0 <= strength <= 1`.",
    ),
    becomes="minisora/diffusion/given.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)

# --- structure ---


def _pixels() -> tuple[Tensor, Tensor]:
    """Two clips with a thing of their own each, that moves a pixel in each frame, and what is behind it."""
    y, x = torch.arange(9).view(-1, 1), torch.arange(11)
    backdrop = torch.stack([0.5 * y / 8 - 0.4 + 0 * x, 0.3 - 0.05 * x + 0 * y, 0.0 * y - 0.1 + 0 * x]).float()
    clips = []
    for top, colour in ((1, (0.9, 0.3, -0.1)), (5, (-0.4, -0.9, -0.35))):
        clip = backdrop[:, None].repeat(1, 3, 1, 1)
        for frame in range(3):
            clip[:, frame, top : top + 3, frame : frame + 4] = torch.tensor(colour).view(3, 1, 1)
        clips.append(clip)
    return torch.stack(clips), backdrop[None, :, None]


THINGS, BEHIND = _pixels()
SPECKLED = drawn(1, 3, 2, 7, 8, seed=3).clamp(-1, 1)
BLACK = torch.full((1, 3, 1, 1, 1), -1.0)


def _shaped(
    says: str, clip: Tensor = THINGS, backdrop: Tensor = BEHIND, *, blur: int = 0, contrast: float = 0.2
) -> Case:
    return Case(says, lambda f: f(clip.clone(), backdrop.clone(), blur=blur, contrast=contrast))


def _box(inside: Tensor, frames: int = 1, side: int = 5, pad: bool = True, zeros: bool = False) -> Tensor:
    padding = (frames // 2, side // 2, side // 2) if pad else 0
    return F.avg_pool3d(inside, (frames, side, side), 1, padding, count_include_pad=zeros)


def _whitened(
    *,
    apart: Callable[[Tensor, Tensor, float], Tensor] = lambda clip, backdrop, contrast: (
        (clip - backdrop).abs().amax(1, keepdim=True) > contrast
    ),
    often: Callable[[int], int] = lambda blur: blur,
    once: Callable[[Tensor], Tensor] = _box,
    paint: Callable[[Tensor, Tensor], Tensor] = lambda inside, clip: 2 * inside - 1,
    whole: bool = True,
) -> Solution:
    """Silhouettes with a part exchanged: who is inside, how it is blurred, how it is painted."""

    def silhouettes(clip: Tensor, backdrop: Tensor, *, blur: int = 0, contrast: float = 0.2) -> Tensor:
        inside = apart(clip, backdrop, contrast).to(clip)
        for _ in range(often(blur)):
            inside = once(inside)
        painted = paint(inside, clip)
        return painted.expand_as(clip).clone() if whole and painted.shape[2:] == clip.shape[2:] else painted

    return silhouettes


def _structure_by_sums(clip: Tensor, backdrop: Tensor, *, blur: int = 0, contrast: float = 0.2) -> Tensor:
    b, c, t, h, w = clip.shape
    away = (clip - backdrop).transpose(1, 2).reshape(b * t, c, h, w)
    inside = ((away > contrast) | (away < -contrast)).sum(1, keepdim=True).clamp(max=1).to(clip)
    ones = torch.ones(1, 1, 5, 5).to(clip)
    here = F.conv2d(torch.ones_like(inside), ones, padding=2)
    for _ in range(blur):
        inside = F.conv2d(inside, ones, padding=2) / here
    white = inside.reshape(b, t, 1, h, w).transpose(1, 2)
    return torch.cat([white - (1 - white)] * c, dim=1)


def _blurs_the_clip(clip: Tensor, backdrop: Tensor, *, blur: int = 0, contrast: float = 0.2) -> Tensor:
    away = clip - backdrop
    for _ in range(blur):
        away = _box(away)
    return (2 * (away.abs().amax(1, keepdim=True) > contrast).to(clip) - 1).expand_as(clip)


STRUCTURE = Exercise(
    name="structure",
    reference=structure,
    cases=(
        _shaped("things that are lighter and darker than what is behind, not blurred"),
        _shaped("the same, blurred once", blur=1),
        _shaped("the same, blurred three times", blur=3),
        _shaped("speckles before black, with a contrast of 1.2", SPECKLED, BLACK, contrast=1.2),
        _shaped("speckles before black, blurred twice", SPECKLED, BLACK, blur=2),
        _shaped("speckles before other speckles, a backdrop for each frame", SPECKLED, SPECKLED.flip(2), blur=1),
    ),
    mistakes=(
        Mistake(
            "each colour by itself",
            _whitened(apart=lambda clip, backdrop, contrast: (clip - backdrop).abs() > contrast),
            "red, green and blue have a silhouette each, so that the thing keeps its colour. A pixel is inside if "
            "*any* of its colours differs: `.any(dim=1, keepdim=True)`",
        ),
        Mistake(
            "all colours",
            _whitened(
                apart=lambda clip, backdrop, contrast: ((clip - backdrop).abs() > contrast).all(dim=1, keepdim=True)
            ),
            "you ask that all three colours differ: a red thing before black differs in one. One is enough, `.any`",
        ),
        Mistake(
            "mean of the colours",
            _whitened(apart=lambda clip, backdrop, contrast: (clip - backdrop).abs().mean(1, keepdim=True) > contrast),
            "you compare the mean difference of the three colours, in which one strong colour goes under: a pixel is "
            "inside if *any* of its colours differs",
        ),
        Mistake(
            "grey against grey",
            _whitened(
                apart=lambda clip, backdrop, contrast: (
                    (clip.mean(1, keepdim=True) - backdrop.mean(1, keepdim=True)).abs() > contrast
                )
            ),
            "you compare brightness with brightness; a thing may be as bright as what is behind it. A pixel is inside "
            "if *any* of its colours differs",
        ),
        Mistake(
            "only what is lighter",
            _whitened(apart=lambda clip, backdrop, contrast: ((clip - backdrop) > contrast).any(dim=1, keepdim=True)),
            "you see only what is lighter than what is behind; dark things differ, too: .abs()",
        ),
        Mistake(
            "its own contrast",
            _whitened(apart=lambda clip, backdrop, contrast: (clip - backdrop).abs().amax(1, keepdim=True) > 0.2),
            "you compare with 0.2, whatever `contrast` says",
        ),
        Mistake(
            "inverted",
            _whitened(paint=lambda inside, clip: 1 - 2 * inside),
            "black and white are exchanged: the thing is white (1), what is behind is black (-1)",
        ),
        Mistake(
            "from 0 to 1",
            _whitened(paint=lambda inside, clip: inside),
            "your silhouettes go from 0 to 1; pixels of clips go from -1 (black) to 1 (white): 2 * inside - 1",
        ),
        Mistake(
            "cut out",
            _whitened(paint=lambda inside, clip: inside * clip + inside - 1),
            "you cut the thing out of the clip, colours and all: those are to go, only its silhouette is wanted",
        ),
        Mistake(
            "one channel",
            _whitened(whole=False),
            "your clip has one channel. It is to be a clip as others are, with three: `.expand_as(clip)`",
        ),
        Mistake(
            "not blurred",
            _whitened(often=lambda blur: 0),
            "the silhouettes are sharp whatever `blur` says: average each frame over 5x5 pixels, `blur` times",
        ),
        Mistake(
            "blurred once",
            _whitened(often=lambda blur: min(blur, 1)),
            "you blur once at most: `blur` says how often",
        ),
        Mistake(
            "once too often",
            _whitened(often=lambda blur: blur + 1),
            "you blur once more than `blur` says: 0 leaves the silhouettes sharp",
        ),
        Mistake(
            "through time",
            _whitened(once=partial(_box, frames=3)),
            "you blur through time as well, so that each frame knows of the next one and motion smears: the kernel is "
            "(1, 5, 5)",
        ),
        Mistake(
            "black beyond the border",
            _whitened(once=partial(_box, zeros=True)),
            "things at the border of the frame fade, since the padding counts as black: count_include_pad=False",
        ),
        Mistake(
            "smaller",
            _whitened(once=partial(_box, pad=False)),
            "your clip shrinks by four pixels with each blur: pad by (0, 2, 2)",
        ),
        Mistake(
            "three pixels",
            _whitened(once=partial(_box, side=3)),
            "you average over 3x3 pixels; 5x5 are asked for",
        ),
        Mistake(
            "clip blurred first",
            _blurs_the_clip,
            "you blur the clip and compare then, so that the silhouettes grow and stay sharp: first compare, then "
            "blur the silhouettes",
        ),
        Mistake(
            "sharp again",
            _whitened(paint=lambda inside, clip: 2 * (inside > 0.5).to(clip) - 1),
            "after the blur you decide again who is inside, which makes the border sharp: leave the numbers as the "
            "blur made them",
        ),
    ),
    alternatives=(_whitened(), _structure_by_sums),
    hints=(
        "Three steps: who is inside (a comparison), how sharp is the border (an average, `blur` times), and how is it "
        "painted (from 0..1 to -1..1).",
        "`((clip - backdrop).abs() > contrast).any(dim=1, keepdim=True)` is true for a pixel of which one colour "
        "differs; `.to(clip)` makes numbers of it.",
        "`inside = F.avg_pool3d(inside, (1, 5, 5), stride=1, padding=(0, 2, 2), count_include_pad=False)`, `blur` "
        "times; then `2 * inside - 1`, and `.expand_as(clip)` for the three colours.",
    ),
    becomes="minisora/diffusion/structure.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)

# --- diagnose_edits ---

KEPT = 2  #: Latent frames at the start of a clip that the patients had to keep.
STRENGTH = 0.6  #: At which patient E was to make the others anew.

CAUSES = (
    "free is upside down",
    "the network is not told, and nothing is held",
    "what is given is pasted back, but the network is told that it is noise",
    "free says given where x holds noise",
    "there is more noise in x than the clock says",
    "there is less noise in x than the clock says",
)


class Edit(NamedTuple):
    """What a program hands to the sampler, and whether it pastes what is given back after each step."""

    x: Tensor
    free: Tensor
    pasted: bool = False


def _told_nothing(noise: Tensor, clip: Tensor) -> Edit:
    x, free = extend(noise, clip[:, :, :KEPT])
    return Edit(x, torch.ones_like(free))


def _upside_down(noise: Tensor, clip: Tensor) -> Edit:
    x, free = extend(noise, clip[:, :, :KEPT])
    return Edit(x, 1 - free)


def _noise_called_given(noise: Tensor, clip: Tensor) -> Edit:
    return Edit(noise.clone(), extend(noise, clip[:, :, :KEPT]).free)


def _too_noisy(noise: Tensor, clip: Tensor) -> Edit:
    x, free = extend(noise, clip[:, :, :KEPT])
    return Edit(x, STRENGTH * free)


#: Broken edits ``(noise, clip) -> Edit``: the first two latent frames should be kept, and the others made anew.
PATIENTS: dict[str, Callable[[Tensor, Tensor], Edit]] = {
    "A": lambda noise, clip: _told_nothing(noise, clip)._replace(pasted=True),
    "B": _noise_called_given,
    "C": _upside_down,
    "D": _too_noisy,
    "E": _told_nothing,
}
TRUTH = {"A": CAUSES[2], "B": CAUSES[3], "C": CAUSES[0], "D": CAUSES[4], "E": CAUSES[1]}


class Findings(NamedTuple):
    """What is seen of an edit: its clip, and facts that need no eye.

    Attributes:
        made: latents.
        kept: whether the frames that should be kept are the clip's, bit for bit.
        moved: whether the other ones changed at all.
        told_given, told_free: the time that the network is told at its first call, of the ones and of the others.
        spread: the standard deviation of the others in x, before the first step.
    """

    made: Tensor
    kept: bool
    moved: bool
    told_given: float
    told_free: float
    spread: float


def operate(edit: Edit, clip: Tensor, velocity: Velocity, times: Tensor) -> Findings:
    """Run an edit, and look at it."""
    told: list[Tensor] = []
    x, free, pasted = edit

    def watched(here: Tensor, t: Tensor) -> Tensor:
        told.append(torch.as_tensor(t).to(here).expand(len(here), 1, *here.shape[2:]))
        return velocity(here, t)

    def step(velocity: Velocity, here: Tensor, t: Tensor, s: Tensor, memory: Any) -> tuple[Tensor, Any]:
        moved, memory = ab2(velocity, here, t, s, memory)
        return torch.cat([x[:, :, :KEPT], moved[:, :, KEPT:]], dim=2) if pasted else moved, memory

    made = sample(watched, x, times, free=free, step=step)
    return Findings(
        made,
        kept=torch.equal(made[:, :, :KEPT], clip[:, :, :KEPT].expand_as(made[:, :, :KEPT])),
        moved=not torch.equal(made[:, :, KEPT:], x[:, :, KEPT:]),
        told_given=float(told[0][:, :, :KEPT].mean()),
        told_free=float(told[0][:, :, KEPT:].mean()),
        spread=float(x[:, :, KEPT:].std()),
    )


def diagnose_edits(patient: str) -> str:
    """What is wrong with the edit ``patient``, "A" to "E": one of ``CAUSES``."""
    return TRUTH[patient]


def _wrongly(**answers: int) -> Solution:
    wrong = {**TRUTH, **{patient: CAUSES[cause] for patient, cause in answers.items()}}
    return lambda patient: wrong[patient]


DIAGNOSE_EDITS = Exercise(
    name="diagnose_edits",
    reference=diagnose_edits,
    cases=tuple(finding(f"patient {name}", lambda f, name=name: f(name), TRUTH[name], CAUSES) for name in PATIENTS),
    mistakes=(
        Mistake(
            "A and E swapped",
            _wrongly(A=1, E=2),
            "A and E are the other way round: both tell the network that everything is noise. In which of the two "
            "does the beginning come out as it was all the same?",
        ),
        Mistake(
            "A is not told",
            _wrongly(A=1),
            "A does tell the network nothing, but its beginning comes out bit for bit. Who has put it there?",
        ),
        Mistake(
            "E is pasted",
            _wrongly(E=2),
            "if E pasted its beginning back, it would come out bit for bit. Look at the first column",
        ),
        Mistake(
            "B is upside down",
            _wrongly(B=0),
            "with free upside down, the frames to be made would not move at all. B's do, and it is told 0 where it "
            "should be: then what lies there?",
        ),
        Mistake(
            "B and C swapped",
            _wrongly(B=0, C=3),
            "B and C are the other way round: which of them never touched the frames that it should make?",
        ),
        Mistake(
            "C holds noise",
            _wrongly(C=3),
            "C is told 0 in the frames that should be made, and 1 in those that should be kept. What is the other "
            "way round there?",
        ),
        Mistake(
            "C is not told",
            _wrongly(C=1),
            "if C told the network nothing, it would be told 1 everywhere. Of which frames is it told 0?",
        ),
        Mistake(
            "D has too little noise",
            _wrongly(D=5),
            "D is told 0.6. A clip under that much noise spreads by about 0.7 to 0.8, pure noise by 1: which one does "
            "it have?",
        ),
        Mistake(
            "D holds noise",
            _wrongly(D=3),
            "what D should keep, it keeps bit for bit, so x is right there. Look at the frames that are to be made: "
            "what are they told, and how far do they spread?",
        ),
        Mistake(
            "E is upside down",
            _wrongly(E=0),
            "with free upside down, E would be told 0 of some frames. It is told 1 of all",
        ),
    ),
    alternatives=(lambda patient: {name: TRUTH[name] for name in sorted(TRUTH, reverse=True)}.get(patient),),
    hints=(
        "Begin with the two columns of times. A healthy edit tells the network 0 where something is given, and the "
        "time of the clock where something is made. Who does not?",
        "Two tell it 1 of everything: one of them keeps the beginning all the same, so somebody pastes it back. One "
        "has 0 and 1 exchanged, so the frames that should be made never move.",
        "Two are left. One is told rightly that its beginning is given, and yet does not keep the clip's: what is "
        "there in x? The other is told 0.6; compare the spread with that of a clip under so much noise.",
    ),
    becomes="minisora/course/exercises/c12_given.py",
    minutes=10,
    difficulty=2,
    points=2,
)

EXERCISES = (CONNECT, LOOP, INPAINT, SDEDIT, STRUCTURE, DIAGNOSE_EDITS)
