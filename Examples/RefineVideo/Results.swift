import Datasets
import Foundation
import NN
import Tensor
import Vision

/// What a refinement leaves on disk.
struct Results {
  let folder: URL
  let threshold: Double
  private let output: OutputFolder

  init(folder: URL, threshold: Double) throws {
    (self.folder, self.threshold) = (folder, threshold)
    output = try OutputFolder(folder)
  }

  /// Writes the binary masks with DAVIS's palette, the soft masks as grey levels, and a strip of overlays.
  func write(_ outcome: Refinement.Outcome, of sequence: RefinedSequence) throws {
    let masks = folder.appending(path: "masks/\(sequence.name)")
    let soft = folder.appending(path: "soft/\(sequence.name)")
    try [masks, soft, folder.appending(path: "overlays")].forEach(make)
    for (file, x) in zip(sequence.frames.files, outcome.masks) {
      let name = file.deletingPathExtension().lastPathComponent + ".png"
      let mask = Mask(x, above: threshold)
      try IndexedImage(height: mask.height, width: mask.width, indices: mask.values)
        .write(to: masks.appending(path: name))
      try Image(x.expandingAxis(-1)).write(to: soft.appending(path: name))
    }
    try strip(outcome, of: sequence).write(to: folder.appending(path: "overlays/\(sequence.name).png"))
  }

  /// Five frames, or as many as there are: the input above, the refined masks, and the truth below where it is known.
  private func strip(_ outcome: Refinement.Outcome, of sequence: RefinedSequence) throws -> Image {
    let count = min(5, sequence.frameCount)
    let frames = (0..<count).map { $0 * (sequence.frameCount - 1) / max(1, count - 1) }
    var rows: [[Image]] = [[], [], []]
    for frame in frames {
      let image = try sequence.image(frame)
      func tile(_ mask: Mask, _ color: Color) -> Image {
        var picture = image
        picture.overlay(mask, color: color)
        return picture.resized(longestSide: min(320, max(image.width, image.height)))
      }
      rows[0].append(tile(Mask(try sequence.softMask(frame, for: image)), .orange))
      rows[1].append(tile(Mask(outcome.masks[frame], above: threshold), .green))
      if let truth = try sequence.trueMask(frame, height: image.height, width: image.width) {
        rows[2].append(tile(truth, .blue))
      }
    }
    return Image.grid(rows.flatMap { $0 }, columns: count)
  }

  private func make(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw RefinementError("can't make the folder \(folder.path)")
    }
  }
}
