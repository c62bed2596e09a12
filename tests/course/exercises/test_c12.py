"""Chapter 12: the broken edits show the symptoms from which they are to be told."""

import torch

from minisora.course.exercises.c12_given import CAUSES, KEPT, PATIENTS, STRENGTH, TRUTH, Edit, operate
from minisora.diffusion import extend, time_grid
from minisora.diffusion.path import STRAIGHT

NOISE, CLIP = torch.randn(2, 1, 3, 5, 4, 4, generator=torch.Generator().manual_seed(0))
TIMES = time_grid(3)


def found(edit):
    f = operate(edit, CLIP, lambda x, t: torch.sin(3 * x) + 1, TIMES)
    return f.kept, f.moved, f.told_given, round(f.told_free, 3)


def test_every_patient_has_a_cause_of_its_own_and_one_cause_is_nobodys():
    assert TRUTH.keys() == PATIENTS.keys() and len(set(TRUTH.values())) == len(PATIENTS) == len(CAUSES) - 1
    assert set(TRUTH.values()) < set(CAUSES)


def test_a_healthy_edit_keeps_what_is_given_and_tells_the_network_so():
    x, free = extend(NOISE, CLIP[:, :, :KEPT])
    assert found(Edit(x, free)) == (True, True, 0, 1)


def test_no_two_patients_have_the_same_symptoms():
    symptoms = {name: found(patient(NOISE, CLIP)) for name, patient in PATIENTS.items()}
    assert symptoms == {
        "A": (True, True, 1, 1),
        "B": (False, True, 0, 1),
        "C": (False, False, 1, 0),
        "D": (True, True, 0, STRENGTH),
        "E": (False, True, 1, 1),
    }


def test_the_noise_of_the_one_that_is_told_of_less_is_more_than_its_clock_says():
    edit = PATIENTS["D"](NOISE, CLIP)
    right = STRAIGHT.add_noise(CLIP, NOISE, torch.tensor(STRENGTH))[:, :, KEPT:].std()
    assert operate(edit, CLIP, lambda x, t: x, TIMES).spread > 1.2 * right
