import Tensor
import Vision

/// The optical flows between a video's neighbouring frames, forward and back.
struct VideoFlows {
  typealias Flows = (forward: [FlowField], backward: [FlowField])

  let estimatedFlow: Flows
  /// Where it is known.
  let trueFlow: Flows?

  init(_ video: ChannelVideo) throws {
    let images = try (0..<video.frameCount).map(video.image)
    let steps = 0..<video.frameCount - 1
    estimatedFlow = (
      steps.map { opticalFlow(from: images[$0], to: images[$0 + 1]) },
      steps.map { opticalFlow(from: images[$0 + 1], to: images[$0]) }
    )
    trueFlow = video.trueFlow.map { flow in
      (steps.map { flow($0, $0 + 1) }, steps.map { flow($0 + 1, $0) })
    }
  }
}
