import Foundation
import NN
import Tensor
import Testing

/// A process may end while loaders work: the libraries that they compute with are taken apart then.
@Suite struct DataLoaderExitTests {
  @Test(arguments: 0..<4) func exitAfterTheFirstBatch(_: Int) async {
    await #expect(processExitsWith: .exitCode(3)) {
      for batch in computing(workers: 3).batches(epoch: 0) {
        _ = try batch.get()
        exit(3)
      }
    }
  }

  @Test func exitBehindAnEpochThatWasLeftEarly() async {
    await #expect(processExitsWith: .exitCode(3)) {
      for batch in computing(workers: 1).batches(epoch: 0) {
        _ = try batch.get()
        break
      }
      exit(3)
    }
  }

  @Test func exitWhileALoaderIsStillHeld() async {
    await #expect(processExitsWith: .success) {
      let batches = computing(workers: 2).batches(epoch: 0)
      _ = try batches.next()?.get()
      withExtendedLifetime(batches) { exit(0) }
    }
  }

  @Test(.timeLimit(.minutes(10))) func exitFromWithinALoader() async {
    await #expect(processExitsWith: .exitCode(3)) {
      let loader = DataLoader(count: 4, batchSize: 1, workers: 2, seed: 1) { index, _, _ in
        if index == 0 { exit(3) }
      } collate: {
        $0.count
      }
      for batch in loader.batches(epoch: 0) { _ = try batch.get() }
    }
  }

  @Test(.timeLimit(.minutes(10))) func aSampleThatTakesLongHoldsUpNothing() async {
    await #expect(processExitsWith: .exitCode(3)) {
      let loader = DataLoader(count: 4, batchSize: 1, seed: 1) { _, _, _ in
        _ = sleep(3600)
      } collate: {
        $0.count
      }
      let batches = loader.batches(epoch: 0)
      usleep(50_000)
      withExtendedLifetime(batches) { exit(3) }
    }
  }
}

/// Convolutions of many sizes, each of which the library plans anew, and matrix products.
private func computing(workers: Int) -> DataLoader<Double, [Double]> {
  let filter = Tensor(normal: [3, 3, 8, 8])
  return DataLoader(count: 100_000, batchSize: 2, workers: workers, seed: 1) { index, _, _ in
    let x = Tensor(normal: [1, 24 + index % 160, 32, 8]).conv2d(filter).reshape(-1, 80)
    return x.matmul(x.transposed()).sum().item
  } collate: {
    $0
  }
}
