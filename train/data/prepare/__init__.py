"""Making a pack part by part: by many threads or machines, through any number of kills.

The rows of a data set, by ascending id, are divided into parts of a fixed number, so that a part
holds the same bytes whoever makes it and however the parts are divided among processes. While work
goes on, the folder of the pack holds finished parts and

    pack_unfinished/plan.json       what decides the bytes: another plan is refused
    pack_unfinished/000000.json     the record of a finished part
    pack_unfinished/tmp...          what is being made, or was when a process was killed

A part is written aside, moved to its place, and then its record is. Only what has a record that
agrees with the files is believed. Whoever finds the records of all parts writes the labels, the
places of the pictures and last the manifest, which makes the folder a pack.
"""
