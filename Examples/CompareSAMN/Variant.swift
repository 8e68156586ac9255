import SFModels

/// The tracker, and what may be left out of it.
enum Variant: String, CaseIterable {
  case whole
  case withoutSpatialMemory = "without spatial memory"
  case firstFrameAlone = "first frame alone"
  case withoutFilter = "without filter"
  case withoutSegmentedBox = "without segmented box"
  case led = "led by masks"

  var options: SAMNTracker.Options {
    var options = SAMNTracker.Options()
    switch self {
    case .whole: break
    case .withoutSpatialMemory: options.locates = false
    case .firstFrameAlone: options.remembers = false
    case .withoutFilter: options.filters = false
    case .withoutSegmentedBox: options.segmentsBox = false
    case .led: options.followsMasks = true
    }
    return options
  }
}
