import Foundation
import NN
import Tensor

/// The means of gradients over the processes, in buckets: gradients of many parameters are one message, and a bucket is on
/// its way while those behind it are found. The order is fixed, the last parameters first, as the way back finds them (Li et
/// al. 2020, PyTorch Distributed); a bucket starts when its gradients are there and all buckets before it have started, and so
/// in one order in all processes.
final class GradientReduction {
  /// Gradients that travel together, of one element type.
  private struct Bucket {
    var parameters: [Int]
    var dtype: DType
    var elementCount = 0
    /// How many of them are not there yet.
    var awaited = 0
    /// What is sent, and what comes of it.
    var own: Tensor?, sums: Tensor?
    var request: Request?

    var byteCount: Int { elementCount * dtype.size }
  }

  private let world: Communicator
  private let link: Link
  private let parameters: [NamedParameter]
  private let shapes: [Shape]
  private let places: [ObjectIdentifier: Int]
  private let bucketOf: [Int]
  private var buckets: [Bucket] = []
  private var found: [Tensor?]
  private var started = 0
  private var failure: (any Error)?

  /// The first is small, so that it starts early (PyTorch's sizes).
  private static func capacity(ofBucket index: Int) -> Int { index == 0 ? 1 << 20 : 25 << 20 }

  init(_ world: Communicator, _ link: Link, of parameters: [NamedParameter]) throws {
    (self.world, self.link, self.parameters) = (world, link, parameters)
    let values = parameters.map { $0.parameter.value }
    shapes = values.map(\.shape)
    places = Dictionary(
      parameters.enumerated().map { (ObjectIdentifier($1.parameter), $0) }, uniquingKeysWith: { a, _ in a })
    found = Array(repeating: nil, count: parameters.count)
    var buckets: [Bucket] = []
    var bucketOf = Array(repeating: 0, count: parameters.count)
    for index in parameters.indices.reversed() {
      let dtype = values[index].dtype == .float64 ? DType.float64 : .float32
      let isFull = buckets.last.map {
        $0.dtype != dtype || $0.byteCount >= Self.capacity(ofBucket: buckets.count - 1)
      }
      if isFull ?? true { buckets.append(Bucket(parameters: [], dtype: dtype)) }
      let bucket = buckets.count - 1
      buckets[bucket].parameters.append(index)
      buckets[bucket].elementCount += values[index].elementCount
      buckets[bucket].awaited += 1
      bucketOf[index] = bucket
    }
    (self.buckets, self.bucketOf) = (buckets, bucketOf)
    try world.check(
      zip(parameters, shapes).map { "\($0.path) \($1)" }.joined(separator: ","),
      isSameIn: "the parameters whose gradients they average")
  }

  /// Takes a gradient; that of another parameter is passed over.
  func take(_ gradient: Tensor, of owner: any Gradients.Owner) {
    guard let index = places[ObjectIdentifier(owner)], failure == nil else { return }
    found[index] = gradient
    buckets[bucketOf[index]].awaited -= 1
    do {
      while started < buckets.count && buckets[started].awaited == 0 { try start() }
      try moveOn()
    } catch {
      failure = error
    }
  }

  /// Waits for the means; what was never taken counts as zeros.
  func finish() throws -> Gradients {
    if let failure { throw failure }
    while started < buckets.count { try start() }
    var means: [(Int, Tensor)] = []
    for index in buckets.indices {
      let bucket = buckets[index]
      try world.wait(for: bucket.request!, name(of: bucket))
      means += unpacked(bucket)
      (buckets[index].own, buckets[index].sums) = (nil, nil)
    }
    means.sort { $0.0 < $1.0 }
    return Gradients(means.map { (parameters[$0.0].parameter, $0.1) })
  }

  /// Sends the next bucket on its way: the gradients, and behind them for each whether it was there.
  private func start() throws {
    var bucket = buckets[started]
    let count = bucket.elementCount + bucket.parameters.count
    var own = Tensor(uninitialized: [count], bucket.dtype)
    own.withUnsafeMutableBytes { bytes in
      var rest = bytes[...]
      func append(_ part: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: rest).copyMemory(from: part)
        rest = rest.dropFirst(part.count)
      }
      for index in bucket.parameters {
        let gradient = found[index]?.to(bucket.dtype) ?? Tensor(zeros: shapes[index], dtype: bucket.dtype)
        gradient.withUnsafeBytes(append)
      }
      let isThere = Tensor(bucket.parameters.map { found[$0] == nil ? 0.0 : 1.0 }).to(bucket.dtype)
      isThere.withUnsafeBytes(append)
    }
    for index in bucket.parameters { found[index] = nil }
    let sums = Tensor(uninitialized: [count], bucket.dtype)
    (bucket.own, bucket.sums) = (own, sums)
    bucket.request = try link.mpi.startAllReduce(
      own.elements, to: sums.mutableElements, count,
      bucket.dtype == .float64 ? link.mpi.float64 : link.mpi.float32, link.gradients)
    buckets[started] = bucket
    started += 1
  }

  /// Lets MPI work: without a thread of its own it does so only when it is called.
  private func moveOn() throws {
    guard started > 0, var request = buckets[started - 1].request else { return }
    if try link.mpi.isComplete(&request) {}
    buckets[started - 1].request = request
  }

  private func unpacked(_ bucket: Bucket) -> [(Int, Tensor)] {
    let sums = bucket.sums!
    let counts = sums[bucket.elementCount..<bucket.elementCount + bucket.parameters.count].array(
      of: Double.self)
    let means = sums / Double(world.size)
    var offset = 0
    var result: [(Int, Tensor)] = []
    for (index, count) in zip(bucket.parameters, counts) {
      let end = offset + shapes[index].elementCount
      if count > 0 {
        let dtype = parameters[index].parameter.value.dtype
        result.append((index, means[offset..<end].reshape(shapes[index]).to(dtype)))
      }
      offset = end
    }
    return result
  }

  private func name(of bucket: Bucket) -> String {
    let first = parameters[bucket.parameters[0]].path
    return bucket.parameters.count == 1
      ? "the gradient of \(first)" : "the gradients of \(first) and \(bucket.parameters.count - 1) more"
  }
}

extension Communicator {
  /// The means of gradients over the processes, the same bits in each, which must all have found those of the same
  /// parameters; where some may not have, `averaged(_:of:)` is told which there are.
  public func averaged(_ gradients: Gradients) throws -> Gradients {
    let parameters = gradients.leaves.compactMap { $0 as? Parameter }
    return try averaged(gradients, of: parameters.enumerated().map { ("parameter \($0)", $1) })
  }

  /// The means of the gradients of a module's parameters over the processes, the same bits in each. Where a process has found
  /// none, it counts as zeros; a parameter for which no process has found one has none.
  public func averaged(_ gradients: Gradients, of module: some Module) throws -> Gradients {
    try averaged(gradients, of: module.trainable)
  }

  /// The same of parameters.
  public func averaged(_ gradients: Gradients, of parameters: [NamedParameter]) throws -> Gradients {
    guard let link else { return gradients }
    let reduction = try GradientReduction(self, link, of: parameters)
    for (_, parameter) in parameters.reversed() {
      if let gradient = gradients[parameter] { reduction.take(gradient.detached(), of: parameter) }
    }
    return try reduction.finish()
  }

  /// As `valueWithGradient { … }` with the gradients' means over the processes, as `averaged(_:of:)` gives them, which are
  /// sent while the way back goes on.
  public func valueWithGradient(
    of module: some Module, _ body: () throws -> Tensor
  ) throws -> (value: Tensor, gradients: Gradients) {
    let (value, _, gradients) = try valueWithGradient(of: module.trainable) { (try body(), ()) }
    return (value, gradients)
  }

  /// The same of parameters, for a body that returns something beside the scalar.
  public func valueWithGradient<Extra>(
    of parameters: [NamedParameter], _ body: () throws -> (Tensor, Extra)
  ) throws -> (value: Tensor, extra: Extra, gradients: Gradients) {
    guard let link else { return try observed(nil, body) }
    let reduction = try GradientReduction(self, link, of: parameters)
    let (value, extra, _) = try observed({ owner, gradient in reduction.take(gradient, of: owner) }, body)
    return (value, extra, try reduction.finish())
  }
}

/// The free function, from where methods of its name hide it.
private func observed<Extra>(
  _ observe: ((any Gradients.Owner, Tensor) -> Void)?, _ body: () throws -> (Tensor, Extra)
) rethrows -> (value: Tensor, extra: Extra, gradients: Gradients) {
  try valueWithGradient(whenComplete: observe, body)
}

extension Module {
  /// The parameters that train, each once.
  fileprivate var trainable: [NamedParameter] {
    var seen: Set<ObjectIdentifier> = []
    return namedParameters.filter {
      $0.parameter.isTrainable && seen.insert(ObjectIdentifier($0.parameter)).inserted
    }
  }
}
