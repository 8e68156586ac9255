import Tensor
import Vision

/// Some frames of a video with what several trackers say of one object in them: what an ensemble of trackers sees, and what
/// it should answer for the last frame.
public struct TrackedWindow: Sendable {
  /// The frames, RGB, the oldest first.
  public var images: [Image]
  /// For each frame a box from each tracker, in the images' pixels; nil where it lost the object.
  public var boxes: [[Box?]]
  /// The object's visible pixels in the last frame.
  public var truth: Mask

  /// The box around the object's visible pixels in the last frame; nil where nothing of it is seen.
  public var trueBox: Box? { truth.boundingBox }

  /// The window in other colours, all frames alike.
  public func recoloured(using generator: inout SeededGenerator) -> TrackedWindow {
    let (brightness, contrast) = (generator.uniform(0.8..<1.25), generator.uniform(0.8..<1.25))
    let (saturation, hue) = (generator.uniform(0.6..<1.4), generator.normal(standardDeviation: 0.02))
    var window = self
    window.images = images.map {
      $0.adjusted(brightness: brightness, contrast: contrast, saturation: saturation, hue: hue)
    }
    return window
  }

  /// The window mirrored left to right.
  public func flippedHorizontally() -> TrackedWindow {
    let width = Double(truth.width)
    return TrackedWindow(
      images: images.map { $0.flippedHorizontally() },
      boxes: boxes.map {
        $0.map { $0.map { Box(x: width - $0.maxX, y: $0.y, width: $0.width, height: $0.height) } }
      },
      truth: truth.flippedHorizontally())
  }
}

/// Windows of one size, as tensors.
public struct TrackedBatch: Sendable {
  /// The windows, for pictures.
  public let windows: [TrackedWindow]
  /// RGB in [0, 1], `[N, T, H, W, 3]`.
  public let images: Tensor
  /// The 0/1 masks of the objects in the last frames, `[N, H, W, 1]`.
  public let truth: Tensor
  /// The 0/1 masks of their boxes, `[N, H, W, 1]`.
  public let trueBoxes: Tensor

  /// Joins at least one window; all must be of one size and length.
  public init(_ windows: [TrackedWindow]) {
    require(!windows.isEmpty, "TrackedBatch: no windows")
    self.windows = windows
    images = .stack(windows.map { .stack($0.images.map { $0.tensor() }) })
    truth = .stack(windows.map { $0.truth.tensor() })
    trueBoxes = .stack(
      windows.map { window in
        let (height, width) = (window.truth.height, window.truth.width)
        return
          (window.trueBox.map { Mask($0, height: height, width: width) } ?? Mask(height: height, width: width))
          .tensor()
      })
  }

  /// For each window and frame the trackers' boxes.
  public var boxes: [[[Box?]]] { windows.map(\.boxes) }
}
