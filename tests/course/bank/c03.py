"""Solutions to chapter 03 as people write them: blocks, causal convolution, the price, statistics, the stream."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import nn

from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right

CHANGED = r"it changes|changed|in place|overwr|argument"
DETACHED = r"gradient|graph|detach|no_grad|item"
STATE = r"call|state|remember"
DEVICE = r"device"


# --- to_blocks ---

_CUT = "b c (t p) (h q) (w r) -> b t h w (c p q r)"


def _past(video, n):
    return torch.cat([video[:, :, :1].expand(-1, -1, n, -1, -1), video], dim=2)


@wrong("to_blocks", "filled up with zeros", r"cop(y|ies)|zero|first frame")
def _(video, temporal=4, spatial=8):
    return rearrange(F.pad(video, (0, 0, 0, 0, temporal - 1, 0)), _CUT, p=temporal, q=spatial, r=spatial)


@wrong("to_blocks", "copies after the clip", r"front|before|end|after|last")
def _(video, temporal=4, spatial=8):
    last = video[:, :, -1:].expand(-1, -1, temporal - 1, -1, -1)
    return rearrange(torch.cat([video, last], 2), _CUT, p=temporal, q=spatial, r=spatial)


@wrong("to_blocks", "channels come last in a block", r"channel|order|inside")
def _(video, temporal=4, spatial=8):
    pattern = "b c (t p) (h q) (w r) -> b t h w (p q r c)"
    return rearrange(_past(video, temporal - 1), pattern, p=temporal, q=spatial, r=spatial)


@wrong("to_blocks", "frames before channels in a block", r"channel|order|inside")
def _(video, temporal=4, spatial=8):
    pattern = "b c (t p) (h q) (w r) -> b t h w (p c q r)"
    return rearrange(_past(video, temporal - 1), pattern, p=temporal, q=spatial, r=spatial)


@wrong("to_blocks", "rows and columns swapped in a block", r"row|column|inside")
def _(video, temporal=4, spatial=8):
    pattern = "b c (t p) (h q) (w r) -> b t h w (c p r q)"
    return rearrange(_past(video, temporal - 1), pattern, p=temporal, q=spatial, r=spatial)


@wrong("to_blocks", "three copies whatever temporal is", r"temporal|copies|multiple")
def _(video, temporal=4, spatial=8):
    padded = _past(video, 3)
    padded = padded[:, :, : padded.shape[2] // temporal * temporal]
    return rearrange(padded, _CUT, p=temporal, q=spatial, r=spatial)


@wrong("to_blocks", "the first frames mirrored, not copies of the first one", r"cop(y|ies)|first frame|mirror")
def _(video, temporal=4, spatial=8):
    front = video[:, :, 1:temporal].flip(2)
    if front.shape[2] < temporal - 1:
        front = video[:, :, :1].expand(-1, -1, temporal - 1, -1, -1)
    return rearrange(torch.cat([front, video], 2), _CUT, p=temporal, q=spatial, r=spatial)


@wrong(
    "to_blocks", "the split is the wrong way round: blocks of far pixels", r"neighbour|split|apart|far|\(h q\)|strided"
)
def _(video, temporal=4, spatial=8):
    pattern = "b c (t p) (q h) (r w) -> b t h w (c p q r)"
    return rearrange(_past(video, temporal - 1), pattern, p=temporal, q=spatial, r=spatial)


@wrong("to_blocks", "one row of blocks: t', h' and w' merged", r"shape|t' h' w'|axes|merged")
def _(video, temporal=4, spatial=8):
    return rearrange(
        _past(video, temporal - 1), "b c (t p) (h q) (w r) -> b (t h w) (c p q r)", p=temporal, q=spatial, r=spatial
    )


@wrong("to_blocks", "the first frame has no block: it is left out", r"first|frame|copies|shape")
def _(video, temporal=4, spatial=8):
    return rearrange(video[:, :, 1:], _CUT, p=temporal, q=spatial, r=spatial)


@wrong("to_blocks", "detached", DETACHED)
@torch.no_grad()
def _(video, temporal=4, spatial=8):
    return rearrange(_past(video, temporal - 1), _CUT, p=temporal, q=spatial, r=spatial)


@wrong("to_blocks", "copied into a float32 clip on the CPU", r"device|dtype|float64|float32|precision")
def _(video, temporal=4, spatial=8):
    b, c, t, h, w = video.shape
    padded = torch.zeros(b, c, t + temporal - 1, h, w)
    padded[:, :, temporal - 1 :] = video
    padded[:, :, : temporal - 1] = video[:, :, :1]
    return rearrange(padded, _CUT, p=temporal, q=spatial, r=spatial)


@right("to_blocks", "replicate padding and unfold")
def _(video, temporal=4, spatial=8):
    padded = F.pad(video, (0, 0, 0, 0, temporal - 1, 0), mode="replicate")
    cut = padded.unfold(2, temporal, temporal).unfold(3, spatial, spatial).unfold(4, spatial, spatial)
    return cut.permute(0, 2, 3, 4, 1, 5, 6, 7).flatten(4)


@right("to_blocks", "repeat_interleave by index")
def _(video, temporal=4, spatial=8):
    index = torch.arange(1 - temporal, video.shape[2]).clamp(min=0)
    return rearrange(video[:, :, index], _CUT, p=temporal, q=spatial, r=spatial)


# --- CausalConv3d ---


class _Base(nn.Conv3d):
    def __init__(self, in_channels, out_channels, kernel):
        super().__init__(in_channels, out_channels, kernel, padding=(0, kernel[1] // 2, kernel[2] // 2))
        self.past = kernel[0] - 1

    def conv(self, x):
        return F.conv3d(x.movedim(-1, 1), self.weight, self.bias, padding=self.padding).movedim(1, -1)

    def start(self, x):
        return x.new_zeros(x.shape[0], self.past, *x.shape[2:])


@wrong("CausalConv3d", "padded on both sides in time", r"future|causal|both|later")
class _(_Base):
    def forward(self, x, cache=None):
        half = self.past // 2
        padded = F.pad(x, (0, 0, 0, 0, 0, 0, half, self.past - half))
        return self.conv(padded), padded[:, padded.shape[1] - self.past :]


@wrong("CausalConv3d", "the cache is ignored", r"cache|past|piece")
class _(_Base):
    def forward(self, x, cache=None):
        x = torch.cat([self.start(x), x], dim=1)
        return self.conv(x), x[:, x.shape[1] - self.past :]


@wrong("CausalConv3d", "the cache is made of the piece alone, though it may be too short", r"short|single|joined|cache")
class _(_Base):
    def forward(self, x, cache=None):
        joined = torch.cat([self.start(x) if cache is None else cache, x], dim=1)
        return self.conv(joined), x[:, max(0, x.shape[1] - self.past) :]


@wrong("CausalConv3d", "x[:, -0:] is everything when no past is needed", r"no past|-0|kernel.*1|past.*0|everything")
class _(_Base):
    def forward(self, x, cache=None):
        joined = torch.cat([self.start(x) if cache is None else cache, x], dim=1)
        return self.conv(joined), joined[:, -self.past :]


@wrong("CausalConv3d", "outputs are cached", r"input|output|cache")
class _(_Base):
    def forward(self, x, cache=None):
        joined = torch.cat([self.start(x) if cache is None else cache, x], dim=1)
        y = self.conv(joined)
        kept = torch.cat([self.start(y), y], dim=1)
        return y, kept[:, kept.shape[1] - self.past :]


@wrong("CausalConv3d", "a hidden state: the cache is kept in the module", r"state|hidden|call|module|remember|argument")
class _(_Base):
    kept = None

    def forward(self, x, cache=None):
        before = self.kept if self.kept is not None and self.kept.shape[2:] == x.shape[2:] else self.start(x)
        joined = torch.cat([before, x], dim=1)
        self.kept = joined[:, joined.shape[1] - self.past :].detach()
        return self.conv(joined), self.kept


@wrong("CausalConv3d", "channels stay in front", r"channels last|b t h w c|last|axes|shape")
class _(_Base):
    def forward(self, x, cache=None):
        joined = torch.cat([self.start(x) if cache is None else cache, x], dim=1)
        return self.conv(joined).movedim(-1, 1), joined[:, joined.shape[1] - self.past :]


@wrong("CausalConv3d", "joined along the rows", r"axis|dim|time|row|shape")
class _(_Base):
    def forward(self, x, cache=None):
        if cache is None:
            cache = x.new_zeros(*x.shape[:2], self.past, *x.shape[3:])
        joined = torch.cat([cache, x], dim=2)
        return self.conv(joined), joined[:, :, joined.shape[2] - self.past :]


@wrong("CausalConv3d", "no padding in space", r"space|padding|height|shape|size")
class _(_Base):
    def forward(self, x, cache=None):
        joined = torch.cat([self.start(x) if cache is None else cache, x], dim=1)
        y = F.conv3d(joined.movedim(-1, 1), self.weight, self.bias)
        return y.movedim(1, -1), joined[:, joined.shape[1] - self.past :]


@wrong("CausalConv3d", "the bias is forgotten", r"bias")
class _(_Base):
    def forward(self, x, cache=None):
        joined = torch.cat([self.start(x) if cache is None else cache, x], dim=1)
        y = F.conv3d(joined.movedim(-1, 1), self.weight, padding=self.padding)
        return y.movedim(1, -1), joined[:, joined.shape[1] - self.past :]


@wrong("CausalConv3d", "the first inputs are kept, not the last", r"last|first")
class _(_Base):
    def forward(self, x, cache=None):
        joined = torch.cat([self.start(x) if cache is None else cache, x], dim=1)
        return self.conv(joined), joined[:, : self.past]


@wrong("CausalConv3d", "only the output is returned", r"two|cache|pair|return")
class _(_Base):
    def forward(self, x, cache=None):
        joined = torch.cat([self.start(x) if cache is None else cache, x], dim=1)
        return self.conv(joined)


@wrong("CausalConv3d", "the past is copies of the first frame, not zeros", r"zero|beginning|first")
class _(_Base):
    def forward(self, x, cache=None):
        before = x[:, :1].expand(-1, self.past, -1, -1, -1) if cache is None else cache
        joined = torch.cat([before, x], dim=1)
        return self.conv(joined), joined[:, joined.shape[1] - self.past :]


@wrong("CausalConv3d", "the past is appended behind the piece", r"behind|front|before|order|past|future")
class _(_Base):
    def forward(self, x, cache=None):
        joined = torch.cat([x, self.start(x) if cache is None else cache], dim=1)
        return self.conv(joined), x[:, max(0, x.shape[1] - self.past) :]


@wrong("CausalConv3d", "zeros of the past are made on the CPU in float32", r"device|dtype|new_zeros|float64|kind")
class _(_Base):
    def forward(self, x, cache=None):
        if cache is None:
            cache = torch.zeros(x.shape[0], self.past, *x.shape[2:])
        joined = torch.cat([cache, x], dim=1).to(self.weight.dtype)
        return self.conv(joined), joined[:, joined.shape[1] - self.past :].float()


@wrong("CausalConv3d", "weights are detached", DETACHED)
class _(_Base):
    def forward(self, x, cache=None):
        joined = torch.cat([self.start(x) if cache is None else cache, x], dim=1)
        y = F.conv3d(joined.movedim(-1, 1), self.weight.data, self.bias.data, padding=self.padding)
        return y.movedim(1, -1), joined[:, joined.shape[1] - self.past :]


@right("CausalConv3d", "narrow and super().forward")
class _(_Base):
    def forward(self, x, cache=None):
        x = F.pad(x, (0, 0, 0, 0, 0, 0, self.past, 0)) if cache is None else torch.cat((cache, x), 1)
        y = super().forward(x.permute(0, 4, 1, 2, 3)).permute(0, 2, 3, 4, 1)
        return y, x.narrow(1, x.shape[1] - self.past, self.past)


@right("CausalConv3d", "a sum over the kernel's moments")
class _(_Base):
    def forward(self, x, cache=None):
        joined = torch.cat([self.start(x) if cache is None else cache, x], dim=1).permute(0, 4, 1, 2, 3)
        n = x.shape[1]
        y = sum(
            F.conv3d(joined[:, :, k : k + n], self.weight[:, :, k : k + 1], padding=self.padding)
            for k in range(self.past + 1)
        )
        if self.bias is not None:
            y = y + self.bias.view(1, -1, 1, 1, 1)
        return y.permute(0, 2, 3, 4, 1), joined.permute(0, 2, 3, 4, 1)[:, n:]


# --- kl_divergence ---


@wrong("kl_divergence", "the half is forgotten", r"half|1/2|½|twice|factor")
def _(mean, logvar):
    return (mean.square() + logvar.exp() - 1 - logvar).mean()


@wrong("kl_divergence", "summed, not averaged", r"mean|averag|sum")
def _(mean, logvar):
    return 0.5 * (mean.square() + logvar.exp() - 1 - logvar).sum()


@wrong("kl_divergence", "summed over a clip, averaged over the batch", r"mean|averag|sum")
def _(mean, logvar):
    return 0.5 * (mean.square() + logvar.exp() - 1 - logvar).flatten(1).sum(1).mean()


@wrong("kl_divergence", "logvar has the wrong sign", r"sign|subtract|minus|- logvar")
def _(mean, logvar):
    return 0.5 * (mean.square() + logvar.exp() - 1 + logvar).mean()


@wrong("kl_divergence", "the sign of everything", r"sign|negative|minus")
def _(mean, logvar):
    return -0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()


@wrong("kl_divergence", "logvar is taken for the variance", r"exp|variance|logarithm")
def _(mean, logvar):
    variance = logvar.abs() + 1e-6
    return 0.5 * (mean.square() + variance - 1 - variance.log()).mean()


@wrong("kl_divergence", "logvar is taken for the logarithm of the deviation", r"deviation|variance|exp")
def _(mean, logvar):
    return 0.5 * (mean.square() + (2 * logvar).exp() - 1 - 2 * logvar).mean()


@wrong("kl_divergence", "the mean is not squared", r"square")
def _(mean, logvar):
    return 0.5 * (mean.abs() + logvar.exp() - 1 - logvar).mean()


@wrong("kl_divergence", "the 1 is forgotten", r"\b1\b|zero|one")
def _(mean, logvar):
    return 0.5 * (mean.square() + logvar.exp() - logvar).mean()


@wrong("kl_divergence", "the two distributions are swapped", r"swap|other way|order|exp|variance")
def _(mean, logvar):
    return 0.5 * ((mean.square() + 1) / logvar.exp() - 1 + logvar).mean()


@wrong("kl_divergence", "a Python number: no gradient", DETACHED)
def _(mean, logvar):
    return torch.tensor(0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean().item())


@wrong("kl_divergence", "one number a clip", r"single number|one number|all|shape|mean")
def _(mean, logvar):
    return 0.5 * (mean.square() + logvar.exp() - 1 - logvar).flatten(1).mean(1)


@wrong("kl_divergence", "logvar is changed in place", CHANGED)
def _(mean, logvar):
    value = mean.square() - 1 - logvar
    with torch.no_grad():
        logvar.exp_()
    return 0.5 * (value + logvar).mean()


@wrong("kl_divergence", "variance detached, so that only the mean learns", DETACHED)
def _(mean, logvar):
    return 0.5 * (mean.square() + logvar.detach().exp() - 1 - logvar.detach()).mean()


@wrong("kl_divergence", "in bits", r"nat|bit|log")
def _(mean, logvar):
    return 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean() / 0.6931471805599453


@right("kl_divergence", "torch.distributions")
def _(mean, logvar):
    cloud = torch.distributions.Normal(mean, torch.exp(logvar / 2))
    standard = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    return torch.distributions.kl_divergence(cloud, standard).mean()


@right("kl_divergence", "expm1, term by term")
def _(mean, logvar):
    return mean.pow(2).mean() / 2 + (torch.expm1(logvar) - logvar).mean() / 2


# --- latent_statistics ---


@wrong("latent_statistics", "one mean for all", r"channel|each|shape")
def _(latents):
    return latents.mean().expand(latents.shape[1]), latents.std(correction=0)


@wrong("latent_statistics", "a scale for each channel", r"one|all|single|shape")
def _(latents):
    return latents.mean((0, 2, 3, 4)), latents.std((0, 2, 3, 4), correction=0)


@wrong("latent_statistics", "a scale around the common mean", r"mean|channel|own")
def _(latents):
    return latents.mean((0, 2, 3, 4)), latents.std(correction=0)


@wrong("latent_statistics", "root forgotten: the variance", r"root|√|variance|sqrt")
def _(latents):
    mean = latents.mean((0, 2, 3, 4))
    return mean, (latents - mean.view(-1, 1, 1, 1)).square().mean()


@wrong("latent_statistics", "the mean of the channels' deviations", r"deviation|mean of|root|square|average")
def _(latents):
    return latents.mean((0, 2, 3, 4)), latents.std((0, 2, 3, 4), correction=0).mean()


@wrong("latent_statistics", "root of the mean square, without subtracting the mean", r"subtract|mean")
def _(latents):
    return latents.mean((0, 2, 3, 4)), latents.square().mean().sqrt()


@wrong("latent_statistics", "mean broadcast over the columns", r"broadcast|view|channel|axis|column|shape")
def _(latents):
    mean = latents.mean((0, 2, 3, 4))
    wide = mean.repeat(-(-latents.shape[-1] // len(mean)))[: latents.shape[-1]]
    return mean, (latents - wide).square().mean().sqrt()


@wrong("latent_statistics", "the batch is not averaged", r"clip|batch|shape|axes")
def _(latents):
    mean = latents.mean((2, 3, 4))
    return mean, (latents - mean[:, :, None, None, None]).square().mean().sqrt()


@wrong("latent_statistics", "only the first clip is measured", r"clip|batch|first|all")
def _(latents):
    mean = latents[:1].mean((0, 2, 3, 4))
    return mean, (latents[:1] - mean.view(-1, 1, 1, 1)).square().mean().sqrt()


@wrong("latent_statistics", "mean absolute deviation", r"square|root|absolute")
def _(latents):
    mean = latents.mean((0, 2, 3, 4))
    return mean, (latents - mean.view(-1, 1, 1, 1)).abs().mean()


@wrong("latent_statistics", "the mean keeps its axes", r"shape|\(c,\)|keepdim|c")
def _(latents):
    mean = latents.mean((0, 2, 3, 4), keepdim=True)
    return mean, (latents - mean).square().mean().sqrt()


@wrong("latent_statistics", "the latents themselves are centred", CHANGED)
def _(latents):
    mean = latents.mean((0, 2, 3, 4))
    latents -= mean.view(-1, 1, 1, 1)
    return mean, latents.square().mean().sqrt()


@wrong("latent_statistics", "in the wrong order", r"order|first|swap|shape")
def _(latents):
    mean = latents.mean((0, 2, 3, 4))
    return (latents - mean.view(-1, 1, 1, 1)).square().mean().sqrt(), mean


@wrong("latent_statistics", "1 / scale, as Stable Diffusion writes it", r"1 ?/|inverse|divid|scale")
def _(latents):
    mean = latents.mean((0, 2, 3, 4))
    return mean, 1 / (latents - mean.view(-1, 1, 1, 1)).square().mean().sqrt()


@right("latent_statistics", "channels first and flat")
def _(latents):
    flat = latents.transpose(0, 1).flatten(1)
    return flat.mean(1), (flat - flat.mean(1, keepdim=True)).norm() / flat.numel() ** 0.5


@right("latent_statistics", "from the variances of the channels")
def _(latents):
    variance, mean = torch.var_mean(latents, dim=(0, 2, 3, 4), correction=0)
    return mean, variance.mean().sqrt()


# --- decode_stream ---


def _stream(codec, pieces, *, cut=None, clamp=True, denormalise=True, keep=True, every=False):
    caches, first = None, True
    cut = codec.config.temporal - 1 if cut is None else cut
    for piece in pieces:
        latents = codec.denormalise(piece) if denormalise else piece
        frames, fresh = codec.decode_blocks(latents, caches)
        if first or every:
            frames = frames[:, :, cut:]
        first = False
        caches = fresh if keep else None
        yield frames.clamp(-1, 1) if clamp else frames


@wrong("decode_stream", "no caches", r"cache|past")
def _(codec, pieces):
    yield from _stream(codec, pieces, keep=False)


@wrong("decode_stream", "cut off every piece", r"every|first|only")
def _(codec, pieces):
    yield from _stream(codec, pieces, every=True)


@wrong("decode_stream", "nothing is cut off", r"first|cut|front|cop")
def _(codec, pieces):
    yield from _stream(codec, pieces, cut=0)


@wrong("decode_stream", "not denormalised", r"normalis")
def _(codec, pieces):
    yield from _stream(codec, pieces, denormalise=False)


@wrong("decode_stream", "not clamped", r"clamp|-1|outside")
def _(codec, pieces):
    yield from _stream(codec, pieces, clamp=False)


@wrong("decode_stream", "one frame too many is cut off", r"temporal|- 1|one|cut|first|copies")
def _(codec, pieces):
    yield from _stream(codec, pieces, cut=codec.config.temporal)


@wrong("decode_stream", "everything is joined first, then decoded", r"piece|one by one|whole|stream|join|memory")
def _(codec, pieces):
    yield from _stream(codec, [torch.cat(list(pieces), dim=2)])


@wrong(
    "decode_stream", "a list is filled before the first frame comes", r"piece|one by one|list|yield|asked|stream|before"
)
def _(codec, pieces):
    yield from list(_stream(codec, pieces))


@wrong("decode_stream", "returns a tensor", r"yield|generator|iterat|piece")
def _(codec, pieces):
    return torch.cat(list(_stream(codec, pieces)), dim=2)


@wrong("decode_stream", "the first cache is handed on for ever", r"cache")
def _(codec, pieces):
    caches = None
    for number, piece in enumerate(pieces):
        frames, fresh = codec.decode_blocks(codec.denormalise(piece), caches)
        caches = caches or fresh
        yield (frames if number else frames[:, :, codec.config.temporal - 1 :]).clamp(-1, 1)


@wrong("decode_stream", "copies are cut from the end", r"front|beginning|end|first|last")
def _(codec, pieces):
    caches = None
    for number, piece in enumerate(pieces):
        frames, caches = codec.decode_blocks(codec.denormalise(piece), caches)
        yield (frames if number else frames[:, :, : 1 - codec.config.temporal]).clamp(-1, 1)


@wrong("decode_stream", "3 is written into the code", r"temporal|\b3\b")
def _(codec, pieces):
    yield from _stream(codec, pieces, cut=3)


@wrong("decode_stream", "the last piece is never given out", r"last|piece")
def _(codec, pieces):
    waiting = None
    for frames in _stream(codec, pieces):
        if waiting is not None:
            yield waiting
        waiting = frames


@wrong("decode_stream", "only the last frame of each block", r"frame|block|all")
def _(codec, pieces):
    caches = None
    for piece in pieces:
        frames, caches = codec.decode_blocks(codec.denormalise(piece), caches)
        step = codec.config.temporal
        yield frames[:, :, step - 1 :: step].clamp(-1, 1)


@wrong("decode_stream", "pieces are changed in place", CHANGED)
def _(codec, pieces):
    def through():
        for piece in pieces:
            piece.copy_(codec.denormalise(piece))
            yield piece

    yield from _stream(codec, through(), denormalise=False)


@wrong(
    "decode_stream", "caches live in the function, so a second film begins with the end of the first", STATE, fresh=True
)
def _():
    kept = {"caches": None}

    def decode_stream(codec, pieces):
        for piece in pieces:
            first = kept["caches"] is None
            frames, kept["caches"] = codec.decode_blocks(codec.denormalise(piece), kept["caches"])
            yield frames[:, :, codec.config.temporal - 1 if first else 0 :].clamp(-1, 1)

    return decode_stream


@right("decode_stream", "a class with __next__")
class _:
    def __init__(self, codec, pieces):
        self.codec, self.pieces, self.caches = codec, iter(pieces), None

    def __iter__(self):
        return self

    def __next__(self):
        piece = next(self.pieces)
        skip = self.codec.config.temporal - 1 if self.caches is None else 0
        frames, self.caches = self.codec.decode_blocks(self.codec.denormalise(piece), self.caches)
        return torch.clamp(frames[:, :, skip:], -1.0, 1.0)


@right("decode_stream", "a first piece by hand, then map")
def _(codec, pieces):
    pieces = iter(pieces)
    first = next(pieces, None)
    if first is None:
        return
    frames, caches = codec.decode_blocks(codec.denormalise(first))
    yield frames[:, :, codec.config.temporal - 1 :].clip(-1, 1)
    for piece in map(codec.denormalise, pieces):
        frames, caches = codec.decode_blocks(piece, caches)
        yield frames.clip(-1, 1)


# --- diagnose_codec ---

_HEALTHY = {
    "A": "block reversed",
    "B": "few channels",
    "C": "cut again",
    "D": "block transposed",
    "E": "too much noise",
}


@wrong("diagnose_codec", "A and C taken for each other", r"\bA\b|\bC\b")
def _():
    return {**_HEALTHY, "A": "cut again", "C": "block reversed"}


@wrong("diagnose_codec", "blocks taken for latents", r"\bD\b|latents")
def _():
    return {**_HEALTHY, "D": "latents transposed"}


@wrong("diagnose_codec", "no past instead of cut again", r"\bC\b|no past")
def _():
    return {**_HEALTHY, "C": "no past"}


@wrong("diagnose_codec", "B and E taken for each other", r"\bB\b|\bE\b")
def _():
    return {**_HEALTHY, "B": "too much noise", "E": "few channels"}


@wrong("diagnose_codec", "one is missing", r"\bE\b|missing|five|each")
def _():
    return {key: value for key, value in _HEALTHY.items() if key != "E"}


@wrong("diagnose_codec", "a cause that is not in the table", r"table|one of|called|not a")
def _():
    return {**_HEALTHY, "E": "noise"}


@wrong("diagnose_codec", "a list", r"dict|\{")
def _():
    return list(_HEALTHY.values())


@right("diagnose_codec", "zipped")
def _():
    return dict(zip("ABCDE", _HEALTHY.values(), strict=True))
