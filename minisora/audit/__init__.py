"""Is it generated, copied, skewed, allowed? What can be measured of it, in small rooms where the truth is known.

``detector`` and ``roc`` tell generated clips from true ones; ``copying`` looks for training clips in samples; ``bias``
follows a skew through guidance; ``filter`` decides about prompts and clips; ``spread`` and ``claim`` are
a mark and a signature small enough to be written by hand.
"""

from minisora.audit.bias import amplification, guided_shares
from minisora.audit.claim import make_claim, verify_claim
from minisora.audit.copying import copied, extraction_ratio, nearest
from minisora.audit.detector import Detector, scores, train_detector
from minisora.audit.filter import Counts, by_clip, by_meaning, by_words, precision_at
from minisora.audit.roc import roc_auc, roc_curve, threshold_for
from minisora.audit.spread import correlations, embed_spread, read_spread, spread_patterns

__all__ = [
    "Counts",
    "Detector",
    "amplification",
    "by_clip",
    "by_meaning",
    "by_words",
    "copied",
    "correlations",
    "embed_spread",
    "extraction_ratio",
    "guided_shares",
    "make_claim",
    "nearest",
    "precision_at",
    "read_spread",
    "roc_auc",
    "roc_curve",
    "scores",
    "spread_patterns",
    "threshold_for",
    "train_detector",
    "verify_claim",
]
