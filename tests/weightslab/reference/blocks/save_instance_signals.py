wl.save_instance_signals(
   signals={"signals//iou_instance": iou_per_box},   # flat [total_instances]
   batch_ids=ids,
   batch_idx=batch_idx,                                # instance -> sample position
   targets=flat_masks,
   step=current_step,
)
