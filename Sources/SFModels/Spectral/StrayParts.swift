import Foundation
import Tensor
import Vision

/// What of a video's masks is not the object: parts that nothing connects with the largest one, within a frame or from one
/// to the next, and whose colours are rather those outside the masks than the largest part's: their mean log-likelihood
/// ratio, of histograms over the whole video, is below 0.
///
/// Parts of a quarter of the largest one's size stay, as do those whose colours are seen nowhere else, and those that are
/// never in a frame with it: so do the pieces of an object that is too fast to overlap with itself.
///
/// - Parameters:
///   - masks: one for each frame.
///   - frames: the frames, of the masks' size.
func strayParts(of masks: [Mask], in frames: [Image]) -> [Mask] {
  let parts = SpaceTimeParts(masks), sizes = parts.sizes
  guard let size = sizes.max(), sizes.count > 1 else {
    return masks.map { Mask(height: $0.height, width: $0.width) }
  }
  let largest = sizes.firstIndex(of: size)!

  // A half in both: colours seen nowhere are rather the object's, which is the smaller one.
  let colors = concurrentMap(frames.count) { colorCells(frames[$0]) }
  var object = [Double](repeating: 0.5, count: 16 * 16 * 16), outside = object
  for (labels, colors) in zip(parts.labels, colors) {
    for (label, color) in zip(labels, colors) {
      if label < 0 { outside[Int(color)] += 1 } else if label == largest { object[Int(color)] += 1 }
    }
  }
  let share = outside.reduce(0, +) / object.reduce(0, +)
  let evidence = zip(object, outside).map { log(share * $0 / $1) }

  var sums = sizes.map { _ in 0.0 }
  for (labels, colors) in zip(parts.labels, colors) where labels.contains(Int32(largest)) {
    for (label, color) in zip(labels, colors) where label >= 0 { sums[Int(label)] += evidence[Int(color)] }
  }
  let isStray = zip(sizes, sums).map { 4 * $0 < size && $1 < 0 }
  return concurrentMap(masks.count) { frame in
    Mask(
      height: masks[frame].height, width: masks[frame].width,
      values: parts.labels[frame].map { $0 >= 0 && isStray[Int($0)] ? 1 : 0 })
  }
}

/// The cell of each of an image's colours in L*a*b*: sixteen of 6¼ units of lightness, by as many of 16 units of a and b.
private func colorCells(_ image: Image) -> [UInt16] {
  func cell(_ value: Float) -> UInt16 { UInt16(min(15, max(0, 16 * value))) }
  let lab = image.labTensor().array()
  return stride(from: 0, to: lab.count, by: 3).map { i in
    (cell(lab[i]) * 16 + cell(lab[i + 1] / 2.56 + 0.5)) * 16 + cell(lab[i + 2] / 2.56 + 0.5)
  }
}
