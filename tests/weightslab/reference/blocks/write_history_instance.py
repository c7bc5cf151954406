wl.write_history(
    "box1.json",
    type_of_history="instance",
    graph_name="iou",
    sample_id="img_0042",
    instance_id=1,
)
