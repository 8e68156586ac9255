import NN
import Tensor
import TestSupport
import Testing

@Suite struct LossTests {
  struct Case: Decodable {
    let name: String, loss: String, target: String
    let positive_weight: Double?, smoothing: Double?, exponent: Double?, false_negative_weight: Double?,
      beta: Double?

    /// The loss of logits, or of probabilities where it is one of those, and which.
    var function: (of: String, (_ x: Tensor, _ truth: Tensor) -> Tensor) {
      switch loss {
      case "cross_entropy":
        ("logits", { binaryCrossEntropy(logits: $0, truth: $1, positiveWeight: positive_weight ?? 1) })
      case "dice": ("probabilities", { diceLoss(probabilities: $0, truth: $1, smoothing: smoothing!) })
      case "focal_dice":
        ("probabilities", { focalDiceLoss(probabilities: $0, truth: $1, exponent: exponent!) })
      case "focal_dice_root":
        ("probabilities", { focalDiceLoss(probabilities: $0, truth: $1, beta: beta!) })
      case "lb_hinge": ("logits", { lbHingeLoss($0, truth: $1) })
      case "focal_tversky":
        (
          "probabilities",
          {
            focalTverskyLoss(
              probabilities: $0, truth: $1, falseNegativeWeight: false_negative_weight!, exponent: exponent!,
              smoothing: smoothing!)
          }
        )
      case "generalised_dice": ("probabilities", { generalizedDiceLoss(probabilities: $0, truth: $1) })
      case "lovasz_hinge": ("logits", { lovaszHingeLoss(logits: $0, truth: $1) })
      case "lovasz_softmax": ("probabilities", { lovaszSoftmaxLoss(probabilities: $0, truth: $1) })
      case "mask_iou": ("probabilities", { maskIoULoss(probabilities: $0, truth: $1) })
      case "smooth_l1": ("logits", { smoothL1Loss($0, truth: $1, beta: beta!) })
      default: fatalError("the fixture has a loss that is not tested: \(loss)")
      }
    }
  }

  static let file = try! Fixture.load("losses")
  static let cases = try! Fixture.cases(Case.self, "cases", in: file)

  @Test(arguments: cases.indices)
  func valuesAndGradientsArePyTorchs(_ index: Int) throws {
    let item = Self.cases[index]
    let logits = Self.file.tensors["logits"]!
    let truth = Self.file.tensors["target.\(item.target)"]!
    let (input, loss) = item.function
    let isOfLogits = input == "logits"
    let (value, gradients) = valueWithGradient(at: [logits]) {
      loss(isOfLogits ? $0[0] : $0[0].sigmoid(), truth)
    }
    #expect(distance(value, Self.file.tensors["\(item.name).value"]!) < 1e-10, "\(item.name)")
    #expect(distance(gradients[0], Self.file.tensors["\(item.name).gradient.logits"]!) < 1e-8, "\(item.name)")

    let point = isOfLogits ? logits : logits.sigmoid()
    let slope = gradient(at: point) { loss($0, truth) }
    #expect(distance(slope, Self.file.tensors["\(item.name).gradient.\(input)"]!) < 1e-8, "\(item.name)")
    #expect(distance(slope, differences(at: point) { loss($0, truth) }) < 1e-7, "\(item.name)")
  }

  @Test(arguments: try! Fixture.cases(String.self, "class_losses", in: file))
  func lossesOfClassesArePyTorchs(_ name: String) throws {
    func stored(_ key: String) throws -> Tensor { try #require(Self.file.tensors["classes.\(key)"]) }
    let (labels, weights) = (try stored("labels"), try stored("weights"))
    func loss(_ x: Tensor) -> Tensor {
      func each(_ reduction: LossReduction) -> Tensor {
        crossEntropy(logits: x, labels: labels, classWeights: weights, ignoring: -1, reduction: reduction)
      }
      return switch name {
      case "mean": crossEntropy(logits: x, labels: labels, ignoring: -1)
      case "weighted": each(.mean)
      case "sum": each(.sum)
      case "squares": each(.none).squared().sum()
      case "smoothed":
        crossEntropy(logits: x, labels: labels, classWeights: weights, ignoring: -1, labelSmoothing: 0.2)
      case "smoothed_squares":
        crossEntropy(logits: x, labels: labels, ignoring: -1, labelSmoothing: 0.2, reduction: .none)
          .squared().sum()
      case "hardest":
        meanOfHardest(
          crossEntropy(logits: x, labels: labels, ignoring: -1, reduction: .none), fraction: 0.4)
      case "hard_negative":
        hardNegativeCrossEntropy(
          logits: x.reshape(2, -1, 3), labels: labels.reshape(2, -1), classWeights: weights, ratio: 1,
          minimum: 2)
      default: fatalError("the fixture has a loss that is not tested: \(name)")
      }
    }
    let (value, gradients) = valueWithGradient(at: [try stored("logits")]) { loss($0[0]) }
    #expect(distance(value, try stored(name)) < 1e-12)
    #expect(distance(gradients[0], try stored("\(name).gradient")) < 1e-12)
  }

  @Test(arguments: try! Fixture.cases(String.self, "operand_losses", in: file))
  func lossesOfOperandsArePyTorchs(_ name: String) throws {
    func stored(_ key: String) throws -> Tensor { try #require(Self.file.tensors["\(name).\(key)"]) }
    let operands = (0..<3).compactMap { Self.file.tensors["\(name).\($0)"] }
    let (value, gradients) = valueWithGradient(at: operands) { x in
      switch name {
      case "focal": focalLoss(logits: x[0], truth: x[1])
      case "focal.options": focalLoss(logits: x[0], truth: x[1], alpha: nil, gamma: 1.5)
      case "heatmap_focal": heatmapFocalLoss(logits: x[0], truth: x[1])
      case "soft_cross_entropy": crossEntropy(logits: x[0], truth: x[1])
      case "divergence": kullbackLeiblerDivergence(logProbabilities: x[0].logSoftmax(), truth: x[1])
      case "cosine_embedding": cosineEmbeddingLoss(x[0], x[1], areAlike: x[2], margin: 0.1)
      case "triplet": tripletLoss(anchors: x[0], positives: x[1], negatives: x[2], margin: 0.5)
      case "info_nce": infoNCELoss(queries: x[0], keys: x[1])
      case "probabilities": binaryCrossEntropy(probabilities: x[0], truth: x[1])
      case "smooth_l1_of_each":
        smoothL1Loss(x[0], truth: x[1], beta: 0.5, reduction: .none).squared().sum()
      case "structural_similarity": structuralSimilarityLoss(x[0], truth: x[1])
      default: boxes(name, x)
      }
    }
    #expect(distance(value, try stored("value")) < 1e-12)
    for (index, gradient) in gradients.enumerated() {
      guard let expected = Self.file.tensors["\(name).gradient.\(index)"] else { continue }
      let scale = max(1, expected.abs().max().item)
      #expect(distance(gradient, expected) < 1e-11 * scale, "operand \(index)")
    }
  }

  private func boxes(_ name: String, _ x: [Tensor]) -> Tensor {
    let overlap = BoxOverlap(rawValue: String(name.split(separator: ".")[1]))!
    return name.hasPrefix("box.")
      ? boxLoss(x[0], truth: x[1], overlap: overlap) : overlap(x[0].expandingAxis(1), x[1]).squared().sum()
  }

  @Test func binaryCrossEntropyReduces() {
    let x = Tensor(normal: [3, 4], dtype: .float64, seed: 3)
    let truth = Tensor(uniform: [3, 4], dtype: .float64, seed: 4)
    func loss(_ x: Tensor, _ reduction: LossReduction) -> Tensor {
      binaryCrossEntropy(logits: x, truth: truth, positiveWeight: 2.5, reduction: reduction)
    }
    for reduction in [LossReduction.mean, .sum] {
      let each = { (x: Tensor) in
        reduction == .mean ? loss(x, .none).mean() : loss(x, .none).sum()
      }
      #expect(distance(loss(x, reduction), each(x)) < 1e-12)
      #expect(distance(gradient(at: x) { loss($0, reduction) }, gradient(at: x, each)) < 1e-12)
    }
  }

  @Test func withoutNegativesOrObjectsThereIsNoLoss() {
    let logits = Tensor(normal: [1, 4, 2], seed: 5)
    let nothing = Tensor(repeating: -1, shape: [1, 4], dtype: .int32)
    let (loss, slope) = valueWithGradient(at: [logits]) {
      hardNegativeCrossEntropy(logits: $0[0], labels: nothing)
    }
    #expect(loss.item == 0 && (slope[0] .== 0).isAllTrue)
  }

  @Test(arguments: SegmentationLoss.allCases, [DType.float32, .float64])
  func edgesAreFinite(_ loss: SegmentationLoss, _ dtype: DType) {
    let shape: Shape = [2, 3, 4, 1]
    let half = Tensor((0..<24).map { Float($0 % 2) }, shape: shape).to(dtype)
    let truths = [Tensor(zeros: shape, dtype: dtype), Tensor(ones: shape, dtype: dtype), half]
    for truth in truths {
      let predictions =
        [-500, -90, 0, 90, 500].map { Tensor(repeating: $0, shape: shape, dtype: dtype) }
        + [10, 90, 500, -500].map { (truth * 2 - 1) * $0 }
      for logits in predictions {
        let (value, gradients) = valueWithGradient(at: [logits]) { loss(logits: $0[0], truth: truth) }
        #expect(value.shape == [] && value.item.isFinite && value.item > -1e-6)
        #expect(gradients[0].isFinite().isAllTrue, "\(loss) of \(logits.array()[0])")
      }
    }
  }

  @Test(arguments: SegmentationLoss.allCases)
  func aPerfectPredictionIsBestAndAWrongOneWorst(_ loss: SegmentationLoss) {
    let truth = Tensor((0..<24).map { Float($0 % 3 == 0 ? 1 : 0) }, shape: [1, 4, 6, 1])
    let signs = truth * 2 - 1
    let perfect = loss(logits: signs * 20, truth: truth).item
    let undecided = loss(logits: signs * 0, truth: truth).item
    let wrong = loss(logits: signs * -20, truth: truth).item
    #expect(perfect < 1e-4 && perfect < undecided && undecided < wrong)
  }

  @Test(arguments: SegmentationLoss.allCases)
  func framesOfAVolumeAndChannelsCountLikeImages(_ loss: SegmentationLoss) {
    let logits = Self.file.tensors["logits"]!
    let truth = Self.file.tensors["target.binary"]!
    let expected = loss(logits: logits, truth: truth)
    let volume = loss(logits: logits.reshape(1, 2, 6, 7, 1), truth: truth.reshape(1, 2, 6, 7, 1))
    #expect(abs(volume.item - expected.item) < 1e-12)
    let asChannels = { (x: Tensor) in x.reshape(2, 6, 7).permuted(1, 2, 0).expandingAxis(0) }
    #expect(abs(loss(logits: asChannels(logits), truth: asChannels(truth)).item - expected.item) < 1e-12)
    #expect(abs(loss(logits: logits, truth: truth.to(.uint8)).item - expected.item) < 1e-12)
  }

  @Test func crossEntropyIsExactInBothTailsInFloat32() {
    let logits = Tensor([-80, -20, 20, 80] as [Float])
    let (value, gradients) = valueWithGradient(at: [logits]) {
      binaryCrossEntropy(logits: $0[0], truth: Tensor([0, 0, 1, 1] as [Float])) * 4
    }
    #expect(abs(value.item / 4.122307e-9 - 1) < 1e-5)
    let slopes = gradients[0].array(of: Double.self)
    #expect(abs(slopes[1] / 2.0611537e-9 - 1) < 1e-5 && abs(slopes[2] / -2.0611537e-9 - 1) < 1e-5)
    #expect(slopes[0] > 0 && slopes[3] < 0)
  }

  @Test func crossEntropyDoesNotDependOnTheThreads() {
    var generator = SeededGenerator(seed: 1)
    let logits = Tensor((0..<100_003).map { _ in Float.random(in: -5...5, using: &generator) })
    let truth = (logits .> 1).to(.float32)
    let threads = Threads.count
    defer { Threads.count = threads }
    let results = [1, 3].map { count in
      Threads.count = count
      let (value, gradients) = valueWithGradient(at: [logits]) {
        binaryCrossEntropy(logits: $0[0], truth: truth)
      }
      return bytes(value) + bytes(gradients[0])
    }
    #expect(results[0] == results[1])
  }

  @Test func crossEntropyOverClassesWeighsThem() {
    let logits = Tensor((0..<24).map { Double($0 * $0 % 13) / 4 }, shape: [2, 4, 3])
    let labels = Tensor([0, 1, 2, 1, 0, 0, 2, 1] as [Int32], shape: [2, 4])
    let weights = Tensor([1, 2, 0.5])
    let (x, y) = (logits.array(of: Double.self), labels.array(of: Int32.self).map(Int.init))
    let w = weights.array(of: Double.self)
    let costs = y.indices.map { i in
      Tensor(Array(x[3 * i..<3 * i + 3])).logSumExp(axis: 0).item - x[3 * i + y[i]]
    }
    let plain = crossEntropy(logits: logits, labels: labels)
    #expect(abs(plain.item - costs.reduce(0, +) / 8) < 1e-12)
    let weighted = crossEntropy(logits: logits, labels: labels, classWeights: weights)
    let expected = y.indices.map { costs[$0] * w[y[$0]] }.reduce(0, +) / y.map { w[$0] }.reduce(0, +)
    #expect(abs(weighted.item - expected) < 1e-12)
    let loss = { (x: Tensor) in crossEntropy(logits: x, labels: labels, classWeights: weights) }
    #expect(distance(gradient(at: logits, loss), differences(at: logits, loss)) < 1e-8)
  }

  /// The gradient of a scalar function by central differences.
  func differences(at x: Tensor, _ function: (Tensor) -> Tensor) -> Tensor {
    let step = 1e-6
    let values = x.array(of: Double.self)
    return Tensor(
      values.indices.map { index in
        let sides = [step, -step].map { shift in
          var shifted = values
          shifted[index] += shift
          return function(Tensor(shifted, shape: x.shape)).item
        }
        return (sides[0] - sides[1]) / (2 * step)
      }, shape: x.shape)
  }

  @Test func ignoredLabelsCountForNothing() {
    let logits = Tensor(normal: [6, 4], dtype: .float64, seed: 5)
    let labels = Tensor([1, -1, 3, 0, -1, 2] as [Int32])
    let kept = Tensor([0, 2, 3, 5] as [Int32])
    let expected = crossEntropy(logits: logits.gather(kept), labels: labels.gather(kept)).item
    #expect(abs(crossEntropy(logits: logits, labels: labels, ignoring: -1).item - expected) < 1e-14)
  }

  @Test(arguments: SegmentationLoss.allCases)
  func bfloat16LogitsAreTakenInFloat32(_ loss: SegmentationLoss) {
    let logits = Tensor(normal: [2, 5, 6, 1], seed: 1).to(.bfloat16)
    let truth = Tensor(bernoulli: logits.shape, probability: 0.4, seed: 2)
    let (narrow, gradient) = valueWithGradient(at: [logits]) { loss(logits: $0[0], truth: truth) }
    #expect(narrow.dtype == .float32 && gradient[0].dtype == .bfloat16)
    #expect(narrow.item == loss(logits: logits.to(.float32), truth: truth).item)
  }

  @Test func lossesOfClassesAndHeatmapsTakeBfloat16InFloat32() {
    let logits = Tensor(normal: [2, 12, 11, 3], seed: 1).to(.bfloat16)
    let truth = Tensor(uniform: logits.shape, seed: 2)
    let losses: [(Tensor) -> Tensor] = [
      { focalLoss(logits: $0, truth: truth) }, { heatmapFocalLoss(logits: $0, truth: truth) },
      { binaryCrossEntropy(probabilities: $0.sigmoid(), truth: truth) },
      { crossEntropy(logits: $0, truth: truth.softmax()) },
      { kullbackLeiblerDivergence(logProbabilities: $0, truth: truth.softmax()) },
      { structuralSimilarityLoss($0, truth: truth) },
    ]
    for loss in losses {
      let (value, gradient) = valueWithGradient(at: [logits]) { loss($0[0]) }
      #expect(value.dtype == .float32 && gradient[0].dtype == .bfloat16)
      #expect(abs(value.item - loss(logits.to(.float32)).item) < 0.01 * abs(value.item))
    }
  }
}
