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
  let sum: @Sendable (Tensor) -> Tensor = { x in
    do {
      let sums = try group.sums(
        x.array(of: Double.self), of: "the statistics of a batch norm of \(x.shape[-1]) channels")
      return Tensor(sums, shape: x.shape)
    } catch {
      Program.warn("\(error)")
      exit(1)
    }
  }
  return try NormSynchronization.$sum.withValue(sum, operation: body)
}

/// The scope that batch norms are in.
enum NormSynchronization {
  /// What adds up over the processes; nil where each goes by its own batch.
  @TaskLocal static var sum: (@Sendable (Tensor) -> Tensor)?
}
