"""Who made a file, with what, and is it still as it was signed? C2PA manifests ("Content Credentials") of clips.

``origin`` is what a clip knows of how it was made, ``keys`` what somebody signs with, ``manifest`` puts the two into a
file, ``verify`` reads them out of one, and ``report`` says it in words. Only these need the package's extra ``sign``.

Source: C2PA, Content Credentials: Technical Specification 2.4 (spec.c2pa.org).
"""

from minisora.provenance.keys import Keys, make_test_key
from minisora.provenance.manifest import SIGNABLE, check_signable, sign_file
from minisora.provenance.origin import Origin
from minisora.provenance.report import Problem, Report, as_json, as_text
from minisora.provenance.verify import NoPlace, verify

__all__ = [
    "SIGNABLE",
    "Keys",
    "NoPlace",
    "Origin",
    "Problem",
    "Report",
    "as_json",
    "as_text",
    "check_signable",
    "make_test_key",
    "sign_file",
    "verify",
]
