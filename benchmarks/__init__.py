"""What `ril.lbp` costs, beside its peers: answers are checked first, rounds are interleaved."""
