import Tensor

/// The random walk with restart (personalised PageRank; Zhou et al., "Learning with Local and Global Consistency", NIPS
/// 2003), whose restarts the video decides itself.
///
/// Steps x ← (1 − λ)·D⁻¹M·x + λ·s return to the scores s with the share λ. What they come to is a mixture of the steps
/// x_k = (D⁻¹M)^k·s without restart, so that λ may be chosen once these are known:
/// y = λ·Σ_{k<n} (1 − λ)^k·x_k + (1 − λ)^n·x_n.
///
/// Wrong masks flicker, and right ones are left alone: λ = ½ρ², with ρ the share of the scores' disagreement in time that
/// is still there after n steps. Where steps take nothing away, ρ = 1 and y lies on the scores' side of ½; where the scores
/// disagree by their own errors, ρ and λ are near 0.
func restarted(_ walk: [Tensor], motion: SpectralMotion?) -> (mask: Tensor, share: Tensor) {
  let (s, x) = (walk[0], walk[walk.count - 1])
  let share = restartShare(of: s, refined: x, motion: motion)
  return (walk.dropLast().reversed().reduce(x) { share * $1 + (1 - share) * $0 }, share)
}

/// λ = ½ρ² of each video, `[N, 1, 1, 1]`; ½ where the scores don't disagree.
func restartShare(of s: Tensor, refined x: Tensor, motion: SpectralMotion?) -> Tensor {
  func disagreement(_ x: Tensor) -> Tensor {
    SFModels.disagreement(ofMasks: (x .> 0.5).to(x.dtype), motion: motion)
  }
  let before = disagreement(s)
  let ratio = (disagreement(x) / before).replacing(where: before .== 0, with: 1)
  return ratio.clamp(max: 1).squared() / 2
}

/// How much masks `[N, T, H, W]` disagree with themselves from frame to frame, `[N, 1, 1, 1]`: Σ a·|x(p) − x'(p + v(p))|
/// over all pixels and both directions of time, v the flow and a how much its links count; without motion, at the same
/// place.
public func disagreement(ofMasks x: Tensor, motion: SpectralMotion? = nil) -> Tensor {
  require(
    x.rank == 4 && motion.map { Shape($0.forward.shape.prefix(4)) == x.shape } ?? true,
    "disagreement: masks \(x.shape), flows \(motion?.forward.shape ?? [])")
  let last = x.shape[1] - 1
  guard last > 0 else { return Tensor(zeros: [x.shape[0], 1, 1, 1], dtype: x.dtype) }
  let (earlier, later) = (x[.all, ..<last], x[.all, 1...])
  guard let motion else { return 2 * total((earlier - later).abs()) }
  func along(_ flow: Tensor, _ agreement: Tensor, from x: Tensor, to other: Tensor) -> Tensor {
    let (frames, height, width) = (x.shape[0] * x.shape[1], x.shape[2], x.shape[3])
    let moved = other.reshape(frames, height, width, 1).warped(by: flow.reshape(frames, height, width, 2))
    return total(agreement * (x - moved.reshape(x.shape)).abs())
  }
  return along(
    motion.forward[.all, ..<last], motion.forwardAgreement[.all, ..<last], from: earlier, to: later)
    + along(motion.backward[.all, 1...], motion.backwardAgreement[.all, 1...], from: later, to: earlier)
}

private func total(_ x: Tensor) -> Tensor { x.sum(axis: [1, 2, 3], keepingAxes: true) }
