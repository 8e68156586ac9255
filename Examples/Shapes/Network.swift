import NN
import Tensor
import Vision

/// Which of some classes a small picture shows.
struct Network: Layer {
  let features = Sequential(
    Conv2d(3, 16, kernel: 3, padding: 1, bias: false), BatchNorm(16, relu: true), MaxPool2d(2),
    Conv2d(16, 32, kernel: 3, padding: 1, bias: false), BatchNorm(32, relu: true), MaxPool2d(2),
    Conv2d(32, 64, kernel: 3, padding: 1, bias: false), BatchNorm(64, relu: true))
  let head: Linear

  init(classes: Int) { head = Linear(64, classes) }

  /// Logits `[N, classes]` of images `[N, 32, 32, 3]`.
  func callAsFunction(_ images: Tensor) -> Tensor { head(features(images).mean(axis: [1, 2])) }
}

/// A picture as the network takes it, `[32, 32, 3]`, from -1 to 1.
func input(_ image: Image) -> Tensor { image.resized(height: 32, width: 32).tensor() * 2 - 1 }
