import Datasets
import Foundation
import Tensor
import Vision

/// What the refinement of a sequence leaves on disk, written frame by frame: the binary masks with DAVIS's palette, the
/// soft masks as grey levels, a film of overlays, and a strip of some of them.
struct Results {
  private let sequence: RefinedSequence
  private let threshold: Double
  private let masks: URL
  private let soft: URL
  private let overlays: URL
  private var film: VideoWriter?
  /// Five frames, or as many as there are.
  private let shown: [Int]
  /// Their inputs above, the refined masks, and the truth below where it is known.
  private var rows: [[Image]] = [[], [], []]

  init(of sequence: RefinedSequence, in folder: URL, threshold: Double) throws {
    (self.sequence, self.threshold) = (sequence, threshold)
    masks = folder.appending(path: "masks/\(sequence.name)")
    soft = folder.appending(path: "soft/\(sequence.name)")
    overlays = folder.appending(path: "overlays")
    let count = min(5, sequence.frameCount)
    shown = (0..<count).map { $0 * (sequence.frameCount - 1) / max(1, count - 1) }
    for folder in [masks, soft, overlays] {
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      } catch {
        throw RefinementError("can't make the folder \(folder.path)")
      }
    }
    if FFmpeg.isInstalled {
      film = try VideoWriter(
        to: overlays.appending(path: "\(sequence.name).mp4"), frameRate: sequence.frames.frameRate)
    }
  }

  /// Takes the next frame.
  mutating func append(_ frame: Refinement.Frame, truth: Mask?) throws {
    let name = sequence.frameName(frame.number) + ".png"
    let mask = Mask(frame.mask, above: threshold)
    try IndexedImage(height: mask.height, width: mask.width, indices: mask.values)
      .write(to: masks.appending(path: name))
    try Image(frame.mask.expandingAxis(-1)).write(to: soft.appending(path: name))
    var overlay = frame.image
    overlay.overlay(mask, color: .green, contour: 2)
    try film?.append(overlay)
    guard shown.contains(frame.number) else { return }
    func tile(_ image: Image) -> Image {
      image.resized(longestSide: min(320, max(image.width, image.height)))
    }
    rows[0].append(tile(frame.image.overlaid(Mask(frame.input), color: .orange)))
    rows[1].append(tile(overlay))
    if let truth { rows[2].append(tile(frame.image.overlaid(truth, color: .blue))) }
  }

  /// Ends the film and writes the strip.
  func finish() throws {
    try film?.finish()
    try Image.grid(rows.flatMap { $0 }, columns: shown.count)
      .write(to: overlays.appending(path: "\(sequence.name).png"))
  }
}
