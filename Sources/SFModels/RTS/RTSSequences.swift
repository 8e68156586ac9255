import NN
import Tensor
import Vision

/// Short annotated sequences to train RTS on, N of them with the first frame and T later ones.
public struct RTSSequences: Sendable {
  /// The frames `[N, 1 + T, H, W, 3]`, RGB in 0…1.
  public let images: Tensor
  /// The target's pixels, `[N, 1 + T, H, W, 1]`, 0 or 1.
  public let masks: Tensor
  /// What the first masks are taken to be, `[N, H, W, 1]`: they themselves, or what their boxes tell of them.
  public let starts: Tensor
  /// The labels of the instance model, `[N, 1 + T, H', W', 1]`.
  public let labels: Tensor
  /// Whether of the first mask the box alone is told.
  public let startsOnBox: [Bool]
  /// The target's box in each first frame, in its pixels.
  public let boxes: [Box]

  /// Sequences of frames and masks of the network's input size. A target that isn't seen has no box and no label.
  public init(_ sequences: [RTSSamples.Sample], for network: RTS) {
    images = .stack(sequences.map { Tensor.stack($0.images.map { $0.tensor() }) })
    masks = .stack(sequences.map { Tensor.stack($0.masks.map { $0.tensor() }) })
    let (height, width) = network.inputSize
    labels = .stack(
      sequences.map { sequence in
        .stack(
          sequence.masks.map { mask in
            let box = mask.boundingBox
            return network.instance.label(
              center: box.map { Point($0.centerX, $0.centerY) }, deviation: network.labelDeviation,
              height: height, width: width)
          })
      })
    starts = .stack(sequences.map { $0.start.tensor() })
    startsOnBox = sequences.map(\.startsOnBox)
    boxes = sequences.map { $0.masks[0].boundingBox ?? Box(x: 0, y: 0, width: 1, height: 1) }
  }

  init(images: Tensor, masks: Tensor, labels: Tensor, boxes: [Box]) {
    (self.images, self.masks, self.labels, self.boxes) = (images, masks, labels, boxes)
    starts = masks[.all, 0]
    startsOnBox = boxes.map { _ in false }
  }
}
