"""Pixels to latents and back."""

from minisora.codec.autoencoder import Codec, CodecConfig
from minisora.codec.losses import codec_loss, kl_divergence
from minisora.codec.stream import decode_stream, encode_stream

__all__ = ["Codec", "CodecConfig", "codec_loss", "decode_stream", "encode_stream", "kl_divergence"]
