import Tensor

// What a run does in a group of processes.
extension TrainingRun {
  /// This process's part of a loader's batches; the loader itself where it is a part already.
  func divided<Sample, Batch>(
    _ loader: DataLoader<Sample, Batch>
  ) throws(TrainingRunError) -> DataLoader<Sample, Batch> {
    guard group.size > 1, loader.shard == .whole else { return loader }
    guard loader.batchSize % group.size == 0 else {
      throw .indivisibleBatch(loader.batchSize, processes: group.size)
    }
    return loader.divided(Shard(group.rank, of: group.size))
  }

  /// Runs a step. Its random numbers are this process's own, and the stream that all have in common goes on by one, so that
  /// it is what is saved.
  func inStep<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard group.size > 1 else { return try body() }
    Tensor.randomState &+= 1
    var own = SeededGenerator(seed: Tensor.randomState).fork(group.rank)
    return try withRandomSeed(own.next()) {
      try synchronizesNorms ? synchronizingNorms(in: group, body) : body()
    }
  }

  /// What validation finds in all processes: interrupted where one is.
  mutating func validation(_ validate: (Int) throws -> Metrics) throws -> Metrics {
    let epoch = position.epoch
    group.place = "the validation of epoch \(epoch + 1)"
    try group.averageBuffers(of: networks)
    var own: Metrics?
    do {
      own = try averages.swapped { try validate(epoch) }
    } catch is Interruption {}
    if try group.sums([own == nil ? 1 : 0], of: "whether all have validated")[0] > 0 { throw Interruption() }
    return try group.agreed(on: own!).metrics
  }
}

extension Module {
  /// Parameters, each once, by their paths here, in the order of declaration; those that are none of the module's behind.
  func named(_ parameters: [Parameter]) -> [NamedParameter] {
    var rest = Set(parameters.map(ObjectIdentifier.init))
    let own = namedParameters.filter { rest.remove(ObjectIdentifier($0.parameter)) != nil }
    return own
      + parameters.filter { rest.remove(ObjectIdentifier($0)) != nil }.map { ("a parameter \($0.shape)", $0) }
  }
}
