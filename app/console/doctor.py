"""`model-studio doctor`: what is missing on this machine, and what to do about it."""

from __future__ import annotations

import argparse

from app.console.output import say, say_json
from app.doctor import check_installation
from app.settings import read_settings


def run(options: argparse.Namespace) -> int:
    """Prints the findings; 1 where one of them is bad."""
    findings = check_installation(read_settings(data_dir=options.data_dir, port=options.port))
    if options.json:
        say_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            say(f"{'ok  ' if finding.ok else 'FAIL'} {finding.name}: {finding.detail}")
    return 0 if all(finding.ok for finding in findings) else 1
