import Foundation
import NN
import Tensor
import Testing

@Suite struct OptimizerTests {
  struct Case: Decodable {
    let name: String
    let learning_rate: Double
    let momentum: Double?, dampening: Double?, nesterov: Bool?
    let weight_decay: Double?, betas: [Double]?, epsilon: Double?, amsgrad: Bool?, alpha: Double?

    func optimizer(_ parameters: [Parameter]) -> any Optimizer {
      let betas = betas.map { (first: $0[0], second: $0[1]) } ?? (0.9, 0.999)
      let decay = weight_decay ?? 0
      return switch name.prefix(while: { $0 != "." }) {
      case "sgd":
        SGD(
          parameters, learningRate: learning_rate, momentum: momentum ?? 0, dampening: dampening ?? 0,
          weightDecay: decay, nesterov: nesterov ?? false)
      case "adam":
        Adam(
          parameters, learningRate: learning_rate, betas: betas, epsilon: epsilon ?? 1e-8, weightDecay: decay,
          amsgrad: amsgrad ?? false)
      case "rmsprop":
        RMSprop(
          parameters, learningRate: learning_rate, smoothing: alpha ?? 0.99, momentum: momentum ?? 0,
          epsilon: epsilon ?? 1e-8, weightDecay: decay)
      default:
        AdamW(
          parameters, learningRate: learning_rate, betas: betas, epsilon: epsilon ?? 1e-8,
          weightDecay: weight_decay ?? 0.01, amsgrad: amsgrad ?? false)
      }
    }
  }

  @Test func stepsArePyTorchs() throws {
    let file = try Fixture.load("optimizers")
    let cases = try Fixture.cases(Case.self, "optimizers", in: file)
    #expect(cases.count == 13)
    for dtype in [DType.float64, .float32] {
      for item in cases {
        let parameter = Parameter(file.tensors["initial"]!.to(dtype))
        let optimizer = item.optimizer([parameter])
        for step in 0..<10 {
          let slope = file.tensors["gradients"]![step].to(dtype)
          optimizer.step(valueWithGradient { (parameter.value * slope).sum() }.gradients)
          let expected = file.tensors["\(item.name).parameters"]![step]
          #expect(
            distance(parameter.value, expected) < (dtype == .float64 ? 1e-14 : 3e-6),
            "\(item.name), step \(step)")
        }
      }
    }
  }

  @Test func frozenAndUnusedParametersStay() {
    let used = Parameter([1]), frozen = Parameter([1]), unused = Parameter([1])
    let optimizer = AdamW([used, frozen, unused], learningRate: 0.1, weightDecay: 0.5)
    let both = valueWithGradient { used.value.sum() + frozen.value.sum() }.gradients
    frozen.isFrozen = true
    optimizer.step(both)
    #expect(used.value.item != 1 && frozen.value.item == 1 && unused.value.item == 1)
  }

  @Test func groupsHaveRatesOfTheirOwn() {
    let a = Parameter([1]), b = Parameter([1])
    let optimizer = SGD(groups: [
      ParameterGroup([a], learningRate: 0.5), ParameterGroup([b], learningRate: 0.25, weightDecay: 1),
    ])
    optimizer.step(valueWithGradient { a.value.sum() + b.value.sum() }.gradients)
    #expect(a.value.item == 0.5 && b.value.item == 0.5)
    optimizer.learningRate = 0.125
    #expect(optimizer.groups.map(\.learningRate) == [0.125, 0.125])
  }

  @Test func aTensorReadBeforeAStepKeepsItsValues() {
    let parameter = Parameter([1, 2])
    let before = parameter.value
    SGD([parameter], learningRate: 1).step(valueWithGradient { parameter.value.sum() }.gradients)
    #expect(before.array() == [1, 2] && parameter.value.array() == [0, 1])
  }

  static let resumable: [@Sendable ([Parameter]) -> any Optimizer] = [
    { SGD($0, learningRate: 0.1, momentum: 0.9, weightDecay: 0.01, nesterov: true) },
    { Adam($0, learningRate: 0.05) },
    { AdamW($0, learningRate: 0.05, amsgrad: true) },
    { RMSprop($0, learningRate: 0.01, momentum: 0.5) },
  ]

  @Test(arguments: resumable.indices)
  func aRunResumesBitForBit(_ index: Int) throws {
    struct Model: Module {
      let first = Linear(3, 5), second = Linear(5, 1)
      func loss(_ step: Int) -> Tensor {
        let x = Tensor((0..<12).map { Float(($0 * 7 + step * 5) % 11) / 5 - 1 }, shape: [4, 3])
        return (second(first(x).tanh()) - 0.5).squared().mean()
      }
    }
    func train(_ model: Model, _ optimizer: any Optimizer, _ steps: Range<Int>) {
      for step in steps {
        if step == 3 { optimizer.learningRate *= 0.5 }
        optimizer.step(valueWithGradient { model.loss(step) }.gradients)
      }
    }
    let make = Self.resumable[index]
    let model = Model()
    let whole = make(model.parameters)
    train(model, whole, 0..<5)
    try withTemporaryFolder { folder in
      let files = [folder.appendingPathComponent("model"), folder.appendingPathComponent("optimizer")]
      try model.save(to: files[0])
      try SafeTensors(tensors: whole.state).write(to: files[1])
      train(model, whole, 5..<10)

      let resumed = Model()
      let optimizer = make(resumed.parameters)
      try resumed.load(from: files[0])
      try optimizer.load(state: SafeTensors(contentsOf: files[1]).tensors)
      #expect(optimizer.learningRate < whole.learningRate * 1.5)
      train(resumed, optimizer, 5..<10)
      for (a, b) in zip(model.parameters, resumed.parameters) { #expect(bytes(a.value) == bytes(b.value)) }
    }
  }

  @Test func aStateOfOtherParametersIsRefused() throws {
    func trained(_ parameter: Parameter) -> Adam {
      let optimizer = Adam([parameter])
      optimizer.step(valueWithGradient { parameter.value.sum() }.gradients)
      return optimizer
    }
    let state = trained(Parameter([1, 2])).state
    #expect(state.keys.sorted() == ["0.exp_avg", "0.exp_avg_sq", "0.step", "groups.0.learning_rate"])
    let other = trained(Parameter([1, 2, 3]))
    let error = try #require(throws: CheckpointError.self) { try other.load(state: state, named: "run") }
    #expect(error.description.hasPrefix("run: does not fit: of another shape: 0.exp_avg [2] instead of [3]"))
    var broken = state
    broken["0.step"] = Tensor(.nan)
    #expect(throws: CheckpointError.self) { try trained(Parameter([1, 2])).load(state: broken) }
    broken = state
    broken["7.exp_avg"] = Tensor(zeros: [2])
    #expect(throws: CheckpointError.self) { try trained(Parameter([1, 2])).load(state: broken) }
    #expect(other.state["0.exp_avg"]?.shape == [3])
  }
}
