// What the tests of Distributed start by mpirun: one job for each name.
import Distributed
import Foundation
import NN
import Tensor

let jobs: [String: (Communicator, [String]) throws -> Void] = [
  "exchange": exchange, "gradients": gradients, "repeated": repeated, "branches": branches, "norms": norms,
  "differing": differing, "train": train, "die": { try train($0, $1 + ["die"]) },
  "hang": { try train($0, $1 + ["hang"]) }, "divided": divided, "place": place,
]

Program.prepare()
do {
  let arguments = CommandLine.arguments
  try jobs[arguments[1]]!(Communicator.world, Array(arguments.dropFirst(2)))
} catch {
  Program.warn("Error: \(error)")
  exit(1)
}

/// Numbers, tensors and values go round.
func exchange(_ world: Communicator, _: [String]) throws {
  let (rank, size) = (world.rank, world.size)
  let ranks = Double(size * (size - 1) / 2)
  let sums = try world.sums([Double(rank), 0.5], of: "ranks")
  precondition(sums == [ranks, Double(size) / 2])
  for root in 0..<size {
    var tensor = Tensor([Int32(rank), 7, Int32(-rank)])
    try world.broadcast(&tensor, from: root)
    precondition(tensor.array(of: Int.self) == [root, 7, -root])
  }
  let texts = try world.gathered(String(repeating: "é", count: rank))
  precondition(texts == (0..<size).map { String(repeating: "é", count: $0) })
  try world.barrier()
  Program.report("exchanged by \(size)")
}

/// A network over images, without norms.
private func network(_ dtype: DType) -> Sequential {
  withRandomSeed(1) {
    Sequential(Conv2d(3, 8, kernel: 3), ReLU(), Conv2d(8, 5, kernel: 3)).to(dtype)
  }
}

private func images(_ dtype: DType) -> Tensor { Tensor(normal: [8, 9, 10, 3], dtype: dtype, seed: 5) }

/// This process's part of a batch.
private func part(_ x: Tensor, _ world: Communicator) -> Tensor {
  let count = x.shape[0] / world.size
  return x[world.rank * count..<(world.rank + 1) * count]
}

/// The largest difference between gradients, relative to the largest of them.
private func difference(_ a: Gradients, _ b: Gradients, _ parameters: [Parameter]) -> Double {
  precondition(a.count == b.count)
  let pairs = parameters.map { (a[$0]!, b[$0]!) }
  let largest = pairs.map { $1.abs().max().item }.max()!
  return pairs.map { ($0 - $1).abs().max().item }.max()! / largest
}

/// Means of parts are the mean of the whole.
func gradients(_ world: Communicator, _: [String]) throws {
  let model = network(.float64), x = images(.float64), mine = part(x, world)
  func loss(_ x: Tensor) -> Tensor { model(x).squared().mean() }
  let whole = valueWithGradient { loss(x) }.gradients
  let own = valueWithGradient { loss(mine) }.gradients
  let overlapped = try world.valueWithGradient(of: model) { loss(mine) }.gradients
  for found in [try world.averaged(own), try world.averaged(own, of: model), overlapped] {
    let worst = try world.gathered(difference(found, whole, model.parameters)).max()!
    Program.report("difference \(worst)")
  }
}

/// The bits of float32 gradients, in each process.
func repeated(_ world: Communicator, _: [String]) throws {
  let model = network(.float32), mine = part(images(.float32), world)
  let found = try world.valueWithGradient(of: model) { model(mine).squared().mean() }.gradients
  let bits = model.parameters.flatMap { found[$0]!.withUnsafeBytes(Array.init) }
  let all = try world.gathered(bits.reduce(0 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
  precondition(Set(all).count == 1, "the processes differ")
  Program.report("bits \(all[0])")
}

/// A parameter that one process alone reads counts as zeros elsewhere; one that none reads has no gradient.
func branches(_ world: Communicator, _: [String]) throws {
  let model = (0..<3).map { _ in Parameter(Tensor(ones: [2])) }
  let named = model.enumerated().map { ("\($0)", $1) }
  let found = try world.valueWithGradient(of: named) {
    let shared = model[0].value.sum()
    return (world.rank == 0 ? shared + (model[1].value * 4).sum() : shared, ())
  }.gradients
  precondition(found[model[0]]!.array() == [1, 1])
  precondition(found[model[1]]!.array() == [4, 4].map { $0 / Float(world.size) })
  precondition(found[model[2]] == nil)
  Program.report("branches of \(world.size)")
}

/// Norms over all parts are norms over the whole.
func norms(_ world: Communicator, _: [String]) throws {
  func make() -> Sequential {
    withRandomSeed(2) {
      Sequential(Conv2d(3, 6, kernel: 3), BatchNorm(6, relu: true), Conv2d(6, 4, kernel: 1), BatchNorm(4))
        .to(.float64)
    }
  }
  let (whole, model) = (make(), make())
  let x = images(.float64), mine = part(x, world)
  func loss(_ model: Sequential, _ x: Tensor) -> Tensor { (model(x) - 0.3).pow(4).mean() }
  let expected = valueWithGradient { loss(whole, x) }.gradients
  let found = try synchronizingNorms(in: world) {
    try world.valueWithGradient(of: model) { loss(model, mine) }.gradients
  }
  let own = Gradients(zip(whole.parameters, model.parameters.map { found[$0]! }))
  let pairs = zip(whole.namedParameters, model.namedParameters).filter { $0.0.parameter.role == .buffer }
  let buffers = pairs.map { ($0.parameter.value - $1.parameter.value).abs().max().item }.max()!
  Program.report("difference \(max(difference(own, expected, whole.parameters), buffers))")
}

/// Processes with other parameters are told so.
func differing(_ world: Communicator, _: [String]) throws {
  let model = Linear(2 + world.rank, 1)
  _ = try world.averaged(Gradients(), of: model)
}

/// Each waits for something else.
func divided(_ world: Communicator, _: [String]) throws {
  world.timeLimit = 0.3
  let model = Linear(2, 1)
  _ = try world.averaged(Gradients(), of: model)
  if world.rank == 0 {
    _ = try world.sums([1], of: "a score")
  } else {
    _ = try world.averaged(Gradients(), of: model)
  }
}

/// A line through points with a run's every part: `train FOLDER EPOCHS BATCH [resume]`. In the second epoch the last process
/// may die, or hang.
func train(_ world: Communicator, _ arguments: [String]) throws {
  let folder = URL(filePath: arguments[0])
  Tensor.randomState = 3
  let model = Linear(2, 1).to(.float64)
  let optimizer = AdamW(model.parameters, learningRate: 0.05)
  let loader = DataLoader(count: 26, batchSize: Int(arguments[2])!, seed: 5) { index, _, generator in
    [Double(index) / 26, generator.uniform()]
  } collate: {
    Tensor($0)
  }
  func loss(_ x: Tensor) -> Tensor {
    meanSquaredError(model(x), truth: x.sum(axis: 1, keepingAxes: true) * 3)
  }
  var run = try TrainingRun(in: world, folder: folder, model, optimizer, best: .minimum("val_loss"))
  if arguments.contains("resume") { try run.resume(from: folder.appending(path: "last.safetensors")) }
  var step = 0
  try run.train(epochs: Int(arguments[1])!, on: loader, clippingNorm: 2) { x in
    step += 1
    if step == 9 && world.rank == world.size - 1 {
      if arguments.contains("die") { kill(getpid(), SIGKILL) }
      while arguments.contains("hang") { sleep(100) }
    }
    return (loss(x), ["largest": x.max().item])
  } validate: { _ in
    ["val_loss": loss(Tensor([[0.1, 0.2], [0.3, 0.4]])).item]
  }
  try run.loadBest()
  let weights = try world.gathered(model.parameters.flatMap { $0.value.array(of: Double.self) })
  precondition(Set(weights).count == 1, "the processes differ")
  Program.report("weights " + weights[0].map { "\($0)" }.joined(separator: " "))
}

/// Where each process computes.
func place(_ world: Communicator, _: [String]) throws {
  let all = try world.gathered([Threads.count] + Threads.processors())
  Program.report(
    all.map { "threads \($0[0]) on " + $0.dropFirst().map(String.init).joined(separator: ",") }
      .joined(separator: "; "))
}
