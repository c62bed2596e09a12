"""Solutions to chapter 08 as people write them: the update, the rate, the average, Muon, the memory."""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn

from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right
clip = torch.nn.utils.clip_grad_norm_


@wrong("one_update", "old gradients are never cleared", r"zero_grad|clear|old gradient")
def _(network, optimizer, loss, *, most=float("inf")):
    loss.backward()
    norm = clip(network.parameters(), most)
    optimizer.step()
    return float(norm)


@wrong("one_update", "cleared between backward and step", r"zero_grad|clear")
def _(network, optimizer, loss, *, most=float("inf")):
    loss.backward()
    norm = clip(network.parameters(), most)
    optimizer.zero_grad()
    optimizer.step()
    return float(norm)


@wrong(
    "one_update", "cleared with backward already done: nothing is left", r"zero_grad|clear|before `?(loss\.)?backward"
)
def _(network, optimizer, loss, *, most=float("inf")):
    loss.backward()
    optimizer.zero_grad(set_to_none=False)
    norm = clip(network.parameters(), most)
    optimizer.step()
    return float(norm)


@wrong("one_update", "clipped after the step", r"before the step|shorten|after the step|too late")
def _(network, optimizer, loss, *, most=float("inf")):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return float(clip(network.parameters(), most))


@wrong("one_update", "stepped before backward", r"before `?(loss\.)?backward|order|first|old gradient|no gradient")
def _(network, optimizer, loss, *, most=float("inf")):
    optimizer.zero_grad()
    optimizer.step()
    loss.backward()
    return float(clip(network.parameters(), most))


@wrong("one_update", "no step at all", r"step")
def _(network, optimizer, loss, *, most=float("inf")):
    optimizer.zero_grad()
    loss.backward()
    return float(clip(network.parameters(), most))


@wrong("one_update", "not clipped", r"shorten|clip|most|too long")
def _(network, optimizer, loss, *, most=float("inf")):
    optimizer.zero_grad()
    loss.backward()
    norm = torch.cat([p.grad.flatten() for p in network.parameters() if p.grad is not None]).norm()
    optimizer.step()
    return float(norm)


@wrong(
    "one_update",
    "each weight tensor is clipped by itself",
    r"all weights|together|one gradient|total|each (weight|parameter|tensor)",
)
def _(network, optimizer, loss, *, most=float("inf")):
    optimizer.zero_grad()
    loss.backward()
    norms = [clip([p], most) for p in network.parameters()]
    optimizer.step()
    return float(torch.stack(norms).norm())


@wrong("one_update", "each number is clipped", r"norm|value|each number|direction")
def _(network, optimizer, loss, *, most=float("inf")):
    optimizer.zero_grad()
    loss.backward()
    norm = clip(network.parameters(), float("inf"))
    torch.nn.utils.clip_grad_value_(network.parameters(), most)
    optimizer.step()
    return float(norm)


@wrong("one_update", "the norm after shortening is returned", r"before|after")
def _(network, optimizer, loss, *, most=float("inf")):
    optimizer.zero_grad()
    loss.backward()
    clip(network.parameters(), most)
    norm = clip(network.parameters(), float("inf"))
    optimizer.step()
    return float(norm)


@wrong("one_update", "a short gradient is lengthened to `most`", r"short|longer|at most|lengthen|only if|never")
def _(network, optimizer, loss, *, most=float("inf")):
    optimizer.zero_grad()
    loss.backward()
    norm = clip(network.parameters(), float("inf"))
    if math.isfinite(most):
        for p in network.parameters():
            if p.grad is not None:
                p.grad.mul_(most / norm)
    optimizer.step()
    return float(norm)


@wrong("one_update", "the sum of the squares, without the root", r"root|square")
def _(network, optimizer, loss, *, most=float("inf")):
    optimizer.zero_grad()
    loss.backward()
    norm = clip(network.parameters(), most)
    optimizer.step()
    return float(norm**2)


@wrong("one_update", "the norms of the tensors are added up", r"square|root|one gradient|sum of")
def _(network, optimizer, loss, *, most=float("inf")):
    optimizer.zero_grad()
    loss.backward()
    norm = sum(float(p.grad.norm()) for p in network.parameters() if p.grad is not None)
    clip(network.parameters(), most)
    optimizer.step()
    return norm


@wrong("one_update", "the loss is returned", r"norm|loss")
def _(network, optimizer, loss, *, most=float("inf")):
    optimizer.zero_grad()
    loss.backward()
    clip(network.parameters(), most)
    optimizer.step()
    return loss.item()


@wrong("one_update", "nothing is returned", r"return|norm|None")
def _(network, optimizer, loss, *, most=float("inf")):
    optimizer.zero_grad()
    loss.backward()
    clip(network.parameters(), most)
    optimizer.step()


@right("one_update", "by hand, with the parameters of the network")
def _(network, optimizer, loss, *, most=float("inf")):
    network.zero_grad(set_to_none=True)
    loss.backward(retain_graph=True)
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    norm = math.sqrt(sum(float(g.square().sum()) for g in gradients))
    if norm > most:
        for g in gradients:
            g *= most / norm
    optimizer.step()
    return norm


@right("one_update", "with autograd.grad")
def _(network, optimizer, loss, *, most=float("inf")):
    weights = [p for p in network.parameters() if p.requires_grad]
    for p, g in zip(weights, torch.autograd.grad(loss, weights, allow_unused=True), strict=True):
        p.grad = g
    norm = torch.nn.utils.get_total_norm([p.grad for p in weights if p.grad is not None])
    torch.nn.utils.clip_grads_with_norm_(weights, most, norm)
    optimizer.step()
    return norm.item()


def _rate(
    rise=lambda step, n: min(1.0, (step + 1) / n),
    fall=lambda p, d: min(1.0, max(0.0, (1 - p) / d)),
    join=lambda a, b: a * b,
):
    """The schedule with a part exchanged."""

    def factor(step, *, progress, warm_up=100, decay=0.35):
        return join(rise(step, warm_up), fall(progress, decay))

    return factor


def _slip(cause: str, names: str, **parts) -> None:
    wrong("learning_rate_factor", cause, names)(_rate(**parts))


_slip("step 0 stands still", r"step 0|\+ ?1|first step|counted from 0", rise=lambda step, n: min(1.0, step / n))
_slip("it rises and rises", r"up to 1|at most 1|beyond|never more|above 1|min", rise=lambda step, n: (step + 1) / n)
_slip(
    "it begins to fall where the share `decay` is over",
    r"last share|begins|end|1 - decay|too early",
    fall=lambda p, d: 1.0 if p < d else max(0.0, (1 - p) / (1 - d)),
)
_slip("it falls from the very beginning", r"last share|stays at 1|only|decay", fall=lambda p, d: max(0.0, 1 - p))
_slip(
    "below 0 once the run is over its budget",
    r"below 0|negative|over its budget|less than 0|budget",
    fall=lambda p, d: min(1.0, (1 - p) / d),
)
_slip("the smaller of the two, not their product", r"product|multipl|times", join=min)
_slip("the mean of the two", r"product|multipl|times", join=lambda a, b: (a + b) / 2)
_slip(
    "half a cosine in place of a straight line",
    r"straight|line",
    fall=lambda p, d: 0.5 - 0.5 * math.cos(math.pi * min(1.0, max(0.0, (1 - p) / d))),
)
_slip("cut off instead of falling", r"straight|line|fall", fall=lambda p, d: 1.0 if p <= 1 - d else 0.0)
_slip("warm_up is always 100", r"warm_up|100", rise=lambda step, n: min(1.0, (step + 1) / 100))
_slip("decay is always 0.35", r"decay|0\.35", fall=lambda p, d: min(1.0, max(0.0, (1 - p) / 0.35)))
_slip(
    "it falls by 1 per share, not by 1 per decay",
    r"straight|1 - progress|/ decay|to 0|decay",
    fall=lambda p, d: 1.0 if p <= 1 - d else max(0.0, 1 - p),
)


@wrong("learning_rate_factor", "while it rises it does not fall", r"product|both|multipl|times")
def _(step, *, progress, warm_up=100, decay=0.35):
    if step + 1 < warm_up:
        return (step + 1) / warm_up
    return min(1.0, max(0.0, (1 - progress) / decay))


@wrong("learning_rate_factor", "whole-number division", r"//|whole|0 until|rises|1/warm_up")
def _(step, *, progress, warm_up=100, decay=0.35):
    return min(1, (step + 1) // warm_up) * min(1.0, max(0.0, (1 - progress) / decay))


@right("learning_rate_factor", "with ifs")
def _(step, *, progress, warm_up=100, decay=0.35):
    factor = 1.0
    if step + 1 < warm_up:
        factor *= (1 + step) / warm_up
    if progress >= 1:
        return 0
    if 1 - progress < decay:
        factor -= factor * (progress - (1 - decay)) / decay
    return factor


@right("learning_rate_factor", "as a tensor's number")
def _(step, *, progress, warm_up=100, decay=0.35):
    return torch.tensor((step + 1) / warm_up).clamp(max=1).mul(torch.tensor((1 - progress) / decay).clamp(0, 1)).item()


class Average:
    """What the stub has; the solutions below add an ``update``."""

    def __init__(self, model: nn.Module, *, decay: float = 0.999) -> None:
        self.decay, self.updates = decay, 0
        self.model = copy.deepcopy(model).requires_grad_(False)

    def keep(self) -> float:
        return min(self.decay, (1 + self.updates) / (10 + self.updates))

    def buffers_from(self, model: nn.Module) -> None:
        for mine, theirs in zip(self.model.buffers(), model.buffers(), strict=True):
            mine.copy_(theirs)

    def lerp(self, model: nn.Module, share: float) -> None:
        for mine, theirs in zip(self.model.parameters(), model.parameters(), strict=True):
            mine.lerp_(theirs, share)


@wrong("Ema", "no warm-up: decay from the first update", r"warm|first|beginning|\(1 \+ n\)|1 \+ |a tenth")
class _(Average):
    @torch.no_grad()
    def update(self, model):
        self.lerp(model, 1 - self.decay)
        self.buffers_from(model)
        self.updates += 1


@wrong("Ema", "the counter stands still", r"updates|count")
class _(Average):
    @torch.no_grad()
    def update(self, model):
        self.lerp(model, 1 - self.keep())
        self.buffers_from(model)


@wrong("Ema", "the counter is raised before it is used", r"updates|count|have been|before|tenth")
class _(Average):
    @torch.no_grad()
    def update(self, model):
        self.updates += 1
        self.lerp(model, 1 - self.keep())
        self.buffers_from(model)


@wrong("Ema", "keep and 1 - keep exchanged", r"exchang|round|swap|1 - keep|wrong way|too fast")
class _(Average):
    @torch.no_grad()
    def update(self, model):
        self.lerp(model, self.keep())
        self.buffers_from(model)
        self.updates += 1


@wrong("Ema", "the larger of the two is kept", r"at most|min|no more|smaller|larger")
class _(Average):
    @torch.no_grad()
    def update(self, model):
        self.lerp(model, 1 - max(self.decay, (1 + self.updates) / (10 + self.updates)))
        self.buffers_from(model)
        self.updates += 1


@wrong("Ema", "buffers are forgotten", r"buffer")
class _(Average):
    @torch.no_grad()
    def update(self, model):
        self.lerp(model, 1 - self.keep())
        self.updates += 1


@wrong("Ema", "buffers are averaged", r"buffer")
class _(Average):
    @torch.no_grad()
    def update(self, model):
        keep = self.keep()
        self.lerp(model, 1 - keep)
        for mine, theirs in zip(self.model.buffers(), model.buffers(), strict=True):
            mine.copy_(keep * mine + (1 - keep) * theirs)
        self.updates += 1


@wrong("Ema", "the average's buffers are the network's own", r"buffer")
class _(Average):
    @torch.no_grad()
    def update(self, model):
        self.lerp(model, 1 - self.keep())
        for mine, theirs in zip(self.model.buffers(), model.buffers(), strict=True):
            mine.data = theirs.data
        self.updates += 1


@wrong("Ema", "the average is the network itself", r"copy|own|itself|same|network's")
class _(Average):
    @torch.no_grad()
    def update(self, model):
        self.model = model
        self.updates += 1


@wrong(
    "Ema",
    "the network is moved towards its average",
    r"network|changes what it is given|in place|weights themselves|own",
)
class _(Average):
    @torch.no_grad()
    def update(self, model):
        keep = self.keep()
        for mine, theirs in zip(self.model.parameters(), model.parameters(), strict=True):
            theirs.mul_(1 - keep).add_(keep * mine)
            mine.copy_(theirs)
        self.buffers_from(model)
        self.updates += 1


@wrong(
    "Ema",
    "only a name is bound anew: the average never moves",
    r"in place|name|never moves|copy_|stands still|does not (move|change|follow)",
)
class _(Average):
    @torch.no_grad()
    def update(self, model):
        keep = self.keep()
        for mine, theirs in zip(self.model.parameters(), model.parameters(), strict=True):
            mine = keep * mine + (1 - keep) * theirs
        self.buffers_from(model)
        self.updates += 1


@wrong("Ema", "weights are copied, not averaged", r"average|copied|keep|follow")
class _(Average):
    @torch.no_grad()
    def update(self, model):
        self.model.load_state_dict(model.state_dict())
        self.updates += 1


@wrong("Ema", "new parameters that ask for gradients", r"frozen|gradient|requires_grad|graph")
class _(Average):
    def update(self, model):
        keep = self.keep()
        theirs = dict(model.named_parameters())
        for name, mine in list(self.model.named_parameters()):
            module, _, leaf = name.rpartition(".")
            setattr(self.model.get_submodule(module), leaf, nn.Parameter(keep * mine + (1 - keep) * theirs[name]))
        with torch.no_grad():
            self.buffers_from(model)
        self.updates += 1


@right("Ema", "by names, all at once")
class _(Average):
    @torch.no_grad()
    def update(self, model):
        keep, theirs = self.keep(), model.state_dict()
        learned = {name for name, _ in model.named_parameters()}
        for name, mine in self.model.state_dict().items():
            mine.copy_(keep * mine + (1 - keep) * theirs[name] if name in learned else theirs[name])
        self.updates = self.updates + 1


@right("Ema", "foreach, with clones of the buffers")
class _(Average):
    @torch.no_grad()
    def update(self, model):
        n, self.updates = self.updates, self.updates + 1
        keep = min((n + 1) / (n + 10), self.decay)
        torch._foreach_lerp_(list(self.model.parameters()), list(model.parameters()), 1 - keep)
        for name, theirs in model.named_buffers():
            module, _, leaf = name.rpartition(".")
            self.model.get_submodule(module)._buffers[leaf] = theirs.detach().clone()


A, B, C = 3.4445, -4.7750, 2.0315


def _muon(
    divide=lambda x: x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7),
    one=None,
    rounds=lambda n: n,
    finish=lambda x: x,
):
    """Muon's rounds with a part exchanged."""

    def round_of(x: Tensor) -> Tensor:
        gram = x @ x.mT
        return A * x + (B * gram + C * gram @ gram) @ x

    def orthogonalise(matrices, *, steps=5):
        x = divide(matrices)
        for _ in range(rounds(steps)):
            x = (one or round_of)(x)
        return finish(x)

    return orthogonalise


def _muon_slip(cause: str, names: str, **parts) -> None:
    wrong("orthogonalise", cause, names)(_muon(**parts))


_muon_slip(
    "the whole batch is divided by one norm", r"each matrix|its own|whole batch", divide=lambda x: x / (x.norm() + 1e-7)
)
_muon_slip(
    "nothing keeps a zero matrix from becoming 0/0",
    r"zero|0/0|1e-7|nan",
    divide=lambda x: x / x.flatten(1).norm(dim=1)[:, None, None],
)
_muon_slip("not divided at all", r"norm|divid|at most 1", divide=lambda x: x)
_muon_slip(
    "divided by its largest number",
    r"norm|Frobenius|largest",
    divide=lambda x: x / (x.abs().amax((1, 2), keepdim=True) + 1e-7),
)
_muon_slip(
    "divided by the largest singular value",
    r"Frobenius|root of the sum|largest singular",
    divide=lambda x: x / (torch.linalg.matrix_norm(x, 2, keepdim=True) + 1e-7),
)
_muon_slip(
    "divided by the sum of squares",
    r"root|Frobenius",
    divide=lambda x: x / (x.square().sum((1, 2), keepdim=True) + 1e-7),
)
_muon_slip(
    "each row is divided by its own norm",
    r"each matrix|whole matrix|Frobenius|row",
    divide=lambda x: x / (x.norm(dim=2, keepdim=True) + 1e-7),
)
_muon_slip("always five rounds", r"steps|rounds|five", rounds=lambda n: 5)
_muon_slip("one round too few", r"steps|rounds", rounds=lambda n: n - 1)
_muon_slip(
    "numbers are multiplied with themselves, not matrices",
    r"matrix product|@|elementwise|number by number|singular",
    one=lambda x: A * x + B * x**3 + C * x**5,
)
_muon_slip("the fifth power is missing", r"c\b|fifth|squared?|\(X X|s⁵|XXᵀ", one=lambda x: A * x + B * (x @ x.mT) @ x)
_muon_slip(
    "the fifth power with three factors",
    r"fifth|@ gram|squared?|c\b|s⁵",
    one=lambda x: A * x + (B + C) * (x @ x.mT) @ x,
)
_muon_slip(
    "the first term is missing", r"a\b|first|a ?[*·]", one=lambda x: (B * (x @ x.mT) + C * (x @ x.mT) @ (x @ x.mT)) @ x
)
_muon_slip(
    "a and c exchanged",
    r"order|exchang|coefficient|\ba\b",
    one=lambda x: C * x + (B * (x @ x.mT) + A * (x @ x.mT) @ (x @ x.mT)) @ x,
)
_muon_slip(
    "in bfloat16, as published, and left there",
    r"type|bfloat16|16 bits|dtype|float",
    divide=lambda x: (x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)).bfloat16(),
)
_muon_slip(
    "computed in bfloat16",
    r"bfloat16|16 bits|precision|round|float32",
    divide=lambda x: (x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)).bfloat16(),
    finish=lambda x: x.float(),
)


@wrong("orthogonalise", "X Xᵀ is made once, before the rounds", r"each round|every round|anew|again|once")
def _(matrices, *, steps=5):
    x = matrices / (matrices.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    gram = x @ x.mT
    for _ in range(steps):
        x = A * x + (B * gram + C * gram @ gram) @ x
    return x


@wrong("orthogonalise", "divided in place", r"it changes `|in place")
def _(matrices, *, steps=5):
    x = matrices
    x /= matrices.flatten(1).norm(dim=1)[:, None, None] + 1e-7
    for _ in range(steps):
        gram = x @ x.mT
        x = A * x + (B * gram + C * gram @ gram) @ x
    return x


@wrong("orthogonalise", "tall matrices are laid flat and never stood up again", r"shape|transpos|tall|back")
def _(matrices, *, steps=5):
    x = matrices / (matrices.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    if x.shape[1] > x.shape[2]:
        x = x.mT
    for _ in range(steps):
        gram = x @ x.mT
        x = A * x + (B * gram + C * gram @ gram) @ x
    return x


@wrong("orthogonalise", "by SVD: all singular values exactly 1", r"exact|polynomial|rounds|0\.7|SVD|nearly")
def _(matrices, *, steps=5):
    u, _, v = torch.linalg.svd(matrices, full_matrices=False)
    return u @ v


@right("orthogonalise", "tall ones by their transpose, with fused products")
def _(matrices, *, steps=5):
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / torch.linalg.matrix_norm(x, keepdim=True).add(1e-7)
    for _ in range(steps):
        gram = torch.bmm(x, x.mT)
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=B, alpha=C), x, beta=A)
    return x.mT if tall else x


@right("orthogonalise", "from the other side, and one by one")
def _(matrices, *, steps=5):
    done = []
    for matrix in matrices:
        x = matrix / (matrix.pow(2).sum().sqrt() + 1e-7)
        for _ in range(steps):
            cubed = x @ (x.T @ x)
            x = A * x + B * cubed + C * cubed @ (x.T @ x)
        done.append(x)
    return torch.stack(done)


FOUND = {"A": "same batch", "B": "deaf to time", "C": "slow average", "D": "rate too high"}


@wrong("diagnose_training", "A and B exchanged", r"\bA\b|\bB\b")
def _():
    return FOUND | {"A": "deaf to time", "B": "same batch"}


@wrong("diagnose_training", "C and D exchanged", r"\bC\b|\bD\b")
def _():
    return FOUND | {"C": "rate too high", "D": "slow average"}


@wrong("diagnose_training", "one run is left out", r"\bD\b")
def _():
    return {each: cause for each, cause in FOUND.items() if each != "D"}


@wrong("diagnose_training", "in words of one's own", r"choices|words|none of")
def _():
    return FOUND | {"A": "overfitting"}


@wrong("diagnose_training", "with capitals", r"choices|words|none of")
def _():
    return {each: cause.capitalize() for each, cause in FOUND.items()}


@wrong("diagnose_training", "the healthy one is C", r"choices|words|none of")
def _():
    return FOUND | {"C": "healthy"}


@wrong("diagnose_training", "a list", r"dict")
def _():
    return list(FOUND.values())


@right("diagnose_training", "in another order")
def _():
    return {letter: FOUND[letter] for letter in "DCBA"}


def _bytes(
    numbers=lambda p, m: 3 * p + m + 2 * (p - m),
    size=4,
    shared=lambda n, devices, strategy: n / (devices if strategy == "fsdp" else 1),
):
    """The sum with a part exchanged."""

    def state_bytes(parameters, muon, *, devices=1, strategy="ddp"):
        return shared(size * numbers(parameters, muon), devices, strategy)

    return state_bytes


def _miscount(cause: str, names: str, **parts) -> None:
    wrong("state_bytes", cause, names)(_bytes(**parts))


_miscount(
    "the average, or the gradients, are forgotten", r"average|gradient", numbers=lambda p, m: 2 * p + m + 2 * (p - m)
)
_miscount("the optimiser is forgotten", r"optimiser|remember|Muon|AdamW", numbers=lambda p, m: 3 * p)
_miscount("AdamW remembers one number", r"AdamW|two|Adam", numbers=lambda p, m: 4 * p)
_miscount("Muon remembers two", r"Muon", numbers=lambda p, m: 5 * p)
_miscount("one and two exchanged", r"Muon|exchang|AdamW", numbers=lambda p, m: 3 * p + 2 * m + (p - m))
_miscount(
    "Muon's parameters are counted besides the others",
    r"of the parameters|parameters - muon|besides|twice|Muon",
    numbers=lambda p, m: 3 * p + m + 2 * p,
)
_miscount("two bytes a number", r"4 bytes|float32|four", size=2)
_miscount("a copy on every device, whatever the strategy", r"fsdp|shard|slice", shared=lambda n, devices, strategy: n)
_miscount("shared whatever the strategy", r"ddp|copy", shared=lambda n, devices, strategy: n / devices)
_miscount(
    "ddp and fsdp exchanged",
    r"ddp|exchang|copy",
    shared=lambda n, devices, strategy: n / (devices if strategy == "ddp" else 1),
)
_miscount(
    "all devices together",
    r"every device|each device|one device|a device|on every|together",
    shared=lambda n, devices, strategy: n * (1 if strategy == "fsdp" else devices),
)


@wrong("state_bytes", "only the weights are sliced", r"everything|slice|all of|nothing else")
def _(parameters, muon, *, devices=1, strategy="ddp"):
    rest = 2 * parameters + muon + 2 * (parameters - muon)
    return 4 * (parameters / (devices if strategy == "fsdp" else 1) + rest)


@right("state_bytes", "16 bytes each, and 4 more for AdamW's")
def _(parameters, muon, *, devices=1, strategy="ddp"):
    whole = 16 * parameters + 4 * (parameters - muon)
    return whole if strategy != "fsdp" else whole / devices
