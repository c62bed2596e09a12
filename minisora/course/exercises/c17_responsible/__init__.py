"""Chapter 17: claims, marks and their false alarms, detectors, copies, skews, filters; and five that do not verify."""

from __future__ import annotations

from minisora.course.exercises.c17_responsible.diagnose_provenance import DIAGNOSE_PROVENANCE
from minisora.course.exercises.c17_responsible.embed_spread import EMBED_SPREAD
from minisora.course.exercises.c17_responsible.extraction_ratio import EXTRACTION_RATIO
from minisora.course.exercises.c17_responsible.false_alarm import FALSE_ALARM
from minisora.course.exercises.c17_responsible.guided_shares import GUIDED_SHARES
from minisora.course.exercises.c17_responsible.precision_at import PRECISION_AT
from minisora.course.exercises.c17_responsible.roc_auc import ROC_AUC
from minisora.course.exercises.c17_responsible.verify_claim import VERIFY_CLAIM

__all__ = ["EXERCISES"]

EXERCISES = (
    VERIFY_CLAIM,
    DIAGNOSE_PROVENANCE,
    EMBED_SPREAD,
    FALSE_ALARM,
    ROC_AUC,
    EXTRACTION_RATIO,
    GUIDED_SHARES,
    PRECISION_AT,
)
