"""The ledger on disk: a journal of edits and the history of signals, safe against being killed."""
