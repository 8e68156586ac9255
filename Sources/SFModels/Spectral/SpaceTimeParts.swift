import Tensor
import Vision

/// The parts of a video's masks that hang together in space and time: pixels that touch, at a corner too, and those at the
/// same place in neighbouring frames.
struct SpaceTimeParts {
  /// For each frame the number of each pixel's part, from 0 on; -1 outside the mask.
  let labels: [[Int32]]
  /// The number of pixels of each part.
  let sizes: [Int]

  init(_ masks: [Mask]) {
    let frames = concurrentMap(masks.count) { ConnectedComponents(masks[$0]) }
    // The components of all frames, numbered on; a set of them that hang together is a tree, whose root comes first.
    var firsts: [Int32] = [0]
    for frame in frames { firsts.append(firsts[firsts.count - 1] + Int32(frame.components.count)) }
    let numbers = concurrentMap(masks.count) { [firsts] frame in
      frames[frame].labels.map { $0 == 0 ? -1 : firsts[frame] + $0 - 1 }
    }
    var parents = Array(0..<firsts[masks.count])
    func root(_ number: Int32) -> Int32 {
      var number = number
      while parents[number] != number { number = parents[number] }
      return number
    }
    for (earlier, later) in zip(numbers, numbers.dropFirst()) {
      var last: (Int32, Int32) = (-1, -1)
      for pair in zip(earlier, later) where pair.0 >= 0 && pair.1 >= 0 && pair != last {
        let roots = (root(pair.0), root(pair.1))
        parents[max(roots.0, roots.1)] = min(roots.0, roots.1)
        last = pair
      }
    }

    var sizes: [Int] = [], parts: [Int32] = []
    for (number, area) in frames.flatMap({ $0.components.map(\.area) }).enumerated() {
      let root = root(Int32(number))
      parts.append(Int(root) == number ? Int32(sizes.count) : parts[root])
      if Int(root) == number { sizes.append(area) } else { sizes[parts[root]] += area }
    }
    self.sizes = sizes
    labels = concurrentMap(masks.count) { [parts] frame in numbers[frame].map { $0 < 0 ? -1 : parts[$0] } }
  }
}

extension Array {
  fileprivate subscript(_ index: Int32) -> Element {
    get { self[Int(index)] }
    set { self[Int(index)] = newValue }
  }
}
