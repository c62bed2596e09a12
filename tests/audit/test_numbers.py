"""Chance, curves, copies, skews and precision: closed forms, other packages, and floors."""

import itertools

import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import Generator

from minisora.audit import (
    amplification,
    copied,
    extraction_ratio,
    guided_shares,
    nearest,
    precision_at,
    roc_auc,
    roc_curve,
    threshold_for,
)


def dice(seed=0):
    return Generator().manual_seed(seed)


def test_the_area_is_scikit_learns_with_ties():
    made, true = ((torch.randn(60, generator=dice(i)) + (i == 0)).mul(2).round() for i in range(2))
    truth = [1] * 60 + [0] * 60
    assert roc_auc(made, true) == pytest.approx(roc_auc_score(truth, torch.cat([made, true]).numpy()))
    alarms, hits = roc_curve(made, true)
    assert float(torch.trapezoid(hits, alarms)) == pytest.approx(roc_auc(made, true), abs=1e-5)
    assert (alarms[0], hits[0], alarms[-1], hits[-1]) == (0, 0, 1, 1)


def test_the_threshold_lets_so_few_alarms_through():
    true = torch.randn(200, generator=dice(3))
    level = threshold_for(true, false_alarm=0.05)
    assert (true > level).sum() == 10


def test_a_copy_has_the_ratio_zero_and_new_clips_are_the_measure():
    world = torch.randn(600, 4, generator=dice(5))
    training, fresh, more = world[:400], world[400:500], world[500:]
    ratio = extraction_ratio(fresh, training)
    assert extraction_ratio(training[:5], training).amax() < 1e-3
    assert copied(training[:5].new_zeros(5), ratio) == 1.0
    assert copied(extraction_ratio(more, training), ratio, level=0.05) < 0.15
    distance, place = nearest(training[7:8] + 1e-4, training, most=3)
    assert int(place[0, 0]) == 7 and (distance[0].diff() > 0).all()


def test_a_ratio_by_hand():
    training = torch.tensor([[1.0], [3.0], [5.0]])
    assert extraction_ratio(torch.zeros(1, 1), training, near=3, alpha=0.5).item() == pytest.approx(1 / (0.5 * 3))
    assert extraction_ratio(torch.zeros(1, 1), training, near=2).item() == pytest.approx(1 / (0.5 * 2))


def test_the_plain_distance_falls_with_the_number_of_clips_but_the_ratio_does_not():
    world, fresh = torch.randn(4000, 4, generator=dice(6)), torch.randn(100, 4, generator=dice(7))
    few, many = (nearest(fresh, world[:n])[0].mean() for n in (200, 4000))
    assert many < 0.6 * few
    ratios = [float(extraction_ratio(fresh, world[:n]).median()) for n in (400, 4000)]
    assert ratios[1] == pytest.approx(ratios[0], rel=0.3)


def test_guided_shares_at_the_scales_that_one_knows():
    told, untold, scale = torch.tensor([0.7, 0.3]), torch.tensor([0.4, 0.6]), 2.5
    shares = guided_shares(told, untold, scale=scale)
    weight = told**scale * untold ** (1 - scale)
    assert torch.allclose(shares, weight / weight.sum())
    assert torch.allclose(guided_shares(told, untold, scale=1.0), told)
    assert torch.allclose(guided_shares(told, untold, scale=0.0), untold)
    assert guided_shares(torch.tensor([1.0, 0.0]), untold, scale=3.0).tolist() == [1.0, 0.0]


def test_a_skew_everywhere_stays_and_one_by_word_grows():
    everywhere, even = torch.tensor([0.8, 0.2]), torch.tensor([0.5, 0.5])
    grown = [float(guided_shares(everywhere, even, scale=s)[0]) for s in (1.0, 2.0, 4.0, 8.0)]
    assert all(a < b for a, b in itertools.pairwise(grown))
    assert float(guided_shares(everywhere, everywhere, scale=8.0)[0]) == pytest.approx(0.8, abs=1e-5)
    gain, low, high = amplification(180, 200, 0.8)
    assert gain == pytest.approx(0.1) and low < gain < high


def test_precision_is_bayes():
    assert precision_at(0.9, 0.1, share=0.5) == pytest.approx(0.9)
    assert precision_at(0.9, 0.1, share=0.01) == pytest.approx(0.009 / (0.009 + 0.099))
    assert precision_at(0.0, 0.0, share=0.5) == 0.0
