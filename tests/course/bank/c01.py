"""Solutions to chapter 01 as people write them: bytes, coverage, motion, binding, the frame on screen."""

from __future__ import annotations

import math
from dataclasses import astuple, fields
from itertools import combinations, permutations

import numpy as np
import torch

from minisora.worlds.motion import BOUNCE_HEIGHT, ORBIT_RADIUS
from minisora.worlds.scene import DIRECTION
from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right

CHANGED = r"it changes|changed|in place|overwr|argument"


# --- to_uint8 ---


@wrong("to_uint8", "cut off, not rounded", r"round|cut")
def _(clip):
    return ((clip + 1) * 127.5).clamp(0, 255).to(torch.uint8).permute(1, 2, 3, 0).numpy()


@wrong("to_uint8", "not clamped", r"clamp|outside|over|wrap|starts again")
def _(clip):
    return ((clip + 1) * 127.5).round().to(torch.int64).to(torch.uint8).permute(1, 2, 3, 0).numpy()


@wrong("to_uint8", "stretched by 128", r"127\.5|128|255")
def _(clip):
    return ((clip + 1) * 128).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 3, 0).numpy()


@wrong("to_uint8", "colours stay in front", r"axes|axis|colour|t h w|shape")
def _(clip):
    return ((clip + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).numpy()


@wrong("to_uint8", "reshaped instead of permuted", r"reshape|permute|axes|mix")
def _(clip):
    levels = ((clip + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return levels.reshape(*clip.shape[1:], 3).numpy()


@wrong("to_uint8", "columns before rows", r"row|column|swap|axes")
def _(clip):
    return ((clip + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(1, 3, 2, 0).numpy()


@wrong("to_uint8", "a tensor", r"numpy|array|tensor")
def _(clip):
    return ((clip + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 3, 0)


@wrong("to_uint8", "floats, though whole ones", r"uint8|dtype|convert|byte")
def _(clip):
    return ((clip + 1) * 127.5).round().clamp(0, 255).permute(1, 2, 3, 0).numpy()


@wrong("to_uint8", "the clip is changed", CHANGED)
def _(clip):
    levels = clip.add_(1).mul_(127.5).round_().clamp_(0, 255)
    return levels.to(torch.uint8).permute(1, 2, 3, 0).numpy()


@wrong("to_uint8", "as if the clip went from 0 to 1", r"-1|shift|dark|0 to 1")
def _(clip):
    return (clip * 255).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 3, 0).numpy()


@wrong("to_uint8", "rounded by adding a half after the clamp, so 255.5 … stays, but white is 255", r"clamp|round|half")
def _(clip):
    return ((clip.clamp(-1, 1) + 1) * 127.5 + 1).to(torch.uint8).permute(1, 2, 3, 0).numpy()


@wrong("to_uint8", "stretched to the clip's own range", r"own|range|largest|min|max|stretch|127\.5")
def _(clip):
    levels = (clip - clip.min()) / (clip.max() - clip.min()) * 255
    return levels.round().to(torch.uint8).permute(1, 2, 3, 0).numpy()


@right("to_uint8", "numpy all the way")
def _(clip):
    levels = np.clip(np.rint((clip.numpy() + 1) * 127.5), 0, 255)
    return np.ascontiguousarray(np.moveaxis(levels, 0, -1)).astype(np.uint8)


@right("to_uint8", "clamped first")
def _(clip):
    return clip.clamp(-1, 1).movedim(0, -1).mul(127.5).add(127.5).round().byte().numpy()


# --- cover ---


def _axes(height, width, side, x, y, radius):
    rows = (torch.arange(height) + 0.5 - height / 2) / side
    columns = (torch.arange(width) + 0.5 - width / 2) / side
    return (columns[None, :] - x) / radius, (rows[:, None] - y) / radius


@wrong("cover", "corners of the pixels, not their middles", r"middle|corner|half a pixel|0\.5")
def _(distance, x, y, radius, height, width):
    side = min(height, width)
    u = ((torch.arange(width) - width / 2) / side - x) / radius
    v = ((torch.arange(height) - height / 2) / side - y) / radius
    return (0.5 - distance(u[None, :], v[:, None]) * radius * side).clamp(0, 1)


@wrong("cover", "the origin is the upper left corner", r"middle|origin|corner|centre")
def _(distance, x, y, radius, height, width):
    side = min(height, width)
    u = ((torch.arange(width) + 0.5) / side - x) / radius
    v = ((torch.arange(height) + 0.5) / side - y) / radius
    return (0.5 - distance(u[None, :], v[:, None]) * radius * side).clamp(0, 1)


@wrong("cover", "each axis has its own side", r"side|square|oblong|min\(|stretch|wide|shorter")
def _(distance, x, y, radius, height, width):
    u = ((torch.arange(width) + 0.5 - width / 2) / width - x) / radius
    v = ((torch.arange(height) + 0.5 - height / 2) / height - y) / radius
    return (0.5 - distance(u[None, :], v[:, None]) * radius * min(height, width)).clamp(0, 1)


@wrong("cover", "the distance stays in radii", r"pixel|radii|radius|side")
def _(distance, x, y, radius, height, width):
    u, v = _axes(height, width, min(height, width), x, y, radius)
    return (0.5 - distance(u, v)).clamp(0, 1)


@wrong("cover", "the distance in sides, not in pixels", r"pixel|side")
def _(distance, x, y, radius, height, width):
    u, v = _axes(height, width, min(height, width), x, y, radius)
    return (0.5 - distance(u, v) * radius).clamp(0, 1)


@wrong("cover", "inside and outside are swapped", r"inside|outside|sign|turned")
def _(distance, x, y, radius, height, width):
    side = min(height, width)
    u, v = _axes(height, width, side, x, y, radius)
    return (0.5 + distance(u, v) * radius * side).clamp(0, 1)


@wrong("cover", "a hard edge", r"edge|soft|hard|half|part|clamp|between")
def _(distance, x, y, radius, height, width):
    u, v = _axes(height, width, min(height, width), x, y, radius)
    return (distance(u, v) < 0).float()


@wrong("cover", "not clamped", r"clamp|0 and 1|\[0, 1\]|outside")
def _(distance, x, y, radius, height, width):
    side = min(height, width)
    u, v = _axes(height, width, side, x, y, radius)
    return 0.5 - distance(u, v) * radius * side


@wrong("cover", "x and y are swapped", r"swap|row|column|transpos|x.*y|down")
def _(distance, x, y, radius, height, width):
    side = min(height, width)
    u, v = _axes(height, width, side, y, x, radius)
    return (0.5 - distance(u, v) * radius * side).clamp(0, 1)


@wrong("cover", "y upwards", r"up|down|y")
def _(distance, x, y, radius, height, width):
    side = min(height, width)
    u, v = _axes(height, width, side, x, y, radius)
    return (0.5 - distance(u, -v) * radius * side).clamp(0, 1)


@wrong("cover", "u and v are given in the wrong order", r"order|swap|u.*v|row|column")
def _(distance, x, y, radius, height, width):
    side = min(height, width)
    u, v = _axes(height, width, side, x, y, radius)
    return (0.5 - distance(v, u) * radius * side).clamp(0, 1)


@wrong("cover", "the longer side is taken", r"shorter|min|side")
def _(distance, x, y, radius, height, width):
    side = max(height, width)
    u, v = _axes(height, width, side, x, y, radius)
    return (0.5 - distance(u, v) * radius * side).clamp(0, 1)


@wrong("cover", "width by height", r"h w|height|transpos|shape")
def _(distance, x, y, radius, height, width):
    side = min(height, width)
    u, v = _axes(height, width, side, x, y, radius)
    return (0.5 - distance(u, v) * radius * side).clamp(0, 1).T


@right("cover", "full grids from linspace")
def _(distance, x, y, radius, height, width):
    side = min(height, width)
    rows = torch.linspace(0.5 - height / 2, height / 2 - 0.5, height) / side
    columns = torch.linspace(0.5 - width / 2, width / 2 - 0.5, width) / side
    v, u = torch.meshgrid(rows - y, columns - x, indexing="ij")
    return torch.clamp(0.5 - side * radius * distance(u / radius, v / radius), min=0.0, max=1.0)


@right("cover", "in pixels from the start")
def _(distance, x, y, radius, height, width):
    side = min(height, width)
    middle_x, middle_y, size = width / 2 + x * side, height / 2 + y * side, radius * side
    columns, rows = torch.arange(width) + 0.5, torch.arange(height).add(0.5).unsqueeze(1)
    return (0.5 - size * distance((columns - middle_x) / size, (rows - middle_y) / size)).clamp(0.0, 1.0)


# --- position ---


def _position(obj, times, *, cycle=None, up=-1.0, height=BOUNCE_HEIGHT, clockwise=1.0, turn=2 * math.pi):
    along_x, along_y = DIRECTION.get(obj.motion, (0.0, 0.0))
    travel = obj.speed * times
    x, y = obj.x + along_x * travel, obj.y + along_y * travel
    cycle = (travel + obj.phase) % 1 if cycle is None else cycle
    if obj.motion == "bounces":
        y = y + up * 4 * height * cycle * (1 - cycle)
    if obj.motion == "orbits":
        x = x + ORBIT_RADIUS * torch.cos(turn * cycle)
        y = y + clockwise * ORBIT_RADIUS * torch.sin(turn * cycle)
    return torch.stack((x, y), dim=-1)


@wrong("position", "bounces go down", r"up|sign|down|floor|higher|minus")
def _(obj, times):
    return _position(obj, times, up=1.0)


@wrong("position", "the phase is forgotten", r"phase")
def _(obj, times):
    return _position(obj, times, cycle=(obj.speed * times) % 1)


@wrong("position", "the cycle does not begin again", r"cycle|fraction|% 1|again|floor")
def _(obj, times):
    return _position(obj, times, cycle=obj.speed * times + obj.phase)


@wrong("position", "2 pi is forgotten", r"pi|π|turn|radian")
def _(obj, times):
    return _position(obj, times, turn=1.0)


@wrong("position", "orbits run the other way", r"other way|clockwise|sign|direction|sine")
def _(obj, times):
    return _position(obj, times, clockwise=-1.0)


@wrong("position", "the 4 of the parabola is forgotten", r"\b4\b|four|high|height|parabola")
def _(obj, times):
    return _position(obj, times, height=BOUNCE_HEIGHT / 4)


@wrong("position", "axes in the wrong order", r"2 n|n 2|shape|axis|dim")
def _(obj, times):
    return _position(obj, times).T


@wrong("position", "y before x", r"swap|order|x.*y")
def _(obj, times):
    return _position(obj, times).flip(-1)


@wrong("position", "straight motions are too slow: the speed is forgotten", r"speed")
def _(obj, times):
    along_x, along_y = DIRECTION.get(obj.motion, (0.0, 0.0))
    if obj.motion in ("bounces", "orbits"):
        return _position(obj, times)
    return torch.stack((obj.x + along_x * times, obj.y + along_y * times), -1)


@wrong("position", "things that grow or spin travel too", r"stay|grow|spin|still|where it is")
def _(obj, times):
    if obj.motion in DIRECTION or obj.motion in ("bounces", "orbits"):
        return _position(obj, times)
    return _position(obj, times) + torch.stack((obj.speed * times, 0 * times), -1)


@wrong("position", "straight motions begin at the origin", r"begin|start|x0|obj\.x|place|origin")
def _(obj, times):
    return _position(obj, times) - torch.tensor([obj.x, obj.y])


@wrong("position", "diagonals go the length of both sides", r"diagonal|length 1|root|√|DIRECTION")
def _(obj, times):
    along_x, along_y = DIRECTION.get(obj.motion, (0.0, 0.0))
    if obj.motion in ("bounces", "orbits"):
        return _position(obj, times)
    travel = obj.speed * times
    return torch.stack((obj.x + round(along_x) * travel, obj.y + round(along_y) * travel), -1)


@wrong("position", "the frame's number is taken for the time", r"second|time|moment|frame")
def _(obj, times):
    return _position(obj, torch.arange(len(times)) / 8)


@wrong("position", "moments are changed", CHANGED)
def _(obj, times):
    times *= obj.speed
    still = SceneObjectCopy(obj)
    return _position(still, times)


class SceneObjectCopy:
    """An object whose speed is in its times already."""

    def __init__(self, obj):
        self.motion, self.x, self.y, self.phase, self.speed = obj.motion, obj.x, obj.y, obj.phase, 1.0


@right("position", "match, with complex numbers for the orbit")
def _(obj, times):
    turns = obj.speed * times + obj.phase
    x, y = torch.full_like(times, obj.x), torch.full_like(times, obj.y)
    match obj.motion:
        case "bounces":
            cycle = turns - turns.floor()
            y = y - BOUNCE_HEIGHT * (1 - (2 * cycle - 1) ** 2)
        case "orbits":
            circle = torch.polar(torch.full_like(turns, ORBIT_RADIUS), math.tau * turns)
            x, y = x + circle.real, y + circle.imag
        case motion if motion in DIRECTION:
            x = x + obj.speed * times * DIRECTION[motion][0]
            y = y + obj.speed * times * DIRECTION[motion][1]
    return torch.stack([x, y], 1)


@right("position", "a loop over the moments")
def _(obj, times):
    places = []
    for t in times.tolist():
        c = math.fmod(obj.speed * t + obj.phase, 1.0)
        if obj.motion == "bounces":
            places.append((obj.x, obj.y - 4 * BOUNCE_HEIGHT * c * (1 - c)))
        elif obj.motion == "orbits":
            angle = 2 * math.pi * c
            places.append((obj.x + ORBIT_RADIUS * math.cos(angle), obj.y + ORBIT_RADIUS * math.sin(angle)))
        else:
            a, b = DIRECTION.get(obj.motion, (0, 0))
            places.append((obj.x + a * obj.speed * t, obj.y + b * obj.speed * t))
    return torch.tensor(places)


# --- binding ---


def _fits(claim, thing):
    return all(said is None or said == is_ for said, is_ in zip(astuple(claim), astuple(thing), strict=True))


@wrong(
    "binding",
    "each claim looks for itself, so one object serves for two",
    r"two claims|twice|different|serve|same object",
)
def _(wanted, seen):
    return all(any(_fits(claim, thing) for thing in seen) for claim in wanted)


@wrong(
    "binding",
    "looks for words, not for things",
    r"one object|binding|same object|words|different objects|all that is said",
)
def _(wanted, seen):
    for field in fields(wanted[0]) if wanted else ():
        said = {getattr(claim, field.name) for claim in wanted} - {None}
        if not said <= {getattr(thing, field.name) for thing in seen}:
            return False
    return True


@wrong("binding", "claims and things in their own order", r"order")
def _(wanted, seen):
    return len(wanted) <= len(seen) and all(map(_fits, wanted, seen))


@wrong(
    "binding", "takes the first that fits and never gives it back", r"first|greedy|give.* back|other way|taken|permut"
)
def _(wanted, seen):
    left = list(seen)
    for claim in wanted:
        fitting = [thing for thing in left if _fits(claim, thing)]
        if not fitting:
            return False
        left.remove(fitting[0])
    return True


@wrong("binding", "None has to be None", r"None|nothing is said|not said")
def _(wanted, seen):
    return any(list(order) == list(wanted) for order in permutations(seen, len(wanted)))


@wrong("binding", "a single field is enough", r"all that is said|each field|every|one of")
def _(wanted, seen):
    def fits(claim, thing):
        return any(said == is_ for said, is_ in zip(astuple(claim), astuple(thing), strict=True) if said)

    return any(all(map(fits, wanted, order)) for order in permutations(seen, len(wanted)))


@wrong("binding", "as many things as claims are asked for", r"more|number|extra|not claimed|besides|no other objects")
def _(wanted, seen):
    return len(wanted) == len(seen) and any(all(map(_fits, wanted, order)) for order in permutations(seen))


@wrong("binding", "combinations keep the order of what is seen", r"order|permut")
def _(wanted, seen):
    return any(all(map(_fits, wanted, chosen)) for chosen in combinations(seen, len(wanted)))


@wrong("binding", "with more claims than things, those without a partner are dropped", r"more claims|than|fewer|enough")
def _(wanted, seen):
    return any(
        all(_fits(claim, thing) for claim, thing in zip(wanted, order, strict=False))
        for order in permutations(seen, min(len(wanted), len(seen)))
    )


@wrong("binding", "the list of things is emptied", CHANGED)
def _(wanted, seen):
    result = any(all(map(_fits, wanted, order)) for order in permutations(seen, len(wanted)))
    while seen:
        seen.pop()
    return result


@wrong("binding", "the motion is not looked at", r"motion|field")
def _(wanted, seen):
    def fits(claim, thing):
        return all(getattr(claim, name) in (None, getattr(thing, name)) for name in ("shape", "colour", "size"))

    return any(all(map(fits, wanted, order)) for order in permutations(seen, len(wanted)))


@wrong("binding", "nothing claimed is false", r"nothing|empty|no claim")
def _(wanted, seen):
    return bool(wanted) and any(all(map(_fits, wanted, order)) for order in permutations(seen, len(wanted)))


@right("binding", "recursion")
def _(wanted, seen):
    def place(claims, things):
        if not claims:
            return True
        first, *rest = claims
        return any(_fits(first, thing) and place(rest, things[:i] + things[i + 1 :]) for i, thing in enumerate(things))

    return place(list(wanted), list(seen))


@right("binding", "augmenting paths of a bipartite matching")
def _(wanted, seen):
    owner = {}

    def seat(claim, visited):
        for place, thing in enumerate(seen):
            if place not in visited and _fits(wanted[claim], thing):
                visited.add(place)
                if place not in owner or seat(owner[place], visited):
                    owner[place] = claim
                    return True
        return False

    return all(seat(claim, set()) for claim in range(len(wanted)))


# --- on_screen ---


@wrong("on_screen", "the nearest frame", r"nearest|begun|last")
def _(starts, moments):
    begun = starts - starts[0]
    return (begun[None, :] - moments[:, None]).abs().argmin(1)


@wrong("on_screen", "the file's clock is taken as it is", r"clock|first frame|begin|starts\[0\]")
def _(starts, moments):
    return torch.searchsorted(starts.contiguous(), moments.contiguous(), right=True) - 1


@wrong("on_screen", "one too many", r"one|less|- 1|next")
def _(starts, moments):
    return ((starts - starts[0])[None, :] <= moments[:, None]).sum(1)


@wrong(
    "on_screen",
    "at its very beginning a frame is not on screen yet",
    r"very moment|exact|<=|equal|at the moment|right=True|begin",
)
def _(starts, moments):
    return (torch.searchsorted(starts - starts[0], moments) - 1).clamp(min=0)


@wrong("on_screen", "even frames: the mean rate is used", r"even|regular|rate|times|equally long")
def _(starts, moments):
    step = (starts[-1] - starts[0]) / (len(starts) - 1)
    return (moments / step + 1e-6).floor().long().clamp(0, len(starts) - 1)


@wrong("on_screen", "the times of the frames, not their numbers", r"number|index|time")
def _(starts, moments):
    begun = starts - starts[0]
    return starts[torch.searchsorted(begun, moments, right=True) - 1]


@wrong("on_screen", "a row for each frame: summed over the moments", r"axis|each moment|row|moments|shape")
def _(starts, moments):
    return ((starts - starts[0])[None, :] <= moments[:, None]).sum(0) - 1


@wrong("on_screen", "the next frame to come", r"next|last|begun|at or after the moment")
def _(starts, moments):
    begun = starts - starts[0]
    return torch.searchsorted(begun, moments).clamp(max=len(starts) - 1)


@wrong("on_screen", "starts is changed", CHANGED)
def _(starts, moments):
    starts -= starts[0].clone()
    return (starts[None, :] <= moments[:, None]).sum(1) - 1


@wrong("on_screen", "a list, not a tensor", r"tensor|list")
def _(starts, moments):
    begun = starts - starts[0]
    return [int((begun <= moment).sum()) - 1 for moment in moments]


@wrong("on_screen", "rounded down to whole frames of 24 a second", r"24|even|regular|rate|times")
def _(starts, moments):
    return (moments * 24 + 1e-4).floor().long().clamp(max=len(starts) - 1)


@wrong("on_screen", "moments are moved as well", r"moment.*first|clock|moments")
def _(starts, moments):
    begun = starts - starts[0]
    return torch.searchsorted(begun, moments - moments[0], right=True) - 1


@right("on_screen", "bucketize")
def _(starts, moments):
    return torch.bucketize(moments + starts[0], starts, right=True) - 1


@right("on_screen", "numpy")
def _(starts, moments):
    begun = (starts - starts[0]).numpy()
    return torch.from_numpy(np.searchsorted(begun, moments.numpy(), side="right") - 1)
