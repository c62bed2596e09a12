"""Solutions to chapter 02 as people write them: patches there and back, coordinates, the bill, the packing mask."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from einops import rearrange

from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right

CHANGED = r"it changes|changed|in place|overwr|argument"
DETACHED = r"gradient|graph|detach|no_grad"
DEVICE = r"device"


# --- patchify ---


@wrong("patchify", "channels last inside a token", r"channel")
def _(latents, patch=2):
    return rearrange(latents, "b c t (h p) (w q) -> b (t h w) (p q c)", p=patch, q=patch)


@wrong("patchify", "columns before rows inside a token", r"row.*column|column.*row|inside")
def _(latents, patch=2):
    return rearrange(latents, "b c t (h p) (w q) -> b (t h w) (c q p)", p=patch, q=patch)


@wrong("patchify", "tokens column by column", r"order|row by row|column|reading")
def _(latents, patch=2):
    return rearrange(latents, "b c t (h p) (w q) -> b (t w h) (c p q)", p=patch, q=patch)


@wrong("patchify", "time runs fastest", r"frame|time")
def _(latents, patch=2):
    return rearrange(latents, "b c t (h p) (w q) -> b (h w t) (c p q)", p=patch, q=patch)


@wrong(
    "patchify", "patches of far pixels: the split is the wrong way round", r"neighbour|\(h p\)|split|scatter|far|apart"
)
def _(latents, patch=2):
    return rearrange(latents, "b c t (p h) (q w) -> b (t h w) (c p q)", p=patch, q=patch)


@wrong("patchify", "only reshaped", r"reshape|permute|axes|neighbour|order")
def _(latents, patch=2):
    b, c, t, h, w = latents.shape
    return latents.reshape(b, t * (h // patch) * (w // patch), c * patch * patch)


@wrong("patchify", "2 is written into the code", r"patch")
def _(latents, patch=2):
    return rearrange(latents, "b c t (h p) (w q) -> b (t h w) (c p q)", p=2, q=2)


@wrong("patchify", "time in the token, not in the sequence", r"shape|frame|time|t h")
def _(latents, patch=2):
    return rearrange(latents, "b c t (h p) (w q) -> b (h w) (t c p q)", p=patch, q=patch)


@wrong("patchify", "patches in time as well", r"shape|frame|time")
def _(latents, patch=2):
    latents = F.pad(latents, (0, 0, 0, 0, 0, -latents.shape[2] % 2))
    return rearrange(latents, "b c (t k) (h p) (w q) -> b (t h w) (k c p q)", k=2, p=patch, q=patch)


@wrong("patchify", "a copy of the first clip for all", r"clip|batch|first")
def _(latents, patch=2):
    first = latents[:1].expand_as(latents)
    return rearrange(first, "b c t (h p) (w q) -> b (t h w) (c p q)", p=patch, q=patch)


@wrong("patchify", "through numpy: detached from the graph", DETACHED)
def _(latents, patch=2):
    array = latents.detach().numpy()
    return torch.from_numpy(rearrange(array, "b c t (h p) (w q) -> b (t h w) (c p q)", p=patch, q=patch).copy())


@right("patchify", "unfold")
def _(latents, patch=2):
    b, c = latents.shape[:2]
    cut = latents.unfold(3, patch, patch).unfold(4, patch, patch)
    return cut.permute(0, 2, 3, 4, 1, 5, 6).reshape(b, -1, c * patch**2)


@right("patchify", "F.unfold frame by frame")
def _(latents, patch=2):
    frames = [F.unfold(frame, patch, stride=patch).transpose(1, 2) for frame in latents.unbind(2)]
    return torch.cat(frames, dim=1)


@right("patchify", "loops")
def _(latents, patch=2):
    t, h, w = latents.shape[2:]
    tokens = []
    for f in range(t):
        for y in range(0, h, patch):
            for x in range(0, w, patch):
                tokens.append(latents[:, :, f, y : y + patch, x : x + patch].flatten(1))
    return torch.stack(tokens, dim=1)


# --- unpatchify ---


@wrong("unpatchify", "h and w taken for numbers of patches", r"number|//|size of the result|h // patch")
def _(tokens, t, h, w, patch=2):
    return rearrange(tokens, "b (t h w) (c p q) -> b c t (h p) (w q)", t=t, h=h, w=w, p=patch, q=patch)


@wrong("unpatchify", "h and w swapped in the grid", r"swap|h.*w|row|height")
def _(tokens, t, h, w, patch=2):
    grid = rearrange(tokens, "b (t w h) (c p q) -> b c t (h p) (w q)", t=t, h=h // patch, p=patch, q=patch)
    return grid


@wrong("unpatchify", "rows and columns swapped inside a patch", r"inside|row.*column|transpos")
def _(tokens, t, h, w, patch=2):
    return rearrange(tokens, "b (t h w) (c q p) -> b c t (h p) (w q)", t=t, h=h // patch, p=patch, q=patch)


@wrong("unpatchify", "channels last inside a token", r"channel")
def _(tokens, t, h, w, patch=2):
    return rearrange(tokens, "b (t h w) (p q c) -> b c t (h p) (w q)", t=t, h=h // patch, p=patch, q=patch)


@wrong("unpatchify", "only reshaped", r"reshape|permute|order|axes|rearrange")
def _(tokens, t, h, w, patch=2):
    return tokens.reshape(len(tokens), tokens.shape[-1] // patch**2, t, h, w)


@wrong("unpatchify", "the place inside the patch is the outer one", r"neighbour|\(h p\)|scatter|apart|inside|outer")
def _(tokens, t, h, w, patch=2):
    return rearrange(tokens, "b (t h w) (c p q) -> b c t (p h) (q w)", t=t, h=h // patch, p=patch, q=patch)


@wrong("unpatchify", "time is the fastest axis of the sequence", r"time|frame")
def _(tokens, t, h, w, patch=2):
    return rearrange(tokens, "b (h w t) (c p q) -> b c t (h p) (w q)", t=t, h=h // patch, p=patch, q=patch)


@wrong("unpatchify", "2 is written into the code", r"patch")
def _(tokens, t, h, w, patch=2):
    return rearrange(tokens, "b (t h w) (c p q) -> b c t (h p) (w q)", t=t, h=h // 2, p=2, q=2)


@wrong("unpatchify", "time before the channels", r"b c t h w|channel|axes|shape")
def _(tokens, t, h, w, patch=2):
    return rearrange(tokens, "b (t h w) (c p q) -> b t c (h p) (w q)", t=t, h=h // patch, p=patch, q=patch)


@wrong("unpatchify", "the grid is guessed to be square", r"square|grid|h.*w|shape|height")
def _(tokens, t, h, w, patch=2):
    side = max(1, round((tokens.shape[1] / t) ** 0.5))
    while (tokens.shape[1] // t) % side:
        side -= 1
    return rearrange(tokens, "b (t h w) (c p q) -> b c t (h p) (w q)", t=t, h=side, p=patch, q=patch)


@wrong("unpatchify", "filled into a float32 clip on the CPU", r"device|dtype|float64|float32|precision")
def _(tokens, t, h, w, patch=2):
    video = torch.zeros(len(tokens), tokens.shape[-1] // patch**2, t, h, w)
    pieces = tokens.unflatten(2, (-1, patch, patch)).unbind(1)
    places = [(f, y, x) for f in range(t) for y in range(0, h, patch) for x in range(0, w, patch)]
    for (f, y, x), piece in zip(places, pieces, strict=True):
        video[:, :, f, y : y + patch, x : x + patch] = piece
    return video


@right("unpatchify", "filled piece by piece")
def _(tokens, t, h, w, patch=2):
    c = tokens.shape[-1] // patch**2
    rows, columns = h // patch, w // patch
    pieces = iter(tokens.unbind(1))
    frames = []
    for _ in range(t):
        lines = []
        for _ in range(rows):
            line = [next(pieces).view(-1, c, patch, patch) for _ in range(columns)]
            lines.append(torch.cat(line, dim=-1))
        frames.append(torch.cat(lines, dim=-2))
    return torch.stack(frames, dim=2)


@right("unpatchify", "pixel_shuffle")
def _(tokens, t, h, w, patch=2):
    rows = h // patch
    maps = rearrange(tokens, "b (t h w) k -> (b t) k h w", t=t, h=rows)
    return rearrange(F.pixel_shuffle(maps, patch), "(b t) c h w -> b c t h w", t=t)


# --- coordinates ---


def _coordinates(seconds, rows, columns):
    return torch.stack(torch.meshgrid(seconds, rows, columns, indexing="ij"), dim=-1).reshape(-1, 3)


def _centred(n):
    return torch.arange(n) - (n - 1) / 2


@wrong("coordinates", "frame numbers, not seconds", r"second")
def _(t, h, w, seconds_per_latent_frame, patch=2):
    return _coordinates(torch.arange(t).float(), _centred(h // patch), _centred(w // patch))


@wrong("coordinates", "rows and columns from the corner", r"middle|centre|corner")
def _(t, h, w, seconds_per_latent_frame, patch=2):
    seconds = torch.arange(t) * seconds_per_latent_frame
    return _coordinates(seconds, torch.arange(h // patch).float(), torch.arange(w // patch).float())


@wrong("coordinates", "n // 2 as the middle", r"middle|half|between|// 2|mean")
def _(t, h, w, seconds_per_latent_frame, patch=2):
    rows, columns = h // patch, w // patch
    seconds = torch.arange(t) * seconds_per_latent_frame
    return _coordinates(seconds, torch.arange(rows) - rows // 2 + 0.0, torch.arange(columns) - columns // 2 + 0.0)


@wrong("coordinates", "n / 2 as the middle", r"middle|half|mean")
def _(t, h, w, seconds_per_latent_frame, patch=2):
    rows, columns = h // patch, w // patch
    seconds = torch.arange(t) * seconds_per_latent_frame
    return _coordinates(seconds, torch.arange(rows) - rows / 2, torch.arange(columns) - columns / 2)


@wrong("coordinates", "pixels counted, not patches", r"patch|shape|n 3")
def _(t, h, w, seconds_per_latent_frame, patch=2):
    return _coordinates(torch.arange(t) * seconds_per_latent_frame, _centred(h), _centred(w))


@wrong("coordinates", "in latents, not in patches", r"patch|one apart|unit|1 apart")
def _(t, h, w, seconds_per_latent_frame, patch=2):
    seconds = torch.arange(t) * seconds_per_latent_frame
    return _coordinates(seconds, _centred(h // patch) * patch, _centred(w // patch) * patch)


@wrong("coordinates", "time from its middle too", r"first|0 seconds|time|begin")
def _(t, h, w, seconds_per_latent_frame, patch=2):
    return _coordinates(_centred(t) * seconds_per_latent_frame, _centred(h // patch), _centred(w // patch))


@wrong("coordinates", "indexing xy", r"order|indexing|ij|xy")
def _(t, h, w, seconds_per_latent_frame, patch=2):
    seconds = torch.arange(t) * seconds_per_latent_frame
    grids = torch.meshgrid(seconds, _centred(h // patch), _centred(w // patch), indexing="xy")
    return torch.stack(grids, -1).reshape(-1, 3)


@wrong("coordinates", "column before row", r"row.*column|column.*row|swap")
def _(t, h, w, seconds_per_latent_frame, patch=2):
    seconds = torch.arange(t) * seconds_per_latent_frame
    return _coordinates(seconds, _centred(h // patch), _centred(w // patch))[:, [0, 2, 1]]


@wrong("coordinates", "stacked in front: 3 n", r"n 3|shape|dim")
def _(t, h, w, seconds_per_latent_frame, patch=2):
    seconds = torch.arange(t) * seconds_per_latent_frame
    return torch.stack(torch.meshgrid(seconds, _centred(h // patch), _centred(w // patch), indexing="ij")).flatten(1)


@wrong("coordinates", "stretched to -1 … 1", r"wide|stretch|same|patches|one apart|-1")
def _(t, h, w, seconds_per_latent_frame, patch=2):
    seconds = torch.arange(t) * seconds_per_latent_frame
    return _coordinates(seconds, torch.linspace(-1, 1, h // patch), torch.linspace(-1, 1, w // patch))


@wrong("coordinates", "divided by the seconds", r"second|frames? per|divid")
def _(t, h, w, seconds_per_latent_frame, patch=2):
    return _coordinates(torch.arange(t) / seconds_per_latent_frame, _centred(h // patch), _centred(w // patch))


@right("coordinates", "three loops")
def _(t, h, w, seconds_per_latent_frame, patch=2):
    rows, columns = h // patch, w // patch
    return torch.tensor(
        [
            (f * seconds_per_latent_frame, y - (rows - 1) / 2, x - (columns - 1) / 2)
            for f in range(t)
            for y in range(rows)
            for x in range(columns)
        ]
    )


@right("coordinates", "cartesian_prod")
def _(t, h, w, seconds_per_latent_frame, patch=2):
    seconds = torch.arange(t, dtype=torch.float32) * seconds_per_latent_frame
    rows = torch.arange(h // patch, dtype=torch.float32)
    columns = torch.arange(w // patch, dtype=torch.float32)
    return torch.cartesian_prod(seconds, rows - rows.mean(), columns - columns.mean())


# --- block_flops ---


@wrong("block_flops", "multiplications only", r"factor|\b2\b|twice|addition|half")
def _(tokens, width, mlp_ratio=4):
    return tokens * (4 + 2 * mlp_ratio) * width**2 + 2 * tokens**2 * width


@wrong("block_flops", "the output matrix is forgotten", r"output|four|matrices|\bout\b")
def _(tokens, width, mlp_ratio=4):
    return 2 * tokens * (3 + 2 * mlp_ratio) * width**2 + 4 * tokens**2 * width


@wrong("block_flops", "one half of the MLP", r"MLP|up|down|two linear")
def _(tokens, width, mlp_ratio=4):
    return 2 * tokens * (4 + mlp_ratio) * width**2 + 4 * tokens**2 * width


@wrong("block_flops", "scores only, not the weighted sum of the values", r"values|weights|scores|two products")
def _(tokens, width, mlp_ratio=4):
    return 2 * tokens * (4 + 2 * mlp_ratio) * width**2 + 2 * tokens**2 * width


@wrong("block_flops", "attention itself is left out", r"attention|pair|scores")
def _(tokens, width, mlp_ratio=4):
    return 2 * tokens * (4 + 2 * mlp_ratio) * width**2


@wrong("block_flops", "the MLP is left out", r"MLP")
def _(tokens, width, mlp_ratio=4):
    return 8 * tokens * width**2 + 4 * tokens**2 * width


@wrong("block_flops", "4 is written into the code", r"mlp_ratio")
def _(tokens, width, mlp_ratio=4):
    return 24 * tokens * width**2 + 4 * tokens**2 * width


@wrong("block_flops", "attention costs width squared a pair", r"attention|pair|width")
def _(tokens, width, mlp_ratio=4):
    return 2 * tokens * (4 + 2 * mlp_ratio) * width**2 + 4 * tokens**2 * width**2


@wrong("block_flops", "weights are counted once, not for each token", r"token")
def _(tokens, width, mlp_ratio=4):
    return 2 * (4 + 2 * mlp_ratio) * width**2 + 4 * tokens**2 * width


@wrong("block_flops", "the MLP is a square of its hidden width", r"MLP|mlp_ratio|hidden")
def _(tokens, width, mlp_ratio=4):
    return 2 * tokens * (4 + 2 * mlp_ratio**2) * width**2 + 4 * tokens**2 * width


@right("block_flops", "product by product")
def _(tokens, width, mlp_ratio=4):
    def product(n, a, b):
        return 2 * n * a * b

    attention = 4 * product(tokens, width, width) + product(tokens, width, tokens) + product(tokens, tokens, width)
    return attention + product(tokens, width, mlp_ratio * width) + product(tokens, mlp_ratio * width, width)


@right("block_flops", "factored")
def _(tokens, width, mlp_ratio=4):
    return 4 * tokens * width * ((2 + mlp_ratio) * width + tokens)


# --- packing_mask ---


@wrong("packing_mask", "turned round", r"turned|wrong way|inver|other|true where")
def _(segments):
    return segments[:, :, None] != segments[:, None, :]


@wrong("packing_mask", "padding looks at nothing", r"padding|-1")
def _(segments):
    same = segments[:, :, None] == segments[:, None, :]
    return same & (segments >= 0)[:, :, None]


@wrong("packing_mask", "padding is hidden from nobody: anything may look at it", r"padding|-1")
def _(segments):
    same = segments[:, :, None] == segments[:, None, :]
    return same | (segments < 0)[:, None, :]


@wrong("packing_mask", "also causal", r"causal|earlier|both|later|past|only those before")
def _(segments):
    return (segments[:, :, None] == segments[:, None, :]).tril()


@wrong("packing_mask", "floats", r"bool|true|dtype|float")
def _(segments):
    return (segments[:, :, None] == segments[:, None, :]).float()


@wrong("packing_mask", "across the rows of the batch", r"row|batch|shape|b n n")
def _(segments):
    return segments[:, None, :] == segments[None, :, :]


@wrong("packing_mask", "the first row's mask for all", r"each row|first|batch|own")
def _(segments):
    first = segments[0]
    return (first[:, None] == first[None, :]).expand(len(segments), -1, -1)


@wrong("packing_mask", "minus infinity, ready to be added", r"bool|true|dtype|infinit")
def _(segments):
    same = segments[:, :, None] == segments[:, None, :]
    return torch.zeros(same.shape).masked_fill(~same, float("-inf"))


@wrong("packing_mask", "made on the CPU whatever the device", DEVICE)
def _(segments):
    b, n = segments.shape
    everybody = torch.ones(b, n, n, dtype=torch.bool)
    return everybody & (segments[:, :, None] == segments[:, None, :])


@wrong("packing_mask", "an axis for the heads", r"b n n|shape|head")
def _(segments):
    return (segments[:, :, None] == segments[:, None, :])[:, None]


@wrong(
    "packing_mask", "neighbours only: clips with the same number that lie apart are cut", r"same number|apart|number"
)
def _(segments):
    pieces = F.pad((segments.diff(dim=1) != 0).long().cumsum(1), (1, 0))
    return (pieces[:, :, None] == pieces[:, None, :]) & (segments[:, :, None] == segments[:, None, :])


@right("packing_mask", "a difference that is zero")
def _(segments):
    return (segments.unsqueeze(2) - segments.unsqueeze(1)).abs().lt(1)


@right("packing_mask", "expanded first")
def _(segments):
    rows = segments.unsqueeze(-1).expand(-1, -1, segments.shape[1])
    return torch.eq(rows, rows.transpose(1, 2))


@right("packing_mask", "einops")
def _(segments):
    return rearrange(segments, "b n -> b n 1") == rearrange(segments, "b n -> b 1 n")
