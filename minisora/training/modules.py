"""What is learned: one step of the codec and one of the text-to-video transformer, as Lightning modules."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import lightning
import torch
from torch import Generator, Tensor, nn

from minisora.codec.autoencoder import Codec
from minisora.codec.losses import codec_loss
from minisora.diffusion.given import DEFAULT_MIX, GivenMix, random_given
from minisora.diffusion.objective import loss_at
from minisora.model import DiT, Tokenizer, video_velocity
from minisora.model.known import given_latents, grid_of
from minisora.training.data import LatentBatch, Share, VideoBatch
from minisora.training.ema import Ema
from minisora.training.optim import MuonAdamW, optimizer_for
from minisora.training.plans import noisy_plan, some_unwritten
from minisora.training.seeds import generator_for
from minisora.training.sharding import shard
from minisora.training.teacher import Teacher, lesson
from minisora.worlds import digits
from minisora.worlds.digits import Digit
from minisora.worlds.plan import plan_of, track_of
from minisora.worlds.sketch import told
from minisora.writing import to_clip


@dataclass(frozen=True)
class Optimisation:
    """Peak learning rates and the weights' average."""

    muon_lr: float = 0.02
    adam_lr: float = 1e-3
    weight_decay: float = 0.0
    ema: float = 0.999


class Module(lightning.LightningModule):
    """A network, its moving average, and their optimiser; noise is a pure function of (seed, step)."""

    def __init__(self, network: nn.Module, optimisation: Optimisation, *, seed: int) -> None:
        super().__init__()
        self.network = network
        self.ema = Ema(network, decay=optimisation.ema)
        self.optimisation, self.seed = optimisation, seed

    def configure_model(self) -> None:
        if self.device_mesh is not None:
            for network in (self.network, self.ema.model):
                shard(network, self.device_mesh["data_parallel"])

    def configure_optimizers(self) -> MuonAdamW:
        o = self.optimisation
        return optimizer_for(
            self.network,
            muon_lr=o.muon_lr,
            adam_lr=o.adam_lr,
            weight_decay=o.weight_decay,
            newton_schulz_dtype=torch.bfloat16 if self.trainer.precision == "bf16-mixed" else torch.float32,
        )

    def optimizer_step(self, epoch: int, batch_idx: int, optimizer: Any, optimizer_closure: Any = None) -> None:
        optimizer.step(closure=optimizer_closure)
        self.ema.update(self.network)  # here and not at the end of the step, where callbacks may save before it

    def noise(self, step: int) -> Generator:
        """The generator of this step, the same in every process: each draws for the joint batch and takes its share."""
        return generator_for(self.seed, "noise", step, device=self.device)


class CodecModule(Module):
    """Trains a codec to give back freshly drawn clips."""

    network: Codec

    def __init__(
        self,
        codec: Codec,
        optimisation: Optimisation | None = None,
        *,
        kl_weight: float = 1e-4,
        flicker_weight: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__(codec, optimisation or Optimisation(), seed=seed)
        self.weights = {"kl_weight": kl_weight, "flicker_weight": flicker_weight}

    def training_step(self, batch: VideoBatch, batch_idx: int) -> dict[str, Any]:
        loss, parts = codec_loss(self.network, batch.video, self.noise(batch.step), **self.weights)
        return {"loss": loss, **parts}


class TransformerModule(Module):
    """Trains a transformer to predict velocities of something noisy from captions and from what is known.

    What it generates, and what it knows beforehand, is up to :meth:`task`.

    Attributes:
        mix: how often what is given.
        time_mean, time_std: centre and width of the logit-normal times; a mean above 0 means noisier. What a clip of
            many tokens shows, and how it moves, is settled while it is nearly all noise.
        time_range: where on the path it will be used, and therefore learns.
        seconds_per_latent_frame: 4 frames of the codec at the clips' rate.
        teacher: from whom the network learns to do in few steps what takes many; None where it learns from clips.
    """

    network: DiT
    teacher: Teacher | None = None

    def __init__(
        self,
        dit: DiT,
        tokenizer: Tokenizer,
        optimisation: Optimisation | None = None,
        *,
        mix: GivenMix = DEFAULT_MIX,
        time_mean: float = 1.1,
        time_std: float = 1.3,
        time_range: tuple[float, float] = (0.0, 1.0),
        seconds_per_latent_frame: float = 0.5,
        seed: int = 0,
    ) -> None:
        super().__init__(dit, optimisation or Optimisation(), seed=seed)
        self.tokenizer, self.mix = tokenizer, mix
        self.time_mean, self.time_std, self.time_range = time_mean, time_std, time_range
        self.seconds_per_latent_frame = seconds_per_latent_frame

    def task(self, batch: LatentBatch, free: Tensor, generator: Generator, share: Share) -> Task:
        """What there is to learn from a batch in which ``free``, ``b 1 t 1 1``, is 0 where latents are given."""
        raise NotImplementedError

    def training_step(self, batch: LatentBatch, batch_idx: int) -> dict[str, Any]:
        share = Share(self.global_rank, self.trainer.world_size)
        device, joint = batch.latents.device, len(batch.latents) * share.world
        generator, mine = self.noise(batch.step), share.of(joint)
        low, high = self.time_range
        times = stratified_logit_normal(joint, generator, mean=self.time_mean, std=self.time_std, low=low, high=high)[
            mine
        ]
        free = random_given(joint, batch.latents.shape[2], generator=generator, mix=self.mix)[mine]
        clean, free, known = self.task(batch, free, generator, share)
        noise = torch.randn((joint, *clean.shape[1:]), generator=generator, device=device)[mine]
        frames, height, width = clean.shape[2:]
        velocity = video_velocity(
            self.network,
            self.tokenizer.encode(batch.captions).to(device),
            (frames, height, width),
            seconds_per_latent_frame=self.seconds_per_latent_frame,
            known=known,
        )
        if self.teacher is None:
            return {"loss": loss_at(velocity, clean, noise, times.view(-1, 1, 1, 1, 1), free=free)}
        segment = int(torch.randint(self.teacher.steps, (), generator=generator, device=device))
        taught = self.teacher.velocity(batch.captions, clean, known)
        times, solver = self.teacher.segment(segment), self.teacher.solver
        return {"loss": lesson(velocity, taught, clean, noise, times, free=free, solver=solver)}


class Task(NamedTuple):
    """What is generated, where it is free, and what is known beforehand."""

    clean: Tensor  #: ``b c t h w``
    free: Tensor  #: broadcasts over ``b 1 t h w``: 0 where given, 1 where to generate
    known: Tensor | None  #: ``b k t h/p w/p``


class TextToVideoModule(TransformerModule):
    """Latents from captions, and from plans where the network knows them and the clips were drawn: it paints.

    Attributes:
        plan_noise, plan_dropout, ink_dropout: see ``minisora/training/plans.py``. A student meets none of these: what
            no plan says all of is not for it.
    """

    plan_noise: float = 0.3
    plan_dropout: float = 0.2
    ink_dropout: float = 0.15

    def task(self, batch: LatentBatch, free: Tensor, generator: Generator, share: Share) -> Task:
        if not self.network.config.known or not batch.scenes:
            return Task(batch.latents, free, None)
        grid = grid_of(batch.latents, self.network.config.patch)
        now, then = track_of(batch.scenes, grid, self.seconds_per_latent_frame)
        if self.teacher is not None:  # its student is told all of every plan, as it is
            return Task(batch.latents, free, told(now, then, grid).to(batch.latents.device))
        now = some_unwritten(now, generator, dropout=self.ink_dropout, share=share)
        plans = told(now, then, grid).to(batch.latents.device)
        known = noisy_plan(plans, generator, most=self.plan_noise, dropout=self.plan_dropout, share=share)
        return Task(batch.latents, free, known)


class PlannerModule(TransformerModule):
    """Plans from captions, and from the latents of what is given.

    Attributes:
        patch: of the transformer that paints: a plan has a cell for each of its tokens.
    """

    patch: int = 2

    def task(self, batch: LatentBatch, free: Tensor, generator: Generator, share: Share) -> Task:
        grid = grid_of(batch.latents, self.patch)
        plan = plan_of(batch.scenes, grid, self.seconds_per_latent_frame).to(batch.latents.device)
        return Task(plan, torch.ones_like(free), given_latents(batch.latents, free, self.patch))


class WriterModule(TransformerModule):
    """Handwriting from captions: of the first digit of each scene, which with most of them is the only one."""

    def task(self, batch: LatentBatch, free: Tensor, generator: Generator, share: Share) -> Task:
        scans, _ = digits.scans()
        written = scans[[cast(Digit, scene.objects[0]).scan for scene in batch.scenes]]
        return Task(to_clip(written.to(batch.latents.device)), torch.ones_like(free[:, :, :1]), None)


def stratified_logit_normal(
    n: int, generator: Generator, *, mean: float = 0.0, std: float = 1.0, low: float = 0.0, high: float = 1.0
) -> Tensor:
    """``(n,)`` logit-normal times (Esser et al. 2024, eq. 19), one from each nth of the distribution, in random order.

    Each time alone is distributed as an independent one; together they cover the path evenly, which takes away most of
    the noise that the choice of times puts into the loss (Kingma et al. 2021, appendix I.1). Times outside of ``low``
    and ``high`` do not occur.
    """
    device = generator.device
    offset = torch.rand(n, generator=generator, device=device)
    quantile = (torch.randperm(n, generator=generator, device=device) + offset) / n
    first, last = (_normal_below((_logit(end) - mean) / std) for end in (low, high))
    quantile = (first + (last - first) * quantile).clamp(1e-4, 1 - 1e-4)
    normal = math.sqrt(2) * torch.erfinv(2 * quantile - 1)  # MPS has no kernel for ndtri
    return torch.sigmoid(mean + std * normal)


def _logit(t: float) -> float:
    return math.log(t / (1 - t)) if 0 < t < 1 else math.copysign(math.inf, t - 0.5)


def _normal_below(x: float) -> float:
    """The share of a normal distribution that lies below ``x``."""
    return (1 + math.erf(x / math.sqrt(2))) / 2


#: The transformers that make a clip, in the order of their work, and how each is trained.
PARTS: dict[str, type[TransformerModule]] = {
    "planner": PlannerModule,
    "writer": WriterModule,
    "text-to-video": TextToVideoModule,
    "finisher": TextToVideoModule,
}
