"""A second session of two_ranks.py: loads its checkpoint, and is paused for a second on rank 0."""

import json
import sys
import threading
import time
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler

import weightslab as wl
from tests.weightslab.ranks.two_ranks import BATCH, Named


def main(folder: Path) -> None:
    dist.init_process_group("gloo")
    rank = dist.get_rank()
    torch.manual_seed(0)
    wl.watch_or_edit(
        {"root_log_dir": str(folder), "optimizer": {"lr": 0.1}}, flag="hyperparameters"
    )
    loader = DataLoader(data := Named(), batch_size=BATCH, sampler=DistributedSampler(data))
    loader = wl.watch_or_edit(loader, flag="data", name="train_loader")
    net = wl.watch_or_edit(nn.Linear(8, 3), flag="model")
    model = DistributedDataParallel(net)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    optimizer = wl.watch_or_edit(optimizer, flag="optimizer")
    (name,) = (path.name for path in (folder / "checkpoints").iterdir())
    loaded = wl.load_checkpoint(experiment_hash=name).step
    longest, last = 0.0, time.monotonic()
    for step in range(40):
        if rank == 0 and step == 10:
            wl.pause()
            threading.Timer(1.0, wl.resume).start()
        batch = next(loader)
        loss = nn.functional.cross_entropy(model(batch["x"]), batch["y"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    told = {
        "loaded": loaded,
        "age": net.get_age(),
        "longest_s": longest,
        "discarded": len(wl.get_discarded_samples()),
        "weights": net.weight.detach().flatten().tolist(),
    }
    (folder / f"again_{rank}.json").write_text(json.dumps(told))
    wl.request_evaluation("train_loader")
    wl.run_pending_evaluation()
    dist.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
