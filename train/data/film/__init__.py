"""Is this a hand radiograph, bones bright, fingers up? Judged from how its gradients lie."""

from train.data.film.judgement import Judgement, judge
from train.data.film.poses import Pose, righted

__all__ = ["Judgement", "Pose", "judge", "righted"]
