import CVision
import Tensor

/// Estimates the dense optical flow between two images of one size, from their grey levels: `second(p + flow(p))` shows
/// what `first(p)` does.
///
/// Coarse to fine over a pyramid, as DIS does (Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV
/// 2016): patches are searched by inverse composition, averaged by how well they fit, and a robust variational energy
/// (Brox et al., ECCV 2004) is minimised around the result, on every level down to the image itself.
public func opticalFlow(from first: Image, to second: Image) -> FlowField {
  require(
    first.width == second.width && first.height == second.height,
    "opticalFlow: images of \(first.height)×\(first.width) and \(second.height)×\(second.width)")
  // Chosen on real frames warped and pasted over one another, with motions of up to 10, 30 and 60 pixels, and on a
  // stereo pair.
  var settings = ck_flow_settings(
    width: Int64(first.width), height: Int64(first.height), stride: 5, descents: 8, warps: 2, reweightings: 2,
    sweeps: 3, brightness: 2, gradient: 4, smoothness: 40, edge: 100)
  let count = 2 * first.width * first.height
  let vectors = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
    ck_flow_u8(
      &settings, first.converted(to: .grey).pixels, second.converted(to: .grey).pixels, buffer.baseAddress!)
    initialized = count
  }
  return FlowField(height: first.height, width: first.width, vectors: vectors)
}
