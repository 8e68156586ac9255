import Distributed
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// Whole networks: time, memory, page faults. Their work is that of convolutions and products of matrices alone.
func networkBenchmarks(threads: Int) -> [Benchmark] {
  let memory = MemoryOfTraining(threads: threads, .float32)
  let bfloat16Memory = MemoryOfTraining(threads: threads, .bfloat16)
  return [
    Benchmark("unet.training_step", Work(operations: unetOperations(training: true))) {
      let training = UNetTraining()
      return { training.step() }
    },
    Benchmark("unet.training_step.compiled", Work(operations: unetOperations(training: true))) {
      let training = UNetTraining()
      return { training.step() }
    },
    Benchmark("unet.inference", Work(operations: unetOperations(training: false))) {
      let training = UNetTraining()
      return { _ = training.model(training.inputs) }
    },
    Benchmark("unet.training_step.bfloat16", Work(operations: unetOperations(training: true))) {
      let training = UNetTraining(.bfloat16)
      return { training.step() }
    },
    Benchmark("unet.inference.bfloat16", Work(operations: unetOperations(training: false))) {
      let training = UNetTraining(.bfloat16)
      return { _ = training.model(training.inputs) }
    },
    trackedWindow(),
    mlp(),
    Benchmark("unet.training_step.memory", unit: .megabytes, hasPeer: true) { try memory.process() },
    Benchmark("unet.training_step.tensor_memory", unit: .megabytes) { try memory.tensors() },
    Benchmark("unet.training_step.bfloat16.memory", unit: .megabytes, hasPeer: true) {
      try bfloat16Memory.process()
    },
    Benchmark("unet.training_step.page_faults", unit: .pageFaults) {
      let training = UNetTraining()
      for _ in 0..<3 { training.step() }
      let before = ProcessUsage.minorPageFaults
      let steps = 5
      for _ in 0..<steps { training.step() }
      return Double(ProcessUsage.minorPageFaults - before) / Double(steps)
    },
  ]
}

/// The samples of a step of the U-Net.
let unetBatch = 4
private let (height, width, inputChannels) = (256, 448, 4)
private let widths = [16, 32, 64, 128]

/// The U-Net of 482,881 parameters, with the data of one step.
struct UNetTraining {
  let model: UNet2d
  let inputs: Tensor
  private let target: Tensor
  private let optimizer: SGD

  init(_ dtype: DType = .float32, samples: Int = unetBatch) {
    inputs = Tensor(uniform: [samples, height, width, inputChannels], dtype: dtype)
    target = Tensor(bernoulli: [samples, height, width, 1], probability: 0.5)
    model = UNet2d(inputs: inputChannels, widths: widths, upsampling: .transposed, bias: false)
    optimizer = SGD(model.parameters, learningRate: 0.01, momentum: 0.9, nesterov: true)
  }

  func step(_ images: Tensor? = nil) {
    let (_, gradients) = valueWithGradient {
      binaryCrossEntropy(logits: model(images ?? inputs), truth: target)
    }
    optimizer.step(gradients)
  }

  /// A step whose gradients are changed before.
  func step(changing gradients: (Gradients) throws -> Gradients) rethrows {
    let (_, own) = valueWithGradient { binaryCrossEntropy(logits: model(inputs), truth: target) }
    optimizer.step(try gradients(own))
  }

  /// A step of several processes.
  func step(in world: Communicator) throws {
    let (_, gradients) = try world.valueWithGradient(of: model) {
      binaryCrossEntropy(logits: model(inputs), truth: target)
    }
    optimizer.step(gradients)
  }
}

/// Two operations per weight and position. Training does each product three times, but for the gradient of the input.
private func unetOperations(training: Bool) -> Int {
  func convolution(_ inputs: Int, _ outputs: Int, taps: Int, level: Int) -> Int {
    2 * taps * inputs * outputs * unetBatch * (height >> level) * (width >> level)
  }
  let first = convolution(inputChannels, widths[0], taps: 9, level: 0)
  var total = first + convolution(widths[0], 1, taps: 1, level: 0)
  for (level, width) in widths.enumerated() {
    total += convolution(width, width, taps: 9, level: level)
    if level > 0 { total += convolution(widths[level - 1], width, taps: 9, level: level) }
    // On the way up: the transposed convolution, whose 2×2 outputs each have one input, and the block.
    if level < widths.count - 1 {
      total += convolution(2 * width, width, taps: 1, level: level)
      total += convolution(2 * width, width, taps: 9, level: level)
      total += convolution(width, width, taps: 9, level: level)
    }
  }
  return training ? 3 * total - first : total
}

/// What SFTrack++ computes for a frame online: of three frames around the target the masks of five trackers' boxes, their
/// spectral solution, the mask and the box.
private func trackedWindow() -> Benchmark {
  let (frames, trackers, height, width) = (3, 5, 96, 96)
  func operations(_ inputs: Int, _ widths: [Int]) -> Int {
    func convolution(_ inputs: Int, _ outputs: Int, level: Int) -> Int {
      2 * 9 * inputs * outputs * (height >> level) * (width >> level)
    }
    var (total, channels) = (0, inputs)
    for (level, width) in widths.enumerated() {
      total += convolution(channels, width, level: level) + convolution(width, width, level: level)
      channels = width
    }
    // Bilinear upsampling; the first convolution after each join halves the channels.
    for level in (0..<widths.count - 1).reversed() {
      let (joined, outputs) = (channels + widths[level], widths[max(level - 1, 0)])
      total += convolution(joined, joined / 2, level: level) + convolution(joined / 2, outputs, level: level)
      channels = outputs
    }
    return total
  }
  let total =
    trackers * frames * operations(4, [16, 32, 64, 64]) + operations(1, [8, 16, 16])
    + operations(1, [8, 16, 32, 32])
  return Benchmark("sftrack.small.3x72x128", Work(operations: total)) {
    let network = SFTrack(.small, trackers: trackers)
    let images = Tensor(uniform: [1, frames, height, width, 3])
    let boxes = (0..<trackers).map { Box(x: 40 + Double($0), y: 20, width: 48, height: 30) }
    return { _ = network(images, boxes: [Array(repeating: boxes, count: frames)], frame: frames - 1) }
  }
}

private func mlp() -> Benchmark {
  let (samples, sizes) = (32, [784, 512, 256, 10])
  let products = zip(sizes, sizes.dropFirst()).map { 2 * samples * $0 * $1 }
  let operations = 3 * products.reduce(0, +) - products[0]
  return Benchmark("mlp.training_step", Work(operations: operations)) {
    let model = Sequential(
      Linear(sizes[0], sizes[1]), ReLU(), Linear(sizes[1], sizes[2]), ReLU(), Linear(sizes[2], sizes[3]))
    let optimizer = SGD(model.parameters, learningRate: 0.01, momentum: 0.9, nesterov: true)
    let (inputs, target) = (Tensor(uniform: [samples, sizes[0]]), Tensor(uniform: [samples, sizes[3]]))
    return {
      let (_, gradients) = valueWithGradient { (model(inputs) - target).squared().mean() }
      optimizer.step(gradients)
    }
  }
}
