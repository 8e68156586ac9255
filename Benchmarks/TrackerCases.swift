import NN
import SFModels
import Tensor

/// SiamRPN in both sizes: a frame of tracking, the template's kernels kept, and a training step of 16 pairs.
func trackerBenchmarks() -> [Benchmark] {
  SiamRPN.Preset.published.flatMap { preset in
    [DType.float32, .bfloat16].flatMap { dtype in [tracking(preset, dtype), training(preset, dtype)] }
  }
}

extension SiamRPN.Preset {
  fileprivate static let published = [narrow, paper]

  /// Channels behind each convolution of the backbone.
  fileprivate var widths: [Int] {
    self == .paper ? [192, 512, 768, 768, 512] : [96, 256, 384, 384, 256]
  }
}

private let (exemplar, region) = (127, 271)

private func name(_ preset: SiamRPN.Preset, _ kind: String, _ dtype: DType) -> String {
  "siamrpn.\(preset).\(kind)\(dtype == .float32 ? "" : ".bfloat16")"
}

private func tracking(_ preset: SiamRPN.Preset, _ dtype: DType) -> Benchmark {
  let work = Work(operations: preset.backbone(region) + preset.searchHead)
  return Benchmark(name(preset, "tracking", dtype), work) {
    let network = SiamRPN(preset).to(dtype).folded()
    let template = network.template(Tensor(uniform: [1, exemplar, exemplar, 3], dtype: dtype))
    let image = Tensor(uniform: [1, region, region, 3], dtype: dtype)
    return { _ = network(image, template) }
  }
}

private func training(_ preset: SiamRPN.Preset, _ dtype: DType) -> Benchmark {
  let pairs = 16
  let forward =
    preset.backbone(region) + preset.backbone(exemplar) + preset.searchHead + preset.templateHead
  let work = Work(operations: 3 * pairs * forward)
  return Benchmark(name(preset, "training_step", dtype), work) {
    let network = SiamRPN(preset)
    let optimizer = Adam(network.parameters, learningRate: 1e-3)
    let exemplars = Tensor(uniform: [pairs, exemplar, exemplar, 3], dtype: dtype)
    let regions = Tensor(uniform: [pairs, region, region, 3], dtype: dtype)
    return {
      let (_, gradients) = valueWithGradient {
        let prediction = network(regions, network.template(exemplars))
        return prediction.logits.to(.float32).squared().mean()
          + prediction.offsets.to(.float32).squared().mean()
      }
      optimizer.step(gradients)
    }
  }
}

// Two operations per weight and position.
extension SiamRPN.Preset {
  /// The backbone on an image of that side.
  fileprivate func backbone(_ side: Int) -> Int {
    var side = side
    var total = 0
    for ((inputs, outputs), (kernel, stride)) in zip(
      zip([3] + widths, widths), [(11, 2), (5, 1), (3, 1), (3, 1), (3, 1)])
    {
      side = (side - kernel) / stride + 1
      total += 2 * side * side * kernel * kernel * inputs * outputs
      if kernel > 3 { side = (side - 3) / 2 + 1 }
    }
    return total
  }

  /// The two convolutions of the region's features, and the correlations.
  fileprivate var searchHead: Int {
    let (features, places) = (widths[4], 22 * 22)
    return 2 * places * 9 * features * 2 * features + 2 * 19 * 19 * 16 * features * 6 * SiamRPN.boxes
  }

  /// The two convolutions that make the kernels.
  fileprivate var templateHead: Int { 2 * 16 * 9 * widths[4] * widths[4] * 6 * SiamRPN.boxes }
}
