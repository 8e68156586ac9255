import Tensor

extension RTS {
  /// What the network says of the frames after the first.
  public struct Answers: Sendable {
    /// The logits of the target's pixels, `[N, T, H, W, 1]`.
    public let masks: Tensor
    /// The instance model's scores after each step of its learner, the first before any, `[N, T, H', W', 1]`.
    public let scores: [Tensor]
  }

  /// Learns from the first frames, and follows the targets through the others (RTS, §3.5). The backbone and the decoder
  /// compute in the given precision, the learners in no less than float32.
  public func answers(_ sequences: RTSSequences, in precision: DType = .float32) -> Answers {
    let images = backbone.prepared(sequences.images.flattenedSequences)
    return answers(sequences, features(ofPrepared: images.to(precision)))
  }

  func answers(_ sequences: RTSSequences, _ features: Features) -> Answers {
    let scores = scores(sequences, features)
    return Answers(masks: masks(sequences, features, scores.last!), scores: scores)
  }

  /// T_κ⁰(x_c), where κ⁰ is learned from the first frames in 5 steps.
  private func scores(_ sequences: RTSSequences, _ features: Features) -> [Tensor] {
    let x = features.instance.unflattened(sequences)
    let first = x[.all, 0..<1], later = x[.all, 1...]
    return instance.problem(samples: first, labels: sequences.labels[.all, 0..<1])
      .steepestDescent(
        from: instance.initialFilters(first.squeezed(axis: 1), boxes: sequences.boxes), steps: 5
      ).map { instance(later, filters: $0) }
  }

  /// The masks' logits: τ⁰ is learned from the first frames in 5 steps, and the answer to each further frame makes the next τ
  /// in 2.
  private func masks(_ sequences: RTSSequences, _ features: Features, _ scores: Tensor) -> Tensor {
    let size = sequences.images.shape
    let x = features.segmentation.unflattened(sequences)
    let levels = features.levels.map { $0.unflattened(sequences) }
    var memory = [labelEncoder.encodings(sequences.starts)]
    var filters = segmentation.initialFilters(count: size[0], like: x)
    let answers = (1..<size[1]).map { frame in
      filters =
        segmentation.problem(
          samples: x[.all, 0..<frame], encodings: .stack(memory.map(\.labels), axis: 1),
          weights: .stack(memory.map(\.weights), axis: 1)
        ).steepestDescent(from: filters, steps: frame == 1 ? 5 : 2).last!
      let encodings = segmentation(x[.all, frame..<frame + 1], filters: filters).squeezed(axis: 1)
      let logits = self.logits(
        levels.map { $0[.all, frame] }, encodings: encodings, scores: scores[.all, frame - 1],
        height: size[2], width: size[3])
      memory.append(labelEncoder.encodings(logits.detached().sigmoid()))
      return logits
    }
    return .stack(answers, axis: 1)
  }
}

extension Tensor {
  /// `[N, T, …]` → `[N·T, …]`.
  var flattenedSequences: Tensor { reshape([shape[0] * shape[1]] + shape.dropFirst(2)) }

  /// `[N·T, …]` → `[N, T, …]`, as the sequences have it.
  fileprivate func unflattened(_ sequences: RTSSequences) -> Tensor {
    reshape(Array(sequences.images.shape.prefix(2)) + shape.dropFirst())
  }
}
