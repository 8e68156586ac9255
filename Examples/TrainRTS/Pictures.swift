import NN
import SFModels
import Tensor
import Vision

/// What a person looks at after an epoch: curves.png, and samples.png, rows of the first frame with its true mask and the
/// later ones with the answers; nothing in a build without a PNG codec.
func pictures(_ log: TrainingLog, _ data: SequenceData, _ network: RTS) throws -> [String: [UInt8]] {
  guard ImageFormat.png.isBuiltIn else { return [:] }
  var rows: [[Image]] = []
  for batch in data.validation.batches(epoch: 0) where rows.count < 6 {
    let sequences = try batch.get()
    let answers = network.answers(sequences)
    for index in 0..<min(sequences.images.shape[0], 6 - rows.count) {
      let first = Image(sequences.images[index, 0])
        .overlaid(Mask(sequences.masks[index, 0], above: 0.5), color: .green)
      let later = (0..<answers.masks.shape[1]).map { frame in
        Image(sequences.images[index, frame + 1])
          .overlaid(Mask(answers.masks[index, frame], above: 0), color: .red)
      }
      rows.append([first] + later)
    }
  }
  let tiles = rows.flatMap { $0.map { $0.resized(longestSide: 320) } }
  return [
    "curves.png": try log.curves("RTS", losses: "loss", scores: ["J": "val_j"]).encoded(as: .png),
    "samples.png": try Image.grid(tiles, columns: rows[0].count).encoded(as: .png),
  ]
}
