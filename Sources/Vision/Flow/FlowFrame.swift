import CVision
import Tensor

/// What optical flow asks of one frame: its grey levels and edges, from its own size down to a few pixels.
final class FlowFrame: @unchecked Sendable {  // nothing changes after it is made
  private let width: Int
  private let height: Int
  private let frame: OpaquePointer

  init(_ image: Image) {
    (width, height) = (image.width, image.height)
    frame = ck_flow_frame_make(image.converted(to: .grey).pixels, Int64(width), Int64(height))
  }

  deinit { ck_flow_frame_free(frame) }

  func flow(to second: FlowFrame) -> FlowField {
    field { ck_flow_between(frame, of(second), $0, nil) }
  }

  func flows(to second: FlowFrame) -> (forward: FlowField, backward: FlowField) {
    var backward: FlowField?
    let forward = field { there in
      backward = field { back in ck_flow_between(frame, of(second), there, back) }
    }
    return (forward, backward!)
  }

  private func of(_ second: FlowFrame) -> OpaquePointer {
    require(
      width == second.width && height == second.height,
      "opticalFlow: images of \(height)×\(width) and \(second.height)×\(second.width)")
    return second.frame
  }

  private func field(_ fill: (UnsafeMutablePointer<Float>) -> Void) -> FlowField {
    let count = 2 * width * height
    let vectors = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      fill(buffer.baseAddress!)
      initialized = count
    }
    return FlowField(height: height, width: width, vectors: vectors)
  }
}
