import Tensor

/// How far the masks of a video's frames are trusted, `[N, T, 1, 1]` for scores `[N, T, H, W]` in [0.05, 0.95]:
/// min(a, m)/max(a, m), with a the area of a frame's mask and m the median of the areas of the frames around it, up to
/// eight on either side.
///
/// A method that fails in a frame often finds all of it, or nothing. No gradient flows to it.
func frameTrust(_ scores: Tensor) -> Tensor {
  let (count, around) = (scores.shape[1], 8)
  let areas = scores.detached().mean(axis: [2, 3]).array(of: Double.self).map { max(0, $0 - 0.05) }
  let trust = areas.indices.map { index in
    let t = index % count, video = areas[(index - t)..<(index - t + count)]
    let near = video.dropFirst(max(0, t - around)).prefix(min(t, around) + around + 1).sorted()
    let (area, median) = (areas[index], near[near.count / 2])
    // Frames without an object are alike; none is left out altogether.
    return max(area, median) > 0 ? max(0.02, min(area, median) / max(area, median)) : 1
  }
  return Tensor(trust, shape: [scores.shape[0], count, 1, 1]).to(scores.dtype)
}
