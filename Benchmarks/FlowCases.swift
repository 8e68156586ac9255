import Tensor
import Vision

/// Optical flow between two frames of 480×854.
func flowBenchmarks() -> [Benchmark] {
  [
    Benchmark("optical_flow.480x854", unit: .milliseconds, hasPeer: true) {
      let cells = Image(Tensor(uniform: [50, 88, 1]))
      let scene = cells.resized(height: 500, width: 880, interpolation: .linear)
      let first = scene.cropped(x: 0, y: 0, height: 480, width: 854)
      let second = scene.cropped(x: 7, y: 4, height: 480, width: 854)
      return medianMilliseconds { _ = opticalFlow(from: first, to: second) }
    }
  ]
}
