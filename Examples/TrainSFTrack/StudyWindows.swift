import Datasets
import Evaluation
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// A window of the study: what phase 1 says of each tracker's box and of the median of them, and what it should become.
struct StudyWindow: Sendable {
  let window: TrackedWindow
  /// The masks `[T, H, W, trackers + 1]`, the median's last.
  let channels: Tensor
  let motion: SpectralMotion
  /// The object, apart from the others.
  let object: String

  /// The trackers' boxes in the last frame.
  var boxes: [Box?] { window.boxes.last! }
}

/// Windows as tensors.
struct StudyBatch: Sendable {
  let windows: [StudyWindow]
  let joined: TrackedBatch
  /// `[N, T, H, W, trackers + 1]`.
  let channels: Tensor
  let motion: SpectralMotion

  init(_ windows: [StudyWindow]) {
    (self.windows, joined) = (windows, TrackedBatch(windows.map(\.window)))
    channels = .stack(windows.map(\.channels))
    func volume(_ part: (SpectralMotion) -> Tensor) -> Tensor {
      .concatenate(windows.map { part($0.motion) }, axis: 0)
    }
    motion = SpectralMotion(
      forward: volume(\.forward), backward: volume(\.backward),
      forwardAgreement: volume(\.forwardAgreement), backwardAgreement: volume(\.backwardAgreement))
  }

  /// Batches of windows, in order.
  static func inOrder(_ windows: [StudyWindow], size: Int = 8) -> [StudyBatch] {
    stride(from: 0, to: windows.count, by: size).map {
      StudyBatch(Array(windows[$0..<min($0 + size, windows.count)]))
    }
  }
}

extension StudyWindow {
  /// Windows spread over those of a data set, as phase 1 sees them; the median of the corners is one more tracker.
  static func segmented(
    _ windows: TrackedWindows, count: Int, by network: SFTrack, _ title: String
  ) throws -> [StudyWindow] {
    let count = min(count, windows.count)
    var bar = ProgressBar(title, count: count)
    defer { bar.finish() }
    return try (0..<count).map { place in
      try Program.checkInterruption()
      let index = (2 * place + 1) * windows.count / (2 * count)
      let window = try windows.window(index), source = windows.source(of: index)
      let boxes = window.boxes.map { $0 + [Box.median(of: $0.compactMap { $0 })] }
      let images = Tensor.stack(window.images.map { $0.tensor() })
      let masks = boxes[0].indices.map { tracker in
        network.feat2seg(images, boxes: boxes.map { $0[tracker] }).sigmoid()
      }
      bar.advance()
      return StudyWindow(
        window: window, channels: .concatenate(masks, axis: -1),
        motion: SpectralMotion(windows: [window.images]), object: "\(source.sequence)/\(source.object)")
    }
  }
}
