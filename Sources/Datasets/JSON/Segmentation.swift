import Foundation
import Vision

/// An instance's pixels, as COCO's and YouTube-VIS's files have them (Lin et al., ECCV 2014): polygons `[[x, y, x, y, …], …]`,
/// of which the pixels whose centres they cover are taken, or `{"size": [height, width], "counts": …}`, the lengths of runs
/// of unset and set pixels by turns, column after column: numbers, or the text that packs them.
enum Segmentation {
  case polygons([[Point]])
  case runs([Int], height: Int, width: Int)

  init(_ cursor: inout JSONCursor) throws {
    if try cursor.start() == UInt8(ascii: "[") {
      var polygons: [[Point]] = []
      try cursor.elements { cursor in
        var numbers: [Double] = []
        try cursor.elements { numbers.append(try $0.number()) }
        guard numbers.count.isMultiple(of: 2) else { throw cursor.failure("an x without a y before this") }
        polygons.append(
          stride(from: 0, to: numbers.count, by: 2).map { Point(numbers[$0], numbers[$0 + 1]) })
      }
      self = .polygons(polygons)
      return
    }
    var (size, runs): ([Int], [Int]?) = ([], nil)
    try cursor.members { key, cursor in
      switch key {
      case "size": try cursor.elements { size.append(try $0.integer()) }
      case "counts":
        if try cursor.start() == UInt8(ascii: "[") {
          var counts: [Int] = []
          try cursor.elements { counts.append(try $0.integer()) }
          runs = counts
        } else {
          runs = Self.runs(packed: try cursor.string())
          if runs == nil { throw cursor.failure("a text of runs that is none before this") }
        }
      default: break
      }
    }
    guard size.count == 2, let runs else { throw cursor.failure("a mask without size or counts before this") }
    self = .runs(runs, height: size[0], width: size[1])
  }

  /// The pixels in an image of the given size; nil where the runs are those of another or don't fit it.
  func mask(height: Int, width: Int) -> Mask? {
    switch self {
    case .runs(let runs, height, width): return Mask(height: height, width: width, columnRuns: runs)
    case .runs: return nil
    case .polygons(let polygons):
      // Each by itself: together, those that run opposite ways would cut one another.
      let masks = polygons.map { Mask(Outline.polygon($0), height: height, width: width) }
      guard masks.count != 1 else { return masks[0] }
      let union = masks.reduce(into: [UInt8](repeating: 0, count: height * width)) { union, mask in
        for (pixel, value) in mask.values.enumerated() where value != 0 { union[pixel] = 1 }
      }
      return Mask(height: height, width: width, values: union)
    }
  }

  /// The runs that a text packs: five bits a character from 48 on, the sixth set where more of the number follow, the last
  /// one's fifth its sign; from the fourth run on less the run before the last.
  private static func runs(packed text: String) -> [Int]? {
    var (runs, value, shift) = ([Int](), 0, 0)
    for character in text.utf8 {
      guard (48..<112).contains(character), shift <= 30 else { return nil }
      let bits = Int(character - 48)
      value |= (bits & 0x1f) << shift
      shift += 5
      if bits & 0x20 != 0 { continue }
      if bits & 0x10 != 0 { value |= -1 << shift }
      if runs.count > 2 { value += runs[runs.count - 2] }
      runs.append(value)
      (value, shift) = (0, 0)
    }
    return shift == 0 ? runs : nil
  }
}
