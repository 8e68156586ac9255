/// A mask as the lengths of its runs: unset pixels, set ones, unset ones, …, row after row. The first run may be of length 0.
struct RunLengths {
  var height: Int
  var width: Int
  var runs: [Int]

  /// More pixels than these are taken for a damaged text.
  static let mostPixels = 1 << 26

  /// Runs that fit a mask of the given size; nil of those that don't. What they leave at the end is unset.
  init?(height: Int, width: Int, runs: [Int]) {
    guard height >= 0, width >= 0, max(height, width) <= Self.mostPixels, height * width <= Self.mostPixels
    else { return nil }
    var left = height * width
    for run in runs {
      guard run >= 0, run <= left else { return nil }
      left -= run
    }
    (self.height, self.width, self.runs) = (height, width, runs)
  }

  /// The runs of a mask.
  init(_ mask: Mask) {
    (height, width, runs) = (mask.height, mask.width, [])
    mask.values.withUnsafeBufferPointer { values in
      var (start, value): (Int, UInt8) = (0, 0)
      for position in values.indices where values[position] != value {
        runs.append(position - start)
        (start, value) = (position, values[position])
      }
      runs.append(values.count - start)
    }
  }

  /// The smallest mask that has all set pixels, and where its top-left pixel is; one unset pixel where there is none.
  var tightMask: (mask: Mask, x: Int, y: Int) {
    var (left, right, top, bottom) = (width, -1, height, -1)
    for run in setRuns {
      let (first, last) = (
        run.lowerBound.quotientAndRemainder(dividingBy: width),
        (run.upperBound - 1).quotientAndRemainder(dividingBy: width)
      )
      let isOneRow = first.quotient == last.quotient
      left = min(left, isOneRow ? first.remainder : 0)
      right = max(right, isOneRow ? last.remainder : width - 1)
      top = min(top, first.quotient)
      bottom = last.quotient
    }
    guard right >= left else { return (Mask(height: 1, width: 1), 0, 0) }
    let size = (height: bottom - top + 1, width: right - left + 1)
    var values = [UInt8](repeating: 0, count: size.height * size.width)
    values.withUnsafeMutableBufferPointer { values in
      for run in setRuns {
        for y in run.lowerBound / width...(run.upperBound - 1) / width {
          let columns = run.clamped(to: y * width..<(y + 1) * width)
          let start = (y - top) * size.width - left - y * width
          values[start + columns.lowerBound..<start + columns.upperBound].update(repeating: 1)
        }
      }
    }
    return (Mask(height: size.height, width: size.width, values: values), left, top)
  }

  /// The positions of set pixels, run by run.
  fileprivate var setRuns: [Range<Int>] {
    var position = 0
    return runs.enumerated().compactMap { index, run in
      defer { position += run }
      return index % 2 == 1 && run > 0 ? position..<position + run : nil
    }
  }
}

extension Mask {
  /// A mask of the lengths of its runs as COCO has them: unset pixels, set ones, unset ones, …, column after column. Nil
  /// where they are more than the pixels, or the mask is too large.
  public init?(height: Int, width: Int, columnRuns runs: [Int]) {
    guard height > 0, width > 0, let columns = RunLengths(height: width, width: height, runs: runs) else {
      return nil
    }
    var values = [UInt8](repeating: 0, count: height * width)
    values.withUnsafeMutableBufferPointer { values in
      for run in columns.setRuns {
        var (x, y) = run.lowerBound.quotientAndRemainder(dividingBy: height)
        for _ in run {
          values[y * width + x] = 1
          y += 1
          if y == height { (x, y) = (x + 1, 0) }
        }
      }
    }
    self.init(height: height, width: width, values: values)
  }
}
