import Foundation
import NN
import Tensor
import TestSupport
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
      try SafeTensors(tensors: whole.state(of: model)).write(to: files[1])
      train(model, whole, 5..<10)

      let resumed = Model()
      let optimizer = make(resumed.parameters)
      try resumed.load(from: files[0])
      try optimizer.load(state: SafeTensors(contentsOf: files[1]).tensors, of: resumed)
      #expect(optimizer.learningRate < whole.learningRate * 1.5)
      train(resumed, optimizer, 5..<10)
      for (a, b) in zip(model.parameters, resumed.parameters) { #expect(bytes(a.value) == bytes(b.value)) }
    }
  }

  @Test func aStateOfOtherParametersIsRefused() throws {
    struct Model: Module {
      let w: Parameter
    }
    func trained(_ value: Tensor) -> (model: Model, optimizer: Adam) {
      let model = Model(w: Parameter(value))
      let optimizer = Adam(model.parameters)
      optimizer.step(valueWithGradient { model.w.value.sum() }.gradients)
      return (model, optimizer)
    }
    func load(_ state: [String: Tensor], at value: Tensor) throws -> [String: Tensor] {
      let (model, optimizer) = trained(value)
      defer { #expect(optimizer.state(of: model)["state.w.exp_avg"]?.shape == value.shape) }
      try optimizer.load(state: state, of: model, named: "run")
      return optimizer.state(of: model)
    }
    let (model, optimizer) = trained([1, 2])
    let state = optimizer.state(of: model)
    #expect(
      state.keys.sorted()
        == ["groups.0.learning_rate", "state.w.exp_avg", "state.w.exp_avg_sq", "state.w.step"])
    let loaded = try load(state, at: [1, 2])
    #expect(loaded.mapValues(bytes) == state.mapValues(bytes))
    let error = try #require(throws: CheckpointError.self) { try load(state, at: [1, 2, 3]) }
    #expect(
      error.description.hasPrefix("run: does not fit: of another shape: state.w.exp_avg [2] instead of [3]"))
    for (key, value) in [
      ("state.w.step", Tensor(.nan)), ("state.v.exp_avg", [0, 0]), ("w.exp_avg", [0, 0]),
    ] {
      var broken = state
      broken[key] = value
      #expect(throws: CheckpointError.self) { try load(broken, at: [1, 2]) }
    }
  }

  struct Heads: Module {
    let byName: [String: Linear]
    init() {
      byName = Dictionary(uniqueKeysWithValues: (0..<12).map { ("head\($0)", Linear(2, 2)) })
    }
    func loss(_ step: Int) -> Tensor {
      byName.sorted { $0.key < $1.key }.enumerated().reduce(Tensor(0)) { sum, item in
        sum + (item.element.value(Tensor([1, Float(step)])) * Double(item.offset)).squared().sum()
      }
    }
    static func train(_ model: Heads, _ optimizer: Adam, _ steps: Range<Int>) {
      for step in steps { optimizer.step(valueWithGradient { model.loss(step) }.gradients) }
    }
  }

  /// A dictionary's own order is another in every process.
  @Test func whatADictionaryHoldsKeepsItsStateInAnotherProcess() async throws {
    try await withTemporaryFolder { folder in
      let model = Heads()
      let optimizer = Adam(model.byName.values.flatMap(\.parameters), learningRate: 0.1)
      Heads.train(model, optimizer, 0..<3)
      var file = model.stateDict
      for (name, tensor) in optimizer.state(of: model) { file[name] = tensor }
      try file.write(to: folder.appendingPathComponent("before"))
      Heads.train(model, optimizer, 3..<6)
      try model.save(to: folder.appendingPathComponent("after"))
      let path = folder.path
      await #expect(processExitsWith: .success) { [path = path as String] in
        let folder = URL(fileURLWithPath: path)
        let model = Heads()
        let optimizer = Adam(model.byName.values.flatMap(\.parameters), learningRate: 0.1)
        var file = try SafeTensors(contentsOf: folder.appendingPathComponent("before"))
        let state = file.tensors.filter { $0.key.hasPrefix("state.") || $0.key.hasPrefix("groups.") }
        for key in state.keys { file[key] = nil }
        try model.load(file)
        try optimizer.load(state: state, of: model)
        Heads.train(model, optimizer, 3..<6)
        let expected = try SafeTensors(contentsOf: folder.appendingPathComponent("after")).tensors
        for (name, tensor) in model.stateDict.tensors { #expect(expected[name].map(bytes) == bytes(tensor)) }
        let copy = Heads()
        copy.copyState(from: model)
        #expect(copy.byName.allSatisfy { bytes($1.weight.value) == bytes(model.byName[$0]!.weight.value) })
      }
    }
  }

  @Test func aParameterInTwoGroupsIsRefused() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (shared, own) = (Parameter([1, 2, 3]), Parameter([1]))
      _ = SGD(groups: [
        ParameterGroup([own, shared], learningRate: 0.1), ParameterGroup([shared], learningRate: 0.2),
      ])
    }
    let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(message.contains("SGD: parameter 0 of group 1, of shape [3], is also parameter 1 of group 0"))
    await #expect(processExitsWith: .failure) {
      let shared = Parameter([1, 2, 3])
      let optimizer = AdamW([shared])
      optimizer.groups.append(ParameterGroup([shared], learningRate: 0.2))
    }
    await #expect(processExitsWith: .failure) {
      _ = Adam([Parameter([1])]).state(of: Linear(2, 2))
    }
  }

  @Test func whatIsRememberedFollowsTheElementType() {
    let model = Linear(2, 2)
    let optimizer = AdamW(model.parameters, learningRate: 0.1)
    func step() {
      optimizer.step(
        valueWithGradient { model(Tensor([1, 2]).to(model.weight.value.dtype)).sum() }.gradients)
    }
    step()
    model.to(.float64)
    step()
    #expect(model.weight.value.dtype == .float64)
    #expect(optimizer.state(of: model)["state.weight.exp_avg"]?.dtype == .float64)
    #expect(optimizer.state(of: model)["state.weight.step"]?.item == 2)
  }
}
