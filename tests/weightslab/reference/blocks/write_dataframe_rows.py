wl.write_dataframe(
    columns=["signals", "tag:loss_shape"],
    instance_id=0,
)
