import Foundation
import Tensor
import TestSupport
import Testing

@testable import NN

/// A line through points, learned in batches of 2 of 6.
private struct Line {
  let network: Linear
  let optimizer: SGD
  let loader = DataLoader(count: 6, batchSize: 2, seed: 5) { index, _, _ in
    Float(index) / 6
  } collate: {
    Tensor($0).expandingAxis(-1)
  }

  init(seed: UInt64 = 3) {
    network = withRandomSeed(seed) { Linear(1, 1) }
    optimizer = SGD(network.parameters, learningRate: 0.1, momentum: 0.9)
  }

  func loss(_ x: Tensor) -> Tensor {
    // Draws random numbers, so that resuming must restore them.
    let noise = Tensor(normal: x.shape) * 0.01
    return meanSquaredError(network(x), truth: 2 * x + 1 + noise)
  }

  func score() -> Metrics {
    let x = Tensor(from: 0, to: 1, by: 0.25).expandingAxis(-1)
    return ["val_loss": (network(x) - (2 * x + 1)).squared().mean().item]
  }

  func run(
    in folder: URL, identity: [String: String] = [:], averaging: Double? = nil
  ) throws -> TrainingRun {
    Tensor.randomState = 11
    return try TrainingRun(
      folder: folder, network, optimizer,
      ScheduledLearningRate(optimizer, .exponential(factor: 0.9), per: .step),
      identity: identity, best: .minimum("val_loss"), averaging: averaging, progress: .epochs("line"))
  }
}

/// The random stream that all share is set: one after the other.
@Suite(.serialized) struct TrainingRunTests {
  private func train(_ run: inout TrainingRun, _ line: Line, epochs: Int, stoppingAt steps: Int? = nil) throws
  {
    var count = 0
    try run.train(epochs: epochs, on: line.loader) { x in
      if count == steps { throw Interruption() }
      count += 1
      return line.loss(x)
    } validate: { _ in
      line.score()
    }
  }

  @Test func leavesWhatItPromises() throws {
    try withTemporaryFolder { folder in
      let line = Line()
      var run = try line.run(in: folder)
      let start = line.score()["val_loss"]!
      try train(&run, line, epochs: 4)
      #expect(run.epoch == 4 && run.best < start)
      let log = try TrainingLog(contentsOf: folder.appending(path: "log.csv"))
      #expect(log.columns == ["epoch", "train_loss", "val_loss", "learning_rate", "seconds"])
      #expect(log.values(of: "epoch") == [1, 2, 3, 4])
      #expect(abs(log.values(of: "learning_rate")[0] - 0.1 * pow(0.9, 3)) < 1e-6, "a schedule of steps")
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(files.count == 4 && files[0].hasPrefix("events.out.tfevents."))
      #expect(Array(files.dropFirst()) == ["last.safetensors", "log.csv", "model.safetensors"])
      try run.loadBest()
      #expect(line.score()["val_loss"]! == run.best)
    }
  }

  @Test(arguments: [1, 2, 3, 5, 7])
  func resumingGoesOnBitForBit(_ steps: Int) throws {
    try withTemporaryFolder { folder in
      let straight = Line(), cut = Line(), resumed = Line(seed: 9)
      var whole = try straight.run(in: folder.appending(path: "straight"), averaging: 0.9)
      try train(&whole, straight, epochs: 4)

      do {
        var first = try cut.run(in: folder.appending(path: "cut"), averaging: 0.9)
        try train(&first, cut, epochs: 4, stoppingAt: steps)
        #expect(first.epoch == steps / 3)
      }
      var second = try resumed.run(in: folder.appending(path: "resumed"), averaging: 0.9)
      Tensor.randomState = 99
      try second.resume(from: folder.appending(path: "cut/last.safetensors"))
      try train(&second, resumed, epochs: 4)
      for name in ["model", "last"] {
        let files = try ["straight", "resumed"].map {
          try Data(contentsOf: folder.appending(path: "\($0)/\(name).safetensors"))
        }
        #expect(files[0] == files[1], "\(name)")
      }
      let losses = [whole, second].map { $0.log.values(of: "train_loss") }
      #expect(zip(losses[0], losses[1]).allSatisfy { abs($0 - $1) <= 1e-5 * $0 })
    }
  }

  @Test func anotherIdentityIsRefused() throws {
    try withTemporaryFolder { folder in
      do {
        let line = Line()
        var run = try line.run(in: folder.appending(path: "a"), identity: ["data": "here", "batch": "2"])
        try train(&run, line, epochs: 1)
      }
      let other = Line()
      var run = try other.run(in: folder.appending(path: "b"), identity: ["data": "there", "batch": "2"])
      let before = other.network.stateDict.tensors.mapValues(bytes)
      let error = #expect(throws: TrainingRunError.self) {
        try run.resume(from: folder.appending(path: "a/last.safetensors"))
      }
      #expect("\(error!)".contains("--data here, not there"))
      #expect(other.network.stateDict.tensors.mapValues(bytes) == before)
    }
  }

  @Test func anEarlyEndIsAnEndForWhoeverResumes() throws {
    try withTemporaryFolder { folder in
      for _ in 0..<2 {
        let line = Line()
        var run = try line.run(in: folder)
        let last = folder.appending(path: "last.safetensors")
        if FileManager.default.fileExists(atPath: last.path) { try run.resume(from: last) }
        try run.train(epochs: 50, on: line.loader, patience: 3) { x in
          line.loss(x)
        } validate: { epoch in
          ["val_loss": epoch < 2 ? 1 - 0.1 * Double(epoch) : 2]
        }
        #expect(run.epoch == 5 && run.log.rows.count == 5)
      }
    }
  }

  @Test func accumulatedBatchesAreOneOfTheirSize() throws {
    try withTemporaryFolder { folder in
      let small = Line(), large = Line()
      func loader(_ size: Int) -> DataLoader<Float, Tensor> {
        DataLoader(count: 6, batchSize: size, sampling: .inOrder, seed: 1) { index, _, _ in
          Float(index)
        } collate: {
          Tensor($0).expandingAxis(-1)
        }
      }
      for (line, size, accumulating) in [(small, 1, 3), (large, 3, 1)] {
        var run = try line.run(in: folder.appending(path: "\(size)"))
        try run.train(epochs: 2, on: loader(size), accumulating: accumulating, clippingNorm: 0.5) { x in
          let loss = meanSquaredError(line.network(x), truth: 2 * x)
          return (loss, ["largest": x.max().item] as Metrics)
        } validate: { _ in
          line.score()
        }
        #expect(run.log.columns.contains("largest"))
      }
      for (a, b) in zip(small.network.parameters, large.network.parameters) {
        #expect(distance(a.value, b.value) < 1e-6)
      }
    }
  }

  /// Two networks that take turns, each with its optimiser.
  @Test func severalNetworksAndOptimisersAreOneRun() throws {
    func make(_ folder: URL) throws -> (Line, Line, TrainingRun) {
      let (a, b) = (Line(seed: 1), Line(seed: 2))
      Tensor.randomState = 4
      return (
        a, b,
        try TrainingRun(
          folder: folder, networks: ["generator": a.network, "critic": b.network],
          optimizers: [a.optimizer, b.optimizer], best: .minimum("gap"), progress: .epochs("pair"))
      )
    }
    func train(_ run: inout TrainingRun, _ a: Line, _ b: Line, epochs: Int) throws {
      try run.train(epochs: epochs, on: a.loader) { x in
        let (loss, gradients) = valueWithGradient {
          (a.network(x) - b.network(x).detached()).squared().mean()
        }
        a.optimizer.step(gradients)
        let (other, others) = valueWithGradient { b.loss(x) }
        b.optimizer.step(others)
        return ["a_loss": loss.item, "b_loss": other.item]
      } validate: { _ in
        ["gap": distance(a.network.weight.value, b.network.weight.value)]
      }
    }
    try withTemporaryFolder { folder in
      var (a, b, run) = try make(folder.appending(path: "straight"))
      try train(&run, a, b, epochs: 3)
      #expect(run.log.columns.contains("learning_rate_2") && run.log.columns.contains("b_loss"))
      let names = try SafeTensors(contentsOf: folder.appending(path: "straight/model.safetensors")).names
      #expect(names == ["critic.bias", "critic.weight", "generator.bias", "generator.weight"])

      (a, b, run) = try make(folder.appending(path: "half"))
      try train(&run, a, b, epochs: 1)
      var resumed: TrainingRun
      (a, b, resumed) = try make(folder.appending(path: "resumed"))
      try resumed.resume(from: folder.appending(path: "half/last.safetensors"))
      try train(&resumed, a, b, epochs: 3)
      let files = try ["straight", "resumed"].map {
        try Data(contentsOf: folder.appending(path: "\($0)/last.safetensors"))
      }
      #expect(files[0] == files[1])
    }
  }

  @Test func aLossThatIsNotFiniteStopsTheRun() throws {
    try withTemporaryFolder { folder in
      let line = Line()
      var run = try line.run(in: folder)
      var count = 0
      let error = #expect(throws: TrainingRunError.self) {
        try run.train(epochs: 3, on: line.loader) { x in
          count += 1
          return count == 5 ? line.loss(x) * .infinity : line.loss(x)
        } validate: { _ in
          line.score()
        }
      }
      let text = "\(error!)"
      #expect(text.contains("epoch 2, step 2") && text.contains("last.safetensors"), "\(text)")
      #expect(line.network.weight.value.item.isFinite, "the step is not taken")
    }
  }

  @Test func theAverageOfTheParametersIsValidatedAndKept() throws {
    try withTemporaryFolder { folder in
      let line = Line()
      let start = line.network.weight.value.item
      var run = try line.run(in: folder, averaging: 0.5)
      var weights = [start]
      var validated = 0.0
      try run.train(epochs: 1, on: line.loader) { x in
        weights.append(line.network.weight.value.detached().item)
        return line.loss(x)
      } validate: { _ in
        validated = line.network.weight.value.item
        return line.score()
      }
      weights.append(line.network.weight.value.item)
      let expected = weights.dropFirst(2).reduce(start) { 0.5 * $0 + 0.5 * $1 }
      #expect(abs(validated - expected) < 1e-6 && abs(validated - weights.last!) > 1e-4)
      try run.loadBest()
      #expect(line.network.weight.value.item == validated)
    }
  }

  @Test func oneRunAtATimeWritesIntoAFolder() throws {
    try withTemporaryFolder { folder in
      let line = Line()
      let run = try line.run(in: folder)
      #expect(throws: OutputFolderError.self) { _ = try Line().run(in: folder) }
      withExtendedLifetime(run) {}
    }
  }
}
