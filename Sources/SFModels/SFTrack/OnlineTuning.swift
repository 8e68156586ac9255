import NN
import Tensor
import Vision

/// Fine-tunes `feat2seg` to a target while it is tracked (SFTrack++, Fig. 1): after each frame one step towards what the whole
/// chain made of it, from the box that the trackers agree on; outside of that box nothing is the target's.
struct OnlineTuning {
  private let network: Feat2Seg
  private let optimizer: AdamW

  /// The network's parameters change in place.
  init(_ network: Feat2Seg) {
    self.network = network
    optimizer = AdamW(network.parameters, learningRate: 1e-5, weightDecay: 0)
  }

  /// Learns from an image `[1, H, W, 3]`, a box in its pixels, and the chain's logits `[1, H, W, 1]`.
  func learn(_ image: Tensor, _ box: Box, _ logits: Tensor) {
    let inside = Mask(box, height: image.shape[1], width: image.shape[2]).tensor()
    let truth = (Mask(logits[0], above: 0).tensor() * inside).expandingAxis(0)
    let (_, gradients) = evaluating {
      valueWithGradient { binaryCrossEntropy(logits: network(image, boxes: [box]), truth: truth) }
    }
    optimizer.step(gradients)
  }
}
