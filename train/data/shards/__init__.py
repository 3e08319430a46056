"""A data set in tar files ("shards", the WebDataset format), for what no longer fits one disk.

    hands-000000.tar    17.png    a picture of any format that `decode` reads
                        17.json   {"bone_age_months": 94, "is_male": true}
                        23.dcm
                        23.json   {"bone_age_months": 61, "is_male": false}
    hands-000001.tar    ...

The name of a member up to its first dot is the id, as webdataset has it. Pictures are read by their
place in the tar file, in any order, so that training sees what it would see of loose files.
"""

from train.data.shards.names import find_tars
from train.data.shards.samples import picture_members, read_shards

__all__ = ["find_tars", "picture_members", "read_shards"]
