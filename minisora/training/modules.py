"""What is learned: one step of the codec and one of the text-to-video transformer, as Lightning modules."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import lightning
import torch
from torch import Generator, Tensor, nn

from minisora.codec.autoencoder import Codec
from minisora.codec.losses import codec_loss
from minisora.diffusion.given import DEFAULT_MIX, GivenMix, random_given
from minisora.diffusion.objective import loss_at
from minisora.model import DiT, Tokenizer, video_velocity
from minisora.training.data import LatentBatch, Share, VideoBatch
from minisora.training.ema import Ema
from minisora.training.optim import MuonAdamW, build_optimizer
from minisora.training.scene_head import SceneHead
from minisora.training.seeds import generator_for
from minisora.training.sharding import shard


@dataclass(frozen=True)
class Optimisation:
    """Peak learning rates and the weights' average."""

    muon_lr: float = 0.02
    adam_lr: float = 1e-3
    weight_decay: float = 0.0
    ema: float = 0.999


class _Module(lightning.LightningModule):
    """A network, its moving average, and their optimiser; noise is a pure function of (seed, step)."""

    def __init__(self, network: nn.Module, optimisation: Optimisation, *, seed: int) -> None:
        super().__init__()
        self.network = network
        self.ema = Ema(network, decay=optimisation.ema)
        self.optimisation, self.seed = optimisation, seed

    def configure_model(self) -> None:
        if self.device_mesh is not None:
            for network in (self.network, self.ema.model, *self.helpers()):
                shard(network, self.device_mesh["data_parallel"])

    def helpers(self) -> list[nn.Module]:
        """Networks beside the network that learn with it and are thrown away."""
        return []

    def configure_optimizers(self) -> MuonAdamW:
        hidden = hidden_matrices(self.network)
        chosen = {id(parameter) for parameter in hidden}
        rest = [p for p in self.parameters() if p.requires_grad and id(p) not in chosen]
        o = self.optimisation
        return build_optimizer(
            hidden,
            rest,
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


class CodecModule(_Module):
    """Trains a codec to give back freshly drawn clips."""

    network: Codec

    def __init__(
        self, codec: Codec, optimisation: Optimisation | None = None, *, kl_weight: float = 1e-4, seed: int = 0
    ) -> None:
        super().__init__(codec, optimisation or Optimisation(), seed=seed)
        self.kl_weight = kl_weight

    def training_step(self, batch: VideoBatch, batch_idx: int) -> dict[str, Any]:
        loss, parts = codec_loss(self.network, batch.video, self.noise(batch.step), kl_weight=self.kl_weight)
        return {"loss": loss, **parts}


class TextToVideoModule(_Module):
    """Trains a transformer to predict velocities from noisy latents, captions, and what is given.

    Attributes:
        mix: how often what is given.
        time_mean, time_std: centre and width of the logit-normal times; a mean above 0 means noisier. What a clip of
            many tokens shows, and how it moves, is settled while it is nearly all noise.
        seconds_per_latent_frame: 4 frames of the codec at the clips' rate.
        scene_weight: of the loss of a ``SceneHead`` on the middle block; 0 for none.
    """

    network: DiT

    def __init__(
        self,
        dit: DiT,
        tokenizer: Tokenizer,
        optimisation: Optimisation | None = None,
        *,
        mix: GivenMix = DEFAULT_MIX,
        time_mean: float = 1.1,
        time_std: float = 1.3,
        seconds_per_latent_frame: float = 0.5,
        scene_weight: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__(dit, optimisation or Optimisation(), seed=seed)
        self.tokenizer, self.mix, self.time_mean, self.time_std = tokenizer, mix, time_mean, time_std
        self.seconds_per_latent_frame = seconds_per_latent_frame
        self.scene_weight = scene_weight
        self.scene_head = SceneHead(dit.config.width) if scene_weight else None
        self._middle: Tensor | None = None
        if self.scene_head is not None:
            dit.blocks[dit.config.depth // 2].register_forward_hook(self._look)

    def training_step(self, batch: LatentBatch, batch_idx: int) -> dict[str, Any]:
        x0 = batch.latents
        share = Share(self.global_rank, self.trainer.world_size)
        joint, generator = len(x0) * share.world, self.noise(batch.step)
        mine = share.of(joint)
        noise = torch.randn((joint, *x0.shape[1:]), generator=generator, device=x0.device)[mine]
        times = stratified_logit_normal(joint, generator, mean=self.time_mean, std=self.time_std)
        t = times[mine].view(-1, 1, 1, 1, 1)
        free = random_given(joint, x0.shape[2], generator=generator, mix=self.mix)[mine]
        frames, height, width = x0.shape[2:]
        velocity = video_velocity(
            self.network,
            self.tokenizer.encode(batch.captions).to(x0.device),
            (frames, height, width),
            seconds_per_latent_frame=self.seconds_per_latent_frame,
        )
        loss = loss_at(velocity, x0, noise, t, free=free)
        said = {"velocity": loss.detach()}
        if self.scene_head is not None and self._middle is not None:
            patch = self.network.config.patch
            grid = frames, height // patch, width // patch
            video, self._middle = self._middle[:, -math.prod(grid) :], None
            scene = self.scene_head(video, batch.scenes, grid, self.seconds_per_latent_frame)
            loss = loss + self.scene_weight * scene
            if batch.scenes:
                said["scene"] = scene.detach()
        return {"loss": loss, **said}

    def helpers(self) -> list[nn.Module]:
        return [self.scene_head] if self.scene_head is not None else []

    def _look(self, block: nn.Module, inputs: tuple[Any, ...], tokens: Tensor) -> None:
        self._middle = tokens


def stratified_logit_normal(n: int, generator: Generator, *, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """``(n,)`` logit-normal times (Esser et al. 2024, eq. 19), one from each nth of the distribution, in random order.

    Each time alone is distributed as an independent one; together they cover the path evenly, which takes away most of
    the noise that the choice of times puts into the loss (Kingma et al. 2021, appendix I.1).
    """
    device = generator.device
    offset = torch.rand(n, generator=generator, device=device)
    quantile = (torch.randperm(n, generator=generator, device=device) + offset) / n
    normal = math.sqrt(2) * torch.erfinv(2 * quantile.clamp(1e-4, 1 - 1e-4) - 1)  # MPS has no kernel for ndtri
    return torch.sigmoid(mean + std * normal)


def hidden_matrices(network: nn.Module) -> list[nn.Parameter]:
    """The matrices and kernels inside a network's repeated blocks: those that Muon learns.

    A network may name them itself with a method of this name. Kernels of a single input channel (depthwise
    convolutions) mix nothing and are left to AdamW.
    """
    if callable(own := getattr(network, "hidden_matrices", None)):
        return list(own())  # type: ignore[call-overload]
    named = [(f".{name}", p) for name, p in network.named_parameters() if p.requires_grad]
    return [p for name, p in named if ".blocks." in name and p.ndim >= 2 and p.shape[1] > 1]
