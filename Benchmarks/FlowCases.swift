import Tensor
import Vision

/// Optical flow between two frames of 480×854; with `.both`, there and back, as a video's next frame comes.
func flowBenchmarks() -> [Benchmark] {
  [
    Benchmark("optical_flow.480x854", unit: .milliseconds, hasPeer: true) {
      let (first, second) = frames()
      return medianMilliseconds { _ = opticalFlow(from: first, to: second) }
    },
    Benchmark("optical_flow.both.480x854", unit: .milliseconds, hasPeer: true) {
      let (first, second) = frames()
      var (stream, isFirst) = (FlowStream(), true)
      return medianMilliseconds {
        _ = stream.push(isFirst ? first : second)
        isFirst.toggle()
      }
    },
  ]
}

private func frames() -> (Image, Image) {
  let cells = Image(Tensor(uniform: [50, 88, 1]))
  let scene = cells.resized(height: 500, width: 880, interpolation: .linear)
  return (
    scene.cropped(x: 0, y: 0, height: 480, width: 854), scene.cropped(x: 7, y: 4, height: 480, width: 854)
  )
}
