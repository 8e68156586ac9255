/// Estimates the dense optical flow between two images of one size, from their grey levels: `second(p + flow(p))` shows
/// what `first(p)` does.
///
/// Coarse to fine over a pyramid, as DIS does (Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV
/// 2016): patches are searched by inverse composition, averaged by how well they fit, and a robust variational energy
/// (Brox et al., ECCV 2004) is minimised around the result, on every level down to the image itself. The same bits come
/// out on any number of threads.
public func opticalFlow(from first: Image, to second: Image) -> FlowField {
  FlowFrame(first).flow(to: FlowFrame(second))
}

/// The optical flows along a video of frames of one size: from each to the next, and from each to the one before.
public func opticalFlows(along frames: [Image]) -> (forward: [FlowField], backward: [FlowField]) {
  var stream = FlowStream()
  let flows = frames.compactMap { stream.push($0) }
  return (flows.map(\.forward), flows.map(\.backward))
}

/// The optical flows between the neighbouring frames of a video of one size, as the frames come.
///
/// They are those of `opticalFlow(from:to:)`, in less time: what is computed of a frame alone is computed once.
public struct FlowStream: Sendable {
  private var last: FlowFrame?

  /// Before the first frame.
  public init() {}

  /// Takes in the next frame. Returns the flow of the frame before to it, and back; nil for the first frame.
  public mutating func push(_ frame: Image) -> (forward: FlowField, backward: FlowField)? {
    let next = FlowFrame(frame)
    defer { last = next }
    return last?.flows(to: next)
  }
}
