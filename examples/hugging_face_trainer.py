"""Hugging Face's Trainer: the ledger in one callback, with values per sample by `save_signals`.

    python examples/hugging_face_trainer.py

The model is made from a configuration; nothing is downloaded. Lines that end in `# ledger` are all
that the ledger adds to the training.
"""

import argparse
from typing import Any

import torch
from synthetic_data import VOCABULARY, Labelled, texts
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

import weightslab as wl
from weightslab.integrations.transformers import LedgerCallback


class Texts(Dataset[dict[str, Any]]):
    """Texts by index, as the Trainer takes them."""

    def __init__(self, content: Labelled) -> None:
        self.content = content

    def __len__(self) -> int:
        return len(self.content.labels)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {
            "input_ids": self.content.inputs[index],
            "labels": self.content.labels[index],
            "sample_id": index,  # ledger
        }


class LedgerTrainer(Trainer):
    """A Trainer that keeps the loss of each sample."""

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """The mean loss of a batch."""
        ids = inputs.pop("sample_id")  # ledger
        outputs = model(**inputs)
        loss_B: Tensor = functional.cross_entropy(
            outputs.logits, inputs["labels"], reduction="none"
        )
        if model.training:
            wl.save_signals({"loss": loss_B}, batch_ids=ids)  # ledger
        return (loss_B.mean(), outputs) if return_outputs else loss_B.mean()


def main() -> None:
    """Train, then tell which samples were hardest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default="runs/hugging_face", help="of history and checkpoints")
    folder = parser.parse_args().folder
    torch.manual_seed(0)
    train, held_out = texts(1_500, seed=1, wrong=0.05), texts(300, seed=2)
    config = BertConfig(
        vocab_size=VOCABULARY,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
    )

    wl.watch_or_edit(None, flag="logger", log_dir=folder)  # ledger
    trainer = LedgerTrainer(
        model=BertForSequenceClassification(config),
        args=TrainingArguments(
            output_dir=folder,
            num_train_epochs=3,
            per_device_train_batch_size=32,
            learning_rate=3e-3,
            eval_strategy="epoch",
            save_strategy="no",
            logging_steps=20,
            use_cpu=True,
            report_to="none",
            disable_tqdm=True,
            remove_unused_columns=False,
        ),
        train_dataset=Texts(train),
        eval_dataset=Texts(held_out),
        callbacks=[LedgerCallback()],  # ledger
    )
    trainer.train()

    worst = wl.dataframe()["signals_loss"].nlargest(75)
    wrong = int(train.is_wrong[[int(name) for name, _ in worst.index]].sum())
    print(f"of the 75 samples with the highest loss {wrong} have a wrong label")
    print(f"history: {wl.write_history()}")


if __name__ == "__main__":
    main()
