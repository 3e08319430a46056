"""From files to texture channels: labels, splits, decoding, preprocessing, data sets."""
