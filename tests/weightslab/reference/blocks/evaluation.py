import torch
import weightslab as wl

# Register all objects with the ledger as usual
model     = wl.watch_or_edit(MyModel(), flag='model')
criterion = wl.watch_or_edit(nn.CrossEntropyLoss(reduction='none'), flag='loss',
                             signal_name='eval_loss')
val_loader = wl.watch_or_edit(DataLoader(val_dataset, batch_size=64),
                              flag='data', loader_name='val_loader')

# Optional override — use the same logic as your test() function
@wl.eval_fn
def eval_pass(loader):
    model.eval()
    with torch.no_grad():
        for inputs, targets, ids in loader:
            preds = model(inputs)
            criterion(preds, targets, batch_ids=ids)
