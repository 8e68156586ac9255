extension Tape {
  /// The gradients of some values, taken together, with respect to the tape's `wanted` values, given their own gradients.
  /// Uses the records up, unless they are to be used again. `observe` is told each leaf's gradient as soon as nothing more
  /// can be added to it. The operators on the way are recorded where the caller is recording.
  func backward(
    from outputs: [(slot: Int, seed: Tensor)], wanted: Set<Int>, reusable: Bool = false,
    observe: ((_ leaf: any AnyObject & Sendable, Tensor) -> Void)? = nil
  ) -> [Int: Tensor] {
    require(
      !isSpent,
      "a pullback is called a second time, and what it needs is gone: pullback(at:reusable:) keeps it")
    isSpent = !reusable
    let scope = Tape.current
    let isOnTheWay = slots(onTheWayTo: wanted)
    var gradients = [Tensor?](repeating: nil, count: values.count)
    var results: [Int: Tensor] = [:]

    func accumulate(_ gradient: Tensor, at slot: Int) {
      let value = values[slot]
      require(
        gradient.shape == value.shape && gradient.dtype == value.dtype,
        "a gradient of \(gradient.dtype) \(gradient.shape) arrived at a value of \(value.dtype) \(value.shape)"
      )
      if gradients[slot] == nil {
        gradients[slot] = gradient
      } else if scope == nil {
        gradients[slot]!.accumulate(gradient)
      } else {
        gradients[slot]! += gradient
      }
    }
    for (slot, seed) in outputs { accumulate(seed, at: slot) }
    func take(_ slot: Int) -> Tensor? {
      let gradient = gradients[slot]
      gradients[slot] = nil
      if wanted.contains(slot) { results[slot] = gradient }
      return gradient
    }

    var incomplete = observe == nil ? [] : leaves.values.sorted { $0.slot < $1.slot }
    func complete(leavesBehind rest: Int) {
      while let leaf = incomplete.last, leaf.recordsBefore >= rest {
        incomplete.removeLast()
        if let gradient = gradients[leaf.slot] { observe!(leaf.owner, gradient.detached()) }
      }
    }

    var rest = records.count
    while rest > 0 {
      complete(leavesBehind: rest)
      rest -= 1
      let record = reusable ? records[rest] : records.removeLast()
      switch record.pullback {
      case .edges(let edges):
        guard let gradient = take(record.outputs.lowerBound) else { continue }
        for edge in edges where isOnTheWay?[edge.slot] ?? true {
          let found =
            scope == nil
            ? edge.pullback(gradient)
            : traced(record, [gradient], in: scope) { [edge.pullback(gradient)] }[0]!
          accumulate(found, at: edge.slot)
        }
      case .joint(let inputs, let pullback):
        let arrived = record.outputs.map(take)
        let asked = inputs.map { slot in slot.map { isOnTheWay?[$0] ?? true } ?? false }
        if arrived.allSatisfy({ $0 == nil }) || !asked.contains(true) { continue }
        let found = traced(record, arrived, in: scope) { pullback(arrived, asked) }
        for (index, gradient) in found.enumerated() where asked[index] {
          if let gradient { accumulate(gradient, at: inputs[index]!) }
        }
      case .recomputed(let inputs, let block):
        let arrived = record.outputs.map(take)
        if arrived.allSatisfy({ $0 == nil }) { continue }
        for (slot, gradient) in recompute(block, inputs, arrived) { accumulate(gradient, at: slot) }
      case .unknown(let inputs, let reason):
        let isAsked = inputs.contains { isOnTheWay?[$0] ?? true }
        if take(record.outputs.lowerBound) != nil && isAsked { fatalError(reason) }
      }
    }
    complete(leavesBehind: 0)
    for slot in wanted where results[slot] == nil { results[slot] = gradients[slot] }
    return results
  }

  /// Which values depend on the wanted ones; nil where all do, since every leaf is wanted.
  private func slots(onTheWayTo wanted: Set<Int>) -> [Bool]? {
    if leaves.values.allSatisfy({ wanted.contains($0.slot) }) { return nil }
    var result = [Bool](repeating: false, count: values.count)
    for slot in wanted { result[slot] = true }
    for record in records where record.pullback.inputs.contains(where: { result[$0] }) {
      for slot in record.outputs { result[slot] = true }
    }
    return result
  }

  /// Runs a pullback whose operators are recorded in a scope, if any. What comes of one that reads the numbers of a
  /// recorded value is known to depend on the operator's inputs, but not how.
  private func traced(
    _ record: Record, _ arrived: [Tensor?], in scope: Tape?, _ pullback: () -> [Tensor?]
  ) -> [Tensor?] {
    guard let scope else { return pullback() }
    let (wasOnTheWay, hadRead) = (scope.isOnTheWayBack, scope.hasReadNumbers)
    (scope.isOnTheWayBack, scope.hasReadNumbers) = (true, false)
    let found = pullback()
    let hasRead = scope.hasReadNumbers
    (scope.isOnTheWayBack, scope.hasReadNumbers) = (wasOnTheWay, hadRead)
    if !hasRead { return found }
    let inputs = record.pullback.inputs.compactMap { slot in
      scope.slot(at: TapePosition(tape: identity, slot: slot), values[slot].shape, values[slot].dtype)
    }
    let known = inputs + arrived.compactMap { $0.flatMap(scope.slot) }
    return found.map { gradient in
      gradient.map {
        scope.unknown(
          $0, of: known,
          "\(record.name): a gradient is asked for through its gradient, and that is not known; where it is no more than a "
            + "constant, detached() says so")
      }
    }
  }

  /// The gradients of what a block read, by running it again.
  private func recompute(
    _ block: RecomputedBlock, _ inputs: [Int], _ gradients: [Tensor?]
  ) -> [(slot: Int, gradient: Tensor)] {
    let replay = Tape(.recomputing, inside: Tape.current, recomputing: self, sought: Set(inputs))
    replay.randomStreams = block.randomStreams.reversed()
    let results = withMode(evaluating: block.isEvaluating) { Tape.with(replay, block.run) }
    let seeds = zip(results, gradients).compactMap { result, gradient in
      gradient.flatMap { gradient in
        replay.differentiableSlot(of: result).map { (slot: $0, seed: gradient) }
      }
    }
    let found = replay.backward(from: seeds, wanted: Set(replay.found.values))
    return inputs.compactMap { slot in
      replay.found[slot].flatMap { found[$0] }.map { (slot: slot, gradient: $0) }
    }
  }
}
