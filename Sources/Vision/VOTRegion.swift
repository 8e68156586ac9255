/// A frame's entry in the files of the VOT challenges, of annotations and of trackers' results.
///
/// Its text is `x,y,width,height`; `x,y,x,y,…`, three corners or more of a polygon; `m` and `x,y,width,height`, then the
/// lengths of runs of unset and set pixels by turns, row after row, for a mask whose top-left pixel is (x, y); or a
/// number that says why there is no region.
public enum VOTRegion: Sendable, Hashable {
  /// Where the target is.
  case region(Region)
  /// `0` or NaNs: nobody knows, or the tracker was not run on this frame.
  case unknown
  /// `1`: here the tracker was started.
  case initialization
  /// `2`: here the tracker failed.
  case failure

  /// The region, where there is one.
  public var region: Region? {
    if case .region(let region) = self { region } else { nil }
  }

  /// Reads a text; nil where it is none of these. A mask is cut to its pixels, one without any is an unset pixel.
  public init?(_ text: some StringProtocol) {
    var words = String(text).split(separator: ",", omittingEmptySubsequences: false).map { word in
      let start = word.drop { $0.isWhitespace }
      return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? ""
    }
    // Some write a comma behind the last number too.
    if words.count > 1 && words.last!.isEmpty { words.removeLast() }
    if words[0].first == "m" {
      let mask = Self.mask([words[0].dropFirst()] + words.dropFirst())
      guard let mask else { return nil }
      self = .region(mask)
      return
    }
    let numbers = words.compactMap { Double($0) }
    guard numbers.count == words.count else { return nil }
    switch numbers.count {
    case _ where numbers.contains(where: \.isNaN): self = .unknown
    case 1:
      let codes: [Double: VOTRegion] = [0: .unknown, 1: .initialization, 2: .failure]
      guard let code = codes[numbers[0]] else { return nil }
      self = code
    case _ where !numbers.allSatisfy(\.isFinite): return nil
    case 4:
      self = .region(.box(Box(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])))
    case 6... where numbers.count.isMultiple(of: 2):
      let corners = stride(from: 0, to: numbers.count, by: 2).map { Point(numbers[$0], numbers[$0 + 1]) }
      self = .region(.polygon(corners))
    default: return nil
    }
  }

  private static func mask(_ words: [some StringProtocol]) -> Region? {
    let numbers = words.compactMap { Int($0) }
    let places = -(1 << 24)...(1 << 24)
    guard numbers.count == words.count, numbers.count >= 4, numbers[..<2].allSatisfy(places.contains),
      let lengths = RunLengths(height: numbers[3], width: numbers[2], runs: Array(numbers[4...]))
    else { return nil }
    let (mask, x, y) = lengths.tightMask
    return .mask(mask, x: numbers[0] + x, y: numbers[1] + y)
  }

  /// The text, that of a rotated box as its corners.
  public var text: String {
    switch self {
    case .unknown: "0"
    case .initialization: "1"
    case .failure: "2"
    case .region(.box(let box)): "\(box.x),\(box.y),\(box.width),\(box.height)"
    case .region(.mask(let mask, let x, let y)): Self.text(of: mask, x: x, y: y)
    case .region(let region): region.corners.map { "\($0.x),\($0.y)" }.joined(separator: ",")
    }
  }

  private static func text(of mask: Mask, x: Int, y: Int) -> String {
    let (tight, left, top) = RunLengths(mask).tightMask
    guard tight.area > 0 else { return "m0,0,0,0,0" }
    let numbers = [x + left, y + top, tight.width, tight.height] + RunLengths(tight).runs
    return "m" + numbers.map(String.init).joined(separator: ",")
  }
}
