import NN
import Tensor
import Vision

/// How much of an epoch the training waits for its data, in percent: the benchmark's U-Net, and beside it a loader that
/// decodes a frame of 480×854 for each sample, scales it and stacks four into a batch.
func loadingBenchmarks() -> [Benchmark] {
  [
    Benchmark("data_loading.waiting", unit: .percent) {
      let scene = Image(Tensor(uniform: [40, 71, 3])).resized(height: 480, width: 854, interpolation: .linear)
      let file = try scene.encoded(as: ImageFormat.jpeg.isBuiltIn ? .jpeg : .png)
      let training = UNetTraining()
      let size = training.inputs.shape
      let loader = DataLoader(count: 16 * size[0], batchSize: size[0], seed: 1) { _, _, _ in
        let frame = try Image(encoded: file).resized(height: size[1], width: size[2]).tensor()
        return frame.padded([(0, 0), (0, 0), (0, size[3] - frame.shape[2])])
      } collate: {
        Tensor.stack($0)
      }
      training.step()
      let batches = loader.batches(epoch: 0)
      let time = try milliseconds {
        for images in batches { training.step(try images.get()) }
      }
      return 100 * 1000 * batches.secondsWaited / time
    }
  ]
}
