wl.write_history(
    "img0042_loss.json",
    type_of_history="sample",
    graph_name="train/loss",
    sample_id="img_0042",
)
