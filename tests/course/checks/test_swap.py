"""The learner's parts in the machine's place, and back out again."""

import pytest
import torch

import minisora.model.velocity
from minisora.course import reference, swap
from minisora.errors import UserError
from minisora.pipeline import Pipeline


@pytest.fixture(scope="module")
def pipeline(weights):
    return Pipeline.load(weights, device="cpu")


def columns_first(latents, patch=2):
    return reference("patchify")(latents.transpose(-1, -2), patch)


def test_parts_are_used_and_put_back_even_after_an_error():
    own = minisora.model.velocity.patchify
    with pytest.raises(ZeroDivisionError), swap(patchify=columns_first):
        assert minisora.model.velocity.patchify is columns_first and minisora.model.patchify is columns_first
        raise ZeroDivisionError
    assert minisora.model.velocity.patchify is own is minisora.model.patchify


def test_the_report_names_the_part_that_spoils_the_clip(pipeline):
    parts = {"patchify": columns_first, "unpatchify": reference("unpatchify")}
    report = swap(**parts).report("a red circle", pipeline=pipeline, seconds=0.5, steps=2)
    assert report.spoilers == ["your patchify", "all of yours"]
    assert "your unpatchify: the same clip" in str(report)
    html = report._repr_html_()
    assert html.count("<tr>") == 3 and "alt=" in html


def test_the_report_survives_parts_that_stop(pipeline):
    def stub(*arguments):
        raise NotImplementedError("write this")

    report = swap(patchify=stub).report("a red circle", pipeline=pipeline, seconds=0, steps=1)
    assert "stops with NotImplementedError: write this" in str(report)
    assert torch.is_tensor(report.whole)


def test_a_part_that_the_pipeline_does_not_use_is_refused():
    with pytest.raises(UserError, match="block_flops"):
        swap(block_flops=print)


def test_a_report_from_inside_would_compare_the_parts_with_themselves(pipeline):
    with swap(patchify=columns_first) as parts, pytest.raises(UserError, match="outside of the `with` block"):
        parts.report("a red circle", pipeline=pipeline)
