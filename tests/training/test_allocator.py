import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys, torch
from app.training.allocator import return_large_blocks
if sys.argv[1] == "back":
    assert return_large_blocks()
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
torch.ones(4 << 20)  # 16 MB: glibc then keeps blocks of this size
before = resident()
small, large = [], []
for _ in range(40):
    large.append(torch.ones(1 << 20))
    small.append(torch.ones(1 << 13))
del large
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone")
def test_large_blocks_go_back_to_the_system() -> None:
    kept = {
        how: int(subprocess.check_output([sys.executable, "-c", PROGRAM, how], timeout=60))
        for how in ("keep", "back")
    }
    assert kept["back"] < 20e6
    assert kept["keep"] > kept["back"] + 50e6
