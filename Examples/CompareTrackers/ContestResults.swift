import Evaluation
import Foundation
import Vision

/// What trackers and ensembles made of sets of videos.
struct ContestResults {
  /// What one told of a video's target, and how long that took, an ensemble's members with it; nil of boxes that were there.
  typealias Run = (track: TargetTrack, seconds: Double?)

  let names: [String]
  /// The names of the videos of all sets.
  var videos: [String] = []
  /// For each set, each video and each name a run.
  var sets: [[[Run]]] = []

  /// A row for each name.
  func table(_ title: String) -> String {
    let head = "\(title), \(sets.joined().count) videos"
    let width = 2 + (names + [head]).map(\.count).max()!
    func row(_ title: String, _ cells: [String]) -> String {
      ([title.padding(toLength: width, withPad: " ", startingAt: 0)]
        + cells.map { $0.padding(toLength: 15, withPad: " ", startingAt: 0) }).joined()
        .replacing(/\s+$/, with: "")
    }
    let rows = names.indices.map { row(names[$0], figures(of: $0)) }
    return ([row(head, ["success", "AO", "robustness", "J", "frames/s"])] + rows).joined(separator: "\n")
  }

  private func figures(of index: Int) -> [String] {
    func figure(_ value: (TargetTrack) -> Double?) -> String {
      sets.compactMap { videos in
        let values = videos.compactMap { value($0[index].track) }
        return values.isEmpty ? nil : values.mean
      }.meanAndDeviation
    }
    let timed = sets.joined().map { $0[index] }.filter { $0.seconds != nil }
    let (frames, seconds) = timed.reduce((0, 0.0)) { ($0.0 + $1.track.boxes.count - 1, $0.1 + $1.seconds!) }
    return [
      figure(\.success), figure(\.overlaps.mean), figure(\.robustness),
      figure { $0.maskOverlaps.isEmpty ? nil : $0.maskOverlaps.mean },
      timed.isEmpty ? "" : String(format: "%.1f", Double(frames) / max(seconds, 1e-9)),
    ]
  }

  /// The two videos whose targets were followed worst, of all sets together, with what everybody told in four frames.
  func pictures(of videos: [TargetVideo]) throws -> [(name: String, picture: Image)] {
    let runs = Array(sets.joined())
    let means = runs.map { $0.map(\.track.overlaps.mean).mean }
    return try runs.indices.sorted { means[$0] < means[$1] }.prefix(2).map { index in
      (self.videos[index], try picture(of: videos[index], runs[index].map(\.track)))
    }
  }

  private func picture(of video: TargetVideo, _ tracks: [TargetTrack]) throws -> Image {
    let (start, count) = (tracks[0].start, tracks[0].boxes.count)
    let tiles = try (1...4).map { part in
      let frame = part * (count - 1) / 4
      let image = try video.image(start + frame)
      // As large as lines of two pixels look well on.
      let scale = max(1, 360 / Double(image.width))
      var tile = image.resized(
        height: Int(scale * Double(image.height)), width: Int(scale * Double(image.width)))
      func draw(_ box: Box, _ color: Color, thickness: Int) {
        tile.draw(box.scaled(x: scale, y: scale), color: color, thickness: thickness)
      }
      if let truth = tracks[0].truth[frame] { draw(truth, .white, thickness: 4) }
      for (index, track) in tracks.enumerated() { draw(track.boxes[frame], color(index), thickness: 2) }
      return tile
    }
    let grid = Image.grid(tiles, columns: 2)
    var picture = Image(height: grid.height + legendHeight(grid.width), width: grid.width, color: .white)
    picture.paste(grid, x: 0, y: 0)
    for (index, place) in legend(grid.width).enumerated() {
      picture.draw(
        names[index], x: place.x, y: Double(grid.height) + place.y, color: .black, plate: color(index))
    }
    return picture
  }

  /// Where the names stand, line by line below a picture.
  private func legend(_ width: Int) -> [Point] {
    var place = Point(6, 6)
    return names.map { name in
      let length = 6 * Double(name.count) + 8
      if place.x + length > Double(width) { place = Point(6, place.y + 14) }
      defer { place.x += length }
      return place
    }
  }

  private func legendHeight(_ width: Int) -> Int { Int(legend(width).last!.y) + 12 }

  /// Light colours around the circle of hues.
  private func color(_ index: Int) -> Color {
    func level(_ phase: Double) -> UInt8 {
      UInt8(150 + 105 * cos(2 * .pi * (Double(index) / Double(names.count) - phase)))
    }
    return Color(level(0), level(1 / 3), level(2 / 3))
  }
}
