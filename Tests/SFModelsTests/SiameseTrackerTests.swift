import Datasets
import Foundation
import NN
import SFModels
import Tensor
import Testing
import Vision

/// Sees what is bright in a search region, and answers with its box; knows nothing where nothing is.
private struct BrightNetwork: SiameseNetwork {
  let templateSize = 127, searchSize = 271
  let contexts: (template: Double, search: Double?) = (0.5, nil)
  /// What it answers with instead.
  var answer: Float?
  var takesGuides = false
  /// Answers with the guide's box.
  var followsGuide = false

  func anchors(searchSize: Int) -> Anchors { Anchors(grid: 19, searchSize: searchSize) }
  func template(_ images: Tensor, masks: Tensor?) -> Bool { masks != nil }

  func callAsFunction(_ images: Tensor, guides: Tensor?, _ template: Bool) -> SiamesePrediction {
    let anchors = anchors.boxes
    #expect((guides != nil) == takesGuides && template == takesGuides)
    let shape: Shape = [1, anchors.count, 2], codes: Shape = [1, anchors.count, 4]
    if let answer {
      return SiamesePrediction(
        logits: Tensor(repeating: Double(answer), shape: shape),
        offsets: Tensor(repeating: Double(answer), shape: codes))
    }
    let bright =
      followsGuide ? Mask(guides![0], above: 0.5) : Mask(images[0, .all, .all, 0], above: 0.7)
    guard let box = bright.boundingBox else {
      return SiamesePrediction(logits: Tensor(zeros: shape), offsets: Tensor(zeros: codes))
    }
    let offsets = anchors.flatMap { anchor in
      let code = BoxCoding.plain.offsets(of: box, from: anchor)
      return (0..<4).map { Float(code[$0]) }
    }
    let logits = anchors.flatMap { [0, Float(12 * $0.iou(box) - 2)] }
    return SiamesePrediction(logits: Tensor(logits, shape: shape), offsets: Tensor(offsets, shape: codes))
  }
}

@Suite struct SiameseTrackerTests {
  private func frame(_ box: Box) -> Image {
    var frame = Image(height: 120, width: 160, color: Color(60, 70, 80))
    frame.fill(.rectangle(box), with: .white)
    return frame
  }

  @Test func followsWhatTheNetworkSees() {
    let start = Box(x: 30, y: 40, width: 24, height: 30)
    var tracker = SiameseTracker(BrightNetwork(), coding: .plain)
    tracker.start(frame(start), on: .box(start))
    for time in 1..<20 {
      let truth = start.translated(x: 4 * Double(time), y: 10 * sin(Double(time) / 3))
      let found = tracker.track(frame(truth))
      #expect(
        found.region.boundingBox.iou(truth) > 0.8, "frame \(time): \(found.region.boundingBox) \(truth)")
      #expect(0...1 ~= found.confidence && found.confidence > 0.5)
    }
  }

  /// Where the network sees no difference, what was learned of the target tells which of two is the one.
  @Test func whatIsLearnedTellsTheTargetFromALookAlike() {
    let start = Box(x: 60, y: 50, width: 20, height: 20), other = start.translated(x: 26, y: 0)
    func frame(_ shift: Double) -> Image {
      var frame = Image(height: 120, width: 160, color: Color(60, 70, 80))
      for (box, color) in [(start, Color.red), (other, .green)] {
        frame.fill(.rectangle(box.translated(x: shift, y: 0)), with: color)
      }
      return frame
    }
    func found(learns: Bool) -> Box {
      var settings = SiameseTracking()
      (settings.penalty, settings.learns) = (0, learns)
      var tracker = SiameseTracker(Undecided(), coding: .plain, settings: settings)
      tracker.start(frame(0), on: .box(start))
      // The other comes to where the target was.
      return tracker.track(frame(-14)).region.boundingBox
    }
    let target = start.centerX - 14
    #expect(abs(found(learns: true).centerX - target) < 4 && abs(found(learns: false).centerX - target) > 8)
  }

  @Test func theSizeFollowsSlowly() {
    let start = Box(centerX: 80, centerY: 60, width: 30, height: 30)
    var tracker = SiameseTracker(BrightNetwork(), coding: .plain)
    tracker.start(frame(start), on: .box(start))
    let grown = frame(start.scaled(by: 1.3))
    let sizes = (0..<12).map { _ in tracker.track(grown).region.boundingBox.width }
    #expect(sizes[0] > 30 && sizes[0] < 34 && abs(sizes[11] - 39) < 2)
    #expect(zip(sizes, sizes.dropFirst()).allSatisfy { $0 < $1 + 0.5 })
  }

  /// Of two alike the window takes the nearer, which without it is the larger one.
  @Test func theWindowHoldsDistanceAgainstAPlace() {
    let start = Box(x: 60, y: 50, width: 20, height: 20)
    func found(_ weight: Double) -> Box {
      var settings = SiameseTracking()
      settings.windowWeight = weight
      settings.penalty = 0
      var tracker = SiameseTracker(Undecided(), coding: .plain, settings: settings)
      tracker.start(frame(start), on: .box(start))
      return tracker.track(frame(start)).region.boundingBox
    }
    #expect(abs(found(0.42).centerX - start.centerX) < 1)
    #expect(found(0).centerX > start.centerX + 8)
  }

  /// Slightly surer of the outermost places.
  private struct Undecided: SiameseNetwork {
    let templateSize = 127, searchSize = 271
    let contexts: (template: Double, search: Double?) = (0.5, nil)
    func anchors(searchSize: Int) -> Anchors { Anchors(grid: 19, searchSize: searchSize) }
    func template(_ images: Tensor, masks: Tensor?) -> Bool { true }
    func callAsFunction(_ images: Tensor, guides: Tensor?, _ template: Bool) -> SiamesePrediction {
      let logits = anchors.boxes.flatMap { [0, Float($0.centerX / 300)] }
      return SiamesePrediction(
        logits: Tensor(logits, shape: [1, anchors.count, 2]), offsets: Tensor(zeros: [1, anchors.count, 4]))
    }
  }

  @Test func theGuideIsTheBoxBefore() {
    let start = Box(x: 30, y: 40, width: 24, height: 30)
    var tracker = SiameseTracker(
      BrightNetwork(takesGuides: true, followsGuide: true), coding: .plain)
    tracker.start(frame(start), on: .box(start))
    for _ in 0..<5 {
      #expect(tracker.track(frame(start.translated(x: 50, y: 0))).region.boundingBox.iou(start) > 0.9)
    }
  }

  static let edges: [Box] = [
    Box(x: 0, y: 0, width: 20, height: 20), Box(x: -10, y: -12, width: 30, height: 30),
    Box(x: 150, y: 110, width: 40, height: 40), Box(x: -50, y: -50, width: 400, height: 400),
    Box(x: 80, y: 60, width: 1, height: 1), Box(x: 80, y: 60, width: 0, height: 0),
    Box(x: 80, y: 60, width: 0.2, height: 90), Box(x: 500, y: 500, width: 10, height: 10),
  ]

  @Test(arguments: edges) func boxesAtAndBeyondTheBorderAreFollowed(_ start: Box) {
    for (network, learns) in [
      (BrightNetwork(), false), (BrightNetwork(), true), (BrightNetwork(answer: .nan), true),
      (BrightNetwork(answer: 1e9), true),
    ] {
      var settings = SiameseTracking()
      settings.learns = learns
      var tracker = SiameseTracker(network, coding: .ssd, settings: settings)
      tracker.start(frame(start), on: .box(start))
      for _ in 0..<3 {
        let box = tracker.track(frame(start)).region.boundingBox
        #expect([box.x, box.y, box.width, box.height].allSatisfy(\.isFinite) && !box.isEmpty)
        #expect(box.width <= 160 && box.height <= 120)
      }
    }
  }

  @Test func greyFramesAreFramesToo() {
    let start = Box(x: 30, y: 40, width: 24, height: 30)
    var tracker = SiameseTracker(BrightNetwork(), coding: .plain)
    tracker.start(frame(start).converted(to: .grey), on: .box(start))
    #expect(tracker.track(frame(start).converted(to: .grey)).region.boundingBox.iou(start) > 0.8)
  }

  @Test func aNewStartForgets() {
    let (one, other) = (Box(x: 10, y: 10, width: 30, height: 30), Box(x: 100, y: 60, width: 20, height: 20))
    var used = SiameseTracker(BrightNetwork(), coding: .plain), fresh = used
    used.start(frame(one), on: .box(one))
    _ = used.track(frame(one))
    used.start(frame(other), on: .box(other))
    fresh.start(frame(other), on: .box(other))
    #expect(used.track(frame(other)).region == fresh.track(frame(other)).region)
  }

  /// The trackers by their names, with the weights that a file holds, which says how large the network is.
  @Test func aFileSaysWhichNetworkItHolds() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "siamese-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "broadcast.safetensors")
    try SiamBroadcastRPN(.tiny).save(
      to: file, metadata: ["preset": "tiny", "loss": "report"])
    #expect(SiameseModel(file).preset == .tiny && SiameseModel(file).coding == .plain)
    var tracker = try TrackerName.siambroadcastrpn.make(model: file)
    let start = Box(x: 30, y: 40, width: 24, height: 30)
    try tracker.start(frame(start), on: .box(start))
    #expect(try tracker.track(frame(start)).region.boundingBox.area > 0)
    // Another network's weights: what is missing and what is superfluous is named.
    let error = #expect(throws: CheckpointError.self) { try TrackerName.siamrpn.make(model: file) }
    guard case .mismatch(_, let missing, let unexpected, _) = error else {
      Issue.record("\(error!)")
      return
    }
    #expect(missing.contains("featureExtract.0.weight") && unexpected.contains("conf.0.bias"))
    let line = "\(error!)"
    #expect(
      line.hasPrefix(file.path) && line.count < file.path.count + 400 && !line.contains("\n"), "\(line)")
  }
}
