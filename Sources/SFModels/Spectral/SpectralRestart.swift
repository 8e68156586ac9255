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
  let share = restartShare(of: walk[0], refined: walk[walk.count - 1], motion: motion)
  // Frame by frame, so that nothing as long as the video is made in between.
  let shape = walk[0].shape, count = shape[1]
  let mask = Tensor.stack(shape[0] * count) { frame in
    let (n, t) = (frame / count, frame % count)
    let steps = walk.map { $0[n, t] }
    return steps.dropLast().reversed().reduce(steps[steps.count - 1]) { $0 + share[n, 0] * ($1 - $0) }
  }
  return (mask.reshape(shape), share)
}

/// λ = ½ρ² of each video, `[N, 1, 1, 1]`; ½ where the scores don't disagree.
func restartShare(of s: Tensor, refined x: Tensor, motion: SpectralMotion?) -> Tensor {
  let before = disagreement(ofMasks: s, motion: motion)
  let ratio = (disagreement(ofMasks: x, motion: motion) / before).replacing(where: before .== 0, with: 1)
  return ratio.clamp(max: 1).squared() / 2
}

/// How much masks disagree with themselves from frame to frame, `[N, 1, 1, 1]`: Σ a·|m(p) − m'(p + v(p))| over all pixels
/// and both directions of time, m the pixels of the soft masks `[N, T, H, W]` above ½, v the flow and a how much its links
/// count; without motion, at the same place.
package func disagreement(ofMasks x: Tensor, motion: SpectralMotion? = nil) -> Tensor {
  require(
    x.rank == 4 && motion.map { Shape($0.forward.shape.prefix(4)) == x.shape } ?? true,
    "disagreement: masks \(x.shape), flows \(motion?.forward.shape ?? [])")
  @Sendable func mask(_ t: Int) -> Tensor { (x[.all, t] .> 0.5).to(x.dtype).expandingAxis(-1) }
  @Sendable func total(_ x: Tensor) -> Tensor { x.sum(axis: [1, 2, 3], keepingAxes: true) }
  let pairs = concurrentMap(max(0, x.shape[1] - 1)) { t in
    let (earlier, later) = (mask(t), mask(t + 1))
    guard let motion else { return 2 * total((earlier - later).abs()) }
    let missed = (earlier - later.warped(by: motion.forward[.all, t])).abs()
    let missedBack = (later - earlier.warped(by: motion.backward[.all, t + 1])).abs()
    return total(motion.forwardAgreement[.all, t].expandingAxis(-1) * missed)
      + total(motion.backwardAgreement[.all, t + 1].expandingAxis(-1) * missedBack)
  }
  return pairs.reduce(Tensor(zeros: [x.shape[0], 1, 1, 1], dtype: x.dtype), +)
}
