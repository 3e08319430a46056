"""One file for each verb of `python -m train`; verbs compose data, model, losses and metrics."""
