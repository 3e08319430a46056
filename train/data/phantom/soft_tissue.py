"""Attenuation of the soft tissue: a silhouette, thinner towards its edge."""

from __future__ import annotations

import cv2
import numpy as np

from train.data.phantom.arrays import FloatArray, Plane
from train.data.phantom.rasterize import fill
from train.data.phantom.skeleton import Skeleton

_COARSE = 2  # the silhouette is smooth: half the resolution is enough
_FINGER_RADII = {
    1: (52.0, 44.0, 36.0, 27.0),
    2: (46.0, 44.0, 36.0, 32.0, 25.0),
    3: (46.0, 44.0, 37.0, 33.0, 26.0),
    4: (44.0, 42.0, 34.0, 30.0, 24.0),
    5: (46.0, 38.0, 29.0, 26.0, 21.0),
}
_GREATEST_HALF_DEPTH = 105.0
_DENSITY = 0.165  # of soft tissue, relative to dense bone


def _stroke(mask: np.ndarray, points: FloatArray, radii: FloatArray) -> None:
    """Draw a line of varying thickness with round ends."""
    for point, radius in zip(points, radii, strict=True):
        centre = np.rint(point * 16).astype(int).tolist()
        cv2.circle(mask, centre, int(radius * 16), 255, -1, cv2.LINE_8, 4)
    for k in range(len(points) - 1):
        step = points[k + 1] - points[k]
        normal = np.array([-step[1], step[0]]) / max(float(np.hypot(*step)), 1e-6)
        a, b = normal * radii[k], normal * radii[k + 1]
        fill(mask, np.array([points[k] + a, points[k + 1] + b, points[k + 1] - b, points[k] - a]))


def _silhouette(skeleton: Skeleton, shape: tuple[int, int], flesh: float) -> np.ndarray:
    unit, grown = skeleton.unit / _COARSE, skeleton.proportions
    mask = np.zeros(shape, np.uint8)
    rays = {ray: joints / _COARSE for ray, joints in skeleton.rays.items()}
    for ray, joints in rays.items():
        radii = np.array(_FINGER_RADII[ray]) * unit * flesh
        radii *= np.where(
            np.arange(len(radii)) < 2, (1 + grown.finger_flesh) / 2, grown.finger_flesh
        )
        tip = joints[-1] - joints[-2]
        joints = np.concatenate([joints[:-1], [joints[-1] - tip * (0.10 * grown.finger_flesh)]])
        _stroke(mask, joints, radii)
    palm = [rays[1][0], rays[1][1], 0.35 * rays[2][0] + 0.65 * rays[2][1], rays[2][1]]
    palm += [rays[3][1], rays[4][1], rays[5][1], rays[5][0]]
    fill(mask, np.array(palm))
    forearm, carpus = skeleton.forearm / _COARSE, skeleton.carpus / _COARSE
    width = unit * flesh * grown.wrist_flesh
    wrist, narrow = (carpus + forearm[0]) / 2, forearm[0] * 0.9 + forearm[1] * 0.1
    _stroke(mask, np.array([wrist, narrow, forearm[1]]), np.array([88.0, 84.0, 150.0]) * width)
    for ray, radius in ((1, 50.0), (5, 48.0)):
        ball = rays[ray][:2].mean(axis=0)
        line = np.array([ball, 0.94 * forearm[0] + 0.06 * forearm[1]])
        _stroke(mask, line, np.array([radius * unit * flesh * grown.finger_flesh, 84.0 * width]))
    return mask


def _close(mask: np.ndarray, radius: float) -> np.ndarray:
    """Round off concave corners such as the webs between the fingers."""
    outside = cv2.distanceTransform(cv2.bitwise_not(mask), cv2.DIST_L2, 5)
    grown = (outside <= radius).astype(np.uint8)
    return (cv2.distanceTransform(grown, cv2.DIST_L2, 5) > radius).astype(np.uint8)


def _depth(skeleton: Skeleton, shape: tuple[int, int], flesh: float) -> Plane:
    """Return the distance below the skin in pixels, negative outside."""
    margin = int(np.ceil(70 * skeleton.unit / _COARSE))
    rows, columns = -(-shape[0] // _COARSE), -(-shape[1] // _COARSE)
    shift = np.array([margin * _COARSE, margin * _COARSE], float)
    moved = skeleton.moved(np.eye(2), shift, 1.0)
    mask = _silhouette(moved, (rows + 2 * margin, columns + 2 * margin), flesh)
    mask = cv2.threshold(mask, 127, 255, cv2.THRESH_BINARY)[1]
    mask = _close(mask, 9 * skeleton.unit / _COARSE)
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    depth -= cv2.distanceTransform(1 - mask, cv2.DIST_L2, 5)
    depth = cv2.GaussianBlur(depth, (0, 0), max(3.5 * skeleton.unit / _COARSE, 1.2))
    inner = depth[margin : margin + rows, margin : margin + columns]
    return _COARSE * cv2.resize(inner, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)


def _thickness(skeleton: Skeleton, height: int) -> Plane:
    """Return how much thicker than the palm the forearm is, row by row: (height, 1)."""
    below = (np.arange(height) - skeleton.carpus[1]) / skeleton.unit
    return np.interp(below, [0.0, 220.0], [1.0, 1.5]).astype(np.float32)[:, np.newaxis]


def soft_tissue_attenuation(skeleton: Skeleton, shape: tuple[int, int], flesh: float) -> Plane:
    """Return the attenuation of the soft tissue, in anatomical units of dense bone."""
    depth = _depth(skeleton, shape, flesh)
    cover = np.clip(depth + 0.5, 0.0, 1.0)
    half = np.float32(_GREATEST_HALF_DEPTH * skeleton.unit)
    np.clip(depth, 0.0, half, out=depth)
    # Between a rod and a wedge: fingers are much thinner than the palm.
    chord = cv2.sqrt(depth * (2 * half - depth))
    chord *= np.float32(1.4)
    depth *= np.float32(0.6)
    chord += depth
    chord *= cover
    chord *= np.float32(_DENSITY / skeleton.unit) * _thickness(skeleton, shape[0])
    return chord
