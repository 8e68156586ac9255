import NN
import SFModels
import Tensor
import Vision

/// A frame of the published RTS and SAMN with full memories, all that a tracker does for it. The decoders are told that every
/// pixel is the target's, so that nothing is left out: RTS' branches both learn, SAMN remembers the frame.
func maskTrackerBenchmarks() -> [Benchmark] {
  [
    Benchmark("rts.paper.tracked_frame", unit: .milliseconds, hasPeer: true) {
      let network = RTS(.paper)
      network.set("decoder.project.conv2.bias", to: [1])
      var options = RTSTracker.Options()
      options.detection = -.infinity
      var tracker = RTSTracker(network, options: options)
      tracker.start(image, on: .box(target))
      for _ in 0..<options.instanceMemory { _ = tracker.track(image) }
      return medianMilliseconds { _ = tracker.track(image) }
    },
    Benchmark("samn.paper.tracked_frame", unit: .milliseconds, hasPeer: true) {
      let network = SAMN(.paper)
      network.set("Decoder.pred2.bias", to: [0, 1])
      var options = SAMNTracker.Options()
      (options.followsMasks, options.filters, options.interval) = (true, false, 1)
      var tracker = SAMNTracker(network, options: options)
      tracker.start(image, on: .box(target))
      for _ in 0..<options.capacity { _ = tracker.track(image) }
      return medianMilliseconds { _ = tracker.track(image) }
    },
  ]
}

private let target = Box(x: 380, y: 200, width: 100, height: 80)
private let image = Image(
  height: 480, width: 854, channels: 3,
  pixels: (0..<480 * 854 * 3).map { UInt8(truncatingIfNeeded: $0 * $0 >> 7) })

extension Module {
  /// Sets the parameter of a name.
  fileprivate func set(_ name: String, to values: [Float]) {
    namedParameters.first { $0.path == name }!.parameter.value = Tensor(values)
  }
}
