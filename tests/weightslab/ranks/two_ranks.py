"""A training of two ranks, which test_two_ranks.py starts with torchrun."""

import json
import sys
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset, DistributedSampler

import weightslab as wl
from weightslab.experiment import current

SAMPLES, BATCH, EDIT_AT, EDITED_BY = 240, 10, 4, 15


class Named(Dataset[dict[str, Any]]):
    """Samples that tell their name only when they are loaded, so that ranks learn them in turn."""

    def __init__(self) -> None:
        self.x, self.y = torch.randn(SAMPLES, 8), torch.randint(3, (SAMPLES,))

    def __len__(self) -> int:
        return SAMPLES

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {"x": self.x[index], "y": self.y[index], "number": index, "id": f"s{index}"}


def main(folder: Path) -> None:
    dist.init_process_group("gloo")
    rank = dist.get_rank()
    torch.manual_seed(0)
    hp = wl.watch_or_edit(
        {"root_log_dir": str(folder), "optimizer": {"lr": 0.1}}, flag="hyperparameters"
    )
    loader = DataLoader(data := Named(), batch_size=BATCH, sampler=DistributedSampler(data))
    loader = wl.watch_or_edit(loader, flag="data", name="train_loader")
    net = wl.watch_or_edit(nn.Linear(8, 3), flag="model")
    model = DistributedDataParallel(net)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    optimizer = wl.watch_or_edit(optimizer, flag="optimizer")
    loss_of = wl.watch_or_edit(nn.CrossEntropyLoss(reduction="none"), flag="loss", name="loss")
    late: set[str] = set()
    steps_of_epochs, rates = [], []
    for epoch in range(4):
        loader.sampler.set_epoch(epoch)
        for batch in loader:
            loss = loss_of(model(batch["x"]), batch["y"]).mean()
            wl.save_signals({"number": batch["number"]}, batch_ids=batch["id"])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rates.append(optimizer.param_groups[0]["lr"])
            if current().step > EDITED_BY:
                late.update(batch["id"])
            if rank == 0 and current().step == EDIT_AT:
                wl.discard_samples(batch["id"])
                hp.set_from_page("optimizer.lr", 0.05)
            if rank == 1 and current().step == EDIT_AT:
                wl.tag_samples(batch["id"], "of rank 1")
                (folder / "tagged.json").write_text(json.dumps(batch["id"]))
        steps_of_epochs.append(net.get_age())
    wl.save_checkpoint()
    told = {
        "steps": steps_of_epochs,
        "rates": rates,
        "weights": net.weight.detach().flatten().tolist(),
        "discarded": sorted(wl.get_discarded_samples()),
        "late": sorted(late),
        "journal": type(current().journal).__name__,
    }
    (folder / f"rank_{rank}.json").write_text(json.dumps(told))
    dist.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
