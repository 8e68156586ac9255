import Foundation
import Tensor

/// Runs a block whose batch norms, in training, normalise by the batches of all processes of a group together, as
/// `torch.nn.SyncBatchNorm`: then processes that share a batch compute what one would. Each norm waits for the other
/// processes twice, forward and on the way back, which must so run the same norms in the same order.
///
/// A process that does not come ends the program: layers don't throw.
public func synchronizingNorms<Result>(
  in group: any ProcessGroup, _ body: () throws -> Result
) rethrows -> Result {
  guard group.size > 1 else { return try body() }
  return try NormSynchronization.$current.withValue(NormSynchronization(group: group), operation: body)
}

/// The processes whose batches norms take as one.
struct NormSynchronization: Sendable {
  let group: any ProcessGroup

  /// Those of the scope that norms are in; nil where each process goes by its own batch.
  @TaskLocal static var current: NormSynchronization?

  /// The sum of what the processes have, value by value.
  func sum(_ x: Tensor) -> Tensor {
    do {
      let sums = try group.sums(
        x.array(of: Double.self), of: "the statistics of a batch norm of \(x.shape[-1]) channels")
      return Tensor(sums, shape: x.shape)
    } catch {
      Program.warn("\(error)")
      exit(1)
    }
  }
}
