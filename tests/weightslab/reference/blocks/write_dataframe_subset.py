wl.write_dataframe(
    "subset.json",
    columns=["signals", "discarded"],
    sample_id=["img_001", "img_042"],
)
