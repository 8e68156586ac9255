import NN
import SFModels
import Tensor
import Vision

/// What a person looks at after an epoch: curves.png, and samples.png, rows of the first frame with what the memory is told
/// of it and the later ones with the answers; nothing in a build without a PNG codec.
func pictures(_ log: TrainingLog, _ data: ClipData, _ network: SAMN) throws -> [String: [UInt8]] {
  guard ImageFormat.png.isBuiltIn else { return [:] }
  var rows: [[Image]] = []
  for batch in data.validation.batches(epoch: 0) where rows.count < 6 {
    let clips = try batch.get()
    let answers = network.answers(clips)
    for index in 0..<min(clips.images.shape[0], 6 - rows.count) {
      let first = Image(clips.images[index, 0])
        .overlaid(Mask(clips.first[index], above: 0.5), color: .green)
      let later = network.masks(answers[index]).enumerated().map { frame, mask in
        Image(clips.images[index, frame + 1]).overlaid(mask, color: .red)
      }
      rows.append([first] + later)
    }
  }
  let tiles = rows.flatMap { $0.map { $0.resized(longestSide: 256) } }
  return [
    "curves.png": try log.curves("SAMN", losses: "loss", scores: ["J": "val_j"]).encoded(as: .png),
    "samples.png": try Image.grid(tiles, columns: rows[0].count).encoded(as: .png),
  ]
}
