import SFModels
import Tensor
import Vision

/// What links a video's pixels along the motion: the optical flows between neighbouring frames, and their colours.
struct VideoFlows {
  typealias Flows = (forward: [FlowField], backward: [FlowField])

  let estimatedFlow: Flows
  /// Where it is known.
  let trueFlow: Flows?
  /// L*a*b*, `[3, 1, T, H, W]`.
  let colors: Tensor

  init(_ video: ChannelVideo) throws {
    let images = try (0..<video.frameCount).map(video.image)
    let steps = 0..<video.frameCount - 1
    estimatedFlow = opticalFlows(along: images)
    trueFlow = video.trueFlow.map { flow in
      (steps.map { flow($0, $0 + 1) }, steps.map { flow($0 + 1, $0) })
    }
    colors = SpectralFeatures.lab(images)
  }

  /// Along the estimated flow.
  var motion: SpectralMotion {
    SpectralMotion(forward: estimatedFlow.forward, backward: estimatedFlow.backward)
  }
}
