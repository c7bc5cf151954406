import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_it_measures_our_environment_and_says_which_goals_it_missed() -> None:
    command = [sys.executable, "benchmarks/env.py", "--quick", "--json", "--only", "Model Studio"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    told = json.loads(done.stdout)
    assert done.returncode == (1 if told["missed"] else 0), done.stderr
    rates = told["rates"]
    assert set(rates["Model Studio, kernels"]) == {"1", "64", "1024", "8192"}
    assert rates["Model Studio, kernels"]["1024"] > rates["Model Studio, make_vec"]["1024"] > 1e5
    assert rates["Model Studio, make"]["1"] > 1e4
    assert told["missing"] == {}
