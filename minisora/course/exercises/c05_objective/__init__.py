"""Chapter 05: what the network is asked, how its answer is scored, and how an answer becomes a clip."""

from __future__ import annotations

from minisora.course.exercises.c05_objective.best_velocity import BEST_VELOCITY
from minisora.course.exercises.c05_objective.diagnosis import DIAGNOSIS, SIGNS, TROUBLES, patient
from minisora.course.exercises.c05_objective.follow import FOLLOW
from minisora.course.exercises.c05_objective.loss_at import LOSS_AT
from minisora.course.exercises.c05_objective.loss_weight import LOSS_WEIGHT
from minisora.course.exercises.c05_objective.to_x0 import TO_X0
from minisora.course.exercises.c05_objective.velocity_loss import VELOCITY_LOSS

__all__ = ["EXERCISES", "SIGNS", "TROUBLES", "patient"]

EXERCISES = (TO_X0, LOSS_WEIGHT, VELOCITY_LOSS, BEST_VELOCITY, FOLLOW, LOSS_AT, DIAGNOSIS)
