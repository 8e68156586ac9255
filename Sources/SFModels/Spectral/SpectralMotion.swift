import CSpectral
import Tensor
import Vision

/// How the pixels of videos move from frame to frame: the links of a motion-compensated graph.
///
/// The neighbours of pixel p of frame t in frame t + 1 are those around p + forward(p), in frame t − 1 those around
/// p + backward(p); further frames are reached from one to the next. A link counts as much as the flows there and
/// back agree, so that a pixel that is covered or leaves the frame has none. Motion is constant: no gradient flows to it.
public struct SpectralMotion: Sendable {
  /// The flow from each frame to the next, `[N, T, H, W, 2]` in pixels, (x, y).
  public let forward: Tensor
  /// The flow from each frame to the one before, `[N, T, H, W, 2]` in pixels, (x, y).
  public let backward: Tensor
  /// How much the links along `forward` count, `[N, T, H, W]` in [0, 1].
  public let forwardAgreement: Tensor
  /// How much the links along `backward` count, `[N, T, H, W]` in [0, 1].
  public let backwardAgreement: Tensor

  /// Motion whose links count as told.
  public init(forward: Tensor, backward: Tensor, forwardAgreement: Tensor, backwardAgreement: Tensor) {
    require(
      forward.rank == 5 && forward.shape[4] == 2 && backward.shape == forward.shape
        && forwardAgreement.shape == Shape(forward.shape.prefix(4))
        && backwardAgreement.shape == forwardAgreement.shape,
      "SpectralMotion: flows \(forward.shape) and \(backward.shape) with agreements "
        + "\(forwardAgreement.shape) and \(backwardAgreement.shape)")
    self.forward = forward.detached()
    self.backward = backward.detached()
    self.forwardAgreement = forwardAgreement.detached()
    self.backwardAgreement = backwardAgreement.detached()
  }

  /// Motion whose links count as much as the two flows agree: 1/(1 + d²/tolerance²), d pixels between where a pixel
  /// started and where the flow there and back takes it.
  ///
  /// The forward flow of the last frame and the backward flow of the first lead nowhere; their values don't matter.
  public init(forward: Tensor, backward: Tensor, tolerance: Double = 1) {
    require(
      forward.rank == 5 && forward.shape[4] == 2 && backward.shape == forward.shape && tolerance > 0,
      "SpectralMotion: flows \(forward.shape) and \(backward.shape), tolerance \(tolerance)")
    let (count, flow) = (forward.shape[1], Shape(forward.shape.suffix(3)))
    let none = Tensor(zeros: Shape(flow.dropLast()), dtype: forward.dtype)
    func frames(_ flows: Tensor) -> Tensor {
      flows.detached().reshape(Shape([flows.shape[0] * count] + flow))
    }
    /// Of each frame's flow with the one back from `step` frames on.
    func agreements(_ flows: Tensor, _ back: Tensor, step: Int) -> Tensor {
      let (flows, back) = (frames(flows), frames(back))
      return Tensor.stack(flows.shape[0]) { frame in
        (0..<count).contains(frame % count + step)
          ? flowAgreement(flows[frame], back[frame + step], tolerance: tolerance) : none
      }.reshape(Shape(forward.shape.prefix(4)))
    }
    self.init(
      forward: forward, backward: backward, forwardAgreement: agreements(forward, backward, step: 1),
      backwardAgreement: agreements(backward, forward, step: -1))
  }

  /// Motion along the flows of one video of T frames, T ≥ 2: T − 1 of them from each frame to the next, and T − 1 from
  /// each to the one before. Where a flow isn't known, no link follows it.
  public init(forward: [FlowField], backward: [FlowField], tolerance: Double = 1) {
    require(
      !forward.isEmpty && backward.count == forward.count,
      "SpectralMotion: \(forward.count) flows forward, \(backward.count) back")
    /// The last frame's flow forward and the first one's back lead nowhere.
    func volume(_ flows: [FlowField], from first: Int) -> Tensor {
      Tensor.stack(flows.count + 1) { frame in
        flows.indices.contains(frame - first)
          ? flows[frame - first].tensor(unknown: Self.outsideFrame)
          : Tensor(zeros: [flows[0].height, flows[0].width, 2])
      }.expandingAxis(0)
    }
    self.init(forward: volume(forward, from: 0), backward: volume(backward, from: 1), tolerance: tolerance)
  }

  /// Motion along the optical flows within each of several windows, all of as many frames of one size, two at least.
  public init(windows: [[Image]], tolerance: Double = 1) {
    let motions = windows.map { frames in
      let flows = opticalFlows(along: frames)
      return SpectralMotion(forward: flows.forward, backward: flows.backward, tolerance: tolerance)
    }
    func joined(_ part: (SpectralMotion) -> Tensor) -> Tensor { .concatenate(motions.map(part), axis: 0) }
    self.init(
      forward: joined(\.forward), backward: joined(\.backward), forwardAgreement: joined(\.forwardAgreement),
      backwardAgreement: joined(\.backwardAgreement))
  }

  /// A displacement, in pixels, that leads out of any frame: no link follows it.
  public static let outsideFrame = 1e6
}

/// How well a flow from one frame to another agrees with the flow back, `[…, H, W]` of flows `[…, H, W, 2]` in pixels:
/// 1/(1 + |flow(p) + back(p + flow(p))|²/tolerance²), 0 where p + flow(p) lies beside the frame.
public func flowAgreement(_ flow: Tensor, _ back: Tensor, tolerance: Double = 1) -> Tensor {
  require(
    flow.rank >= 3 && flow.shape[-1] == 2 && back.shape == flow.shape && back.dtype == flow.dtype
      && (flow.dtype == .float32 || flow.dtype == .float64) && tolerance > 0,
    "flowAgreement: flows \(flow.dtype) \(flow.shape) and \(back.dtype) \(back.shape), tolerance \(tolerance)"
  )
  let shape = Shape(flow.shape.dropLast())
  let (height, width) = (shape[-2], shape[-1])
  let frames = shape.dropLast(2).reduce(1, *)
  return Kernel.make("flowAgreement", shape, from: flow, back) {
    ck_flow_agreement($0, Int64(frames), Int64(height), Int64(width), tolerance, $1, $2, $3)
  }
}
