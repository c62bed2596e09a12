"""Settings for nbgrader: copy this file into the folder of your class."""

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    Execute,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from minisora.course.grading.nbgrader_cells import HealCells, OnlyErrorsCount

c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.CourseDirectory.course_id = "video"

# Copied cells and edited metadata are mended and deleted checks put back before anything is run;
# afterwards a warning in a check's cell is not taken for a mistake.
c.Autograde.sanitize_preprocessors = [ClearOutput, HealCells, OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
c.Autograde.autograde_preprocessors = [
    Execute,
    OnlyErrorsCount,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]

# Seconds.
c.Execute.timeout = 120  # a cell; a check gives up sooner by itself, and says so
c.Execute.iopub_timeout = 60  # output that is still on its way, such as a million printed lines
c.Execute.startup_timeout = 180  # a kernel, on a machine that has much to do
