"""minisora: a small, complete latent video diffusion transformer. A sentence becomes a video, on a laptop."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minisora.clip import Clip
    from minisora.pipeline import Pipeline

__version__ = "0.1.0"
__all__ = ["Clip", "Pipeline", "__version__"]


def __getattr__(name: str) -> object:
    """Import the pipeline (and with it torch) only when it is asked for, so that `import minisora` stays quick."""
    if name in ("Clip", "Pipeline"):
        from minisora import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module 'minisora' has no attribute {name!r}")
