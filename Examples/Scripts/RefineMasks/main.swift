// Refines a method's masks of a video, one PNG for each frame, along its motion, and draws them over it.
//     swift run -c release RefineMasks clip.mp4 MASKS OUTPUT          (the video may also be a folder of images)
// 19 lines of code; 81 in PyTorch: pytorch.py.
import Datasets
import Foundation
import SFModels
import Tensor
import Vision

let arguments = CommandLine.arguments.dropFirst().map { URL(filePath: $0) }
let (video, masks) = (try Video(contentsOf: arguments[0]), try FrameFolder(arguments[1]))
let frames = try (0..<video.frameCount).map { try video.image($0) }
let found = try masks.files.map { try Image(contentsOf: $0, as: .grey).tensor().squeezed(axis: -1) }

let motion = SpectralMotion(windows: [frames])
let refined = SpectralSegmenter.refinement(
  unary: Tensor.stack(found).expandingAxis(0), pairwise: SpectralFeatures.lab(frames), motion: motion)

try FileManager.default.createDirectory(at: arguments[2], withIntermediateDirectories: true)
for (index, frame) in frames.enumerated() {
  let mask = Mask(refined[0, index], above: 0.5)
  let name = masks.frameName(index)
  try mask.image.write(to: arguments[2].appending(path: "\(name).png"))
  try frame.overlaid(mask, color: .red).write(to: arguments[2].appending(path: "\(name).jpg"))
}
