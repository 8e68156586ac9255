import NN
import Tensor
import TestSupport
import Testing

/// Layers against PyTorch's modules of the same state: see Fixtures/layers.py.
@Suite struct LayerFixtureTests {
  static let file = try! Fixture.load("layers")

  /// The layer of a case, and its output for operands and a mask.
  struct Subject {
    let module: any Module
    let output: ([Tensor], Tensor?) -> Tensor

    init<Layer: Module>(_ module: Layer, _ output: @escaping (Layer, [Tensor], Tensor?) -> Tensor) {
      self.module = module
      self.output = { output(module, $0, $1) }
    }
  }

  func subject(_ name: String) -> Subject {
    func encoder(_ activation: any Layer = ReLU(), normFirst: Bool = false) -> TransformerEncoderLayer {
      TransformerEncoderLayer(
        6, heads: 2, hidden: 5, dropout: 0, activation: activation, normFirst: normFirst)
    }
    func decoder(normFirst: Bool = false) -> TransformerDecoderLayer {
      TransformerDecoderLayer(6, heads: 2, hidden: 5, dropout: 0, normFirst: normFirst)
    }
    let attention = MultiheadAttention(6, heads: 2)
    return switch name {
    case "attention": Subject(attention) { layer, x, _ in layer(x[0]) }
    case "attention.causal":
      Subject(attention) { layer, x, _ in layer(x[0], keys: x[0], values: x[0], causal: true) }
    case "attention.masked":
      Subject(attention) { layer, x, mask in layer(x[0], keys: x[1], values: x[2], mask: mask) }
    case "attention.biased":
      Subject(attention) { layer, x, _ in layer(x[0], keys: x[1], values: x[2], mask: x[3]) }
    case "encoder": Subject(encoder()) { layer, x, _ in layer(x[0]) }
    case "encoder.norm_first": Subject(encoder(GELU(), normFirst: true)) { layer, x, _ in layer(x[0]) }
    case "encoder.causal":
      Subject(encoder(normFirst: true)) { layer, x, _ in layer(x[0], mask: nil, causal: true) }
    case "decoder":
      Subject(decoder()) { layer, x, mask in layer(x[0], memory: x[1], causal: true, memoryMask: mask) }
    case "decoder.norm_first":
      Subject(decoder(normFirst: true)) { layer, x, _ in layer(x[0], memory: x[1]) }
    case "lstm": Subject(LSTM(4, 3)) { layer, x, _ in layer(x[0]) }
    case "lstm.layers":
      Subject(LSTM(4, 3, layers: 2)) { layer, x, _ in
        let start = [LSTMState(hidden: x[1], cell: x[2]), LSTMState(hidden: x[3], cell: x[4])]
        let (outputs, states) = layer(x[0], from: start)
        return joined([outputs] + states.flatMap { [$0.hidden, $0.cell] })
      }
    case "gru": Subject(GRU(4, 3)) { layer, x, _ in layer(x[0]) }
    case "gru.layers":
      Subject(GRU(4, 3, layers: 2)) { layer, x, _ in
        let (outputs, states) = layer(x[0], from: [x[1], x[2]])
        return joined([outputs] + states)
      }
    case "lstm.bidirectional":
      Subject(LSTM(4, 3, layers: 2, bidirectional: true)) { layer, x, _ in
        let (outputs, states) = layer(x[0], from: nil)
        return joined([outputs] + states.map(\.hidden) + states.map(\.cell))
      }
    case "gru.bidirectional":
      Subject(GRU(4, 3, bidirectional: true)) { layer, x, _ in layer(x[0], from: [x[1], x[2]]).outputs }
    case "lstm.lengths":
      Subject(LSTM(4, 3, layers: 2, bidirectional: true)) { layer, x, _ in
        let (outputs, states) = layer(x[0], lengths: [3, 5, 1], from: nil)
        return joined([outputs] + states.map(\.hidden) + states.map(\.cell))
      }
    case "gru.lengths":
      Subject(GRU(4, 3, bidirectional: true)) { layer, x, _ in
        let (outputs, states) = layer(x[0], lengths: [3, 5, 1], from: [x[1], x[2]])
        return joined([outputs] + states)
      }
    // All is dropped: what the layers above see is the same in every run.
    case "lstm.dropped":
      Subject(LSTM(4, 3, layers: 2, bidirectional: true, dropout: 1)) { layer, x, _ in layer(x[0]) }
    case "gru.dropped": Subject(GRU(4, 3, layers: 3, dropout: 1)) { layer, x, _ in layer(x[0]) }
    case "lstm_cell":
      Subject(LSTMCell(4, 3)) { cell, x, _ in
        let state = cell(x[0], after: LSTMState(hidden: x[1], cell: x[2]))
        return .concatenate([state.hidden, state.cell])
      }
    case "gru_cell": Subject(GRUCell(4, 3)) { cell, x, _ in cell(x[0], after: x[1]) }
    case "conv_lstm":
      Subject(ConvLSTM2d(3, 2, kernel: [3, 1])) { layer, x, _ in
        let (outputs, state) = layer(x[0], from: LSTMState(hidden: x[1], cell: x[2]))
        return joined([outputs, state.hidden, state.cell])
      }
    case "conv_gru": Subject(ConvGRU2d(3, 2, kernel: 3)) { layer, x, _ in layer(x[0], from: x[1]).outputs }
    case "conv1d":
      Subject(Conv1d(4, 6, kernel: 3, stride: 2, padding: 1, groups: 2)) { layer, x, _ in layer(x[0]) }
    case "conv_transpose1d":
      Subject(ConvTranspose1d(2, 3, kernel: 3, stride: 2, padding: 1, outputPadding: 1)) { layer, x, _ in
        layer(x[0])
      }
    case "rms_norm": Subject(RMSNorm(5)) { layer, x, _ in layer(x[0]) }
    default: fatalError("the fixture has a layer that is not tested: \(name)")
    }
  }

  private func joined(_ parts: [Tensor]) -> Tensor { .concatenate(parts.map { $0.flattened() }) }

  @Test(arguments: try! Fixture.cases(String.self, "cases", in: file))
  func outputsAndGradientsArePyTorchs(_ name: String) throws {
    func stored(_ key: String) throws -> Tensor { try #require(Self.file.tensors["\(name).\(key)"]) }
    let subject = subject(name)
    let parameters = subject.module.namedParameters
    for (_, parameter) in parameters { parameter.update { $0 = $0.to(.float64) } }
    let state = Self.file[prefix: "\(name).state"]
    try subject.module.load(state)
    #expect(subject.module.stateDict.tensors.keys.sorted() == state.tensors.keys.sorted())

    let operands = (0..<5).compactMap { Self.file.tensors["\(name).\($0)"] }
    let mask = Self.file.tensors["\(name).visible"]?.to(.bool)
    let (output, back) = pullback(at: operands) { subject.output($0, mask) }
    #expect(try distance(output, stored("output")) < 1e-12)
    for (index, gradient) in try back(stored("cotangent")).enumerated() {
      #expect(try distance(gradient, stored("gradient.\(index)")) < 1e-11, "operand \(index)")
    }
    let cotangent = try stored("cotangent")
    let gradients = valueWithGradient { (subject.output(operands, mask) * cotangent).sum() }.gradients
    for (path, parameter) in parameters {
      var gradient = try #require(gradients[parameter])
      if parameter.layout == .filter {
        let axes = gradient.rank
        gradient = gradient.permuted([axes - 1, axes - 2] + Array(0..<axes - 2))
      }
      #expect(try distance(gradient, stored("gradient.state.\(path)")) < 1e-11, "\(path)")
    }
  }

  /// What PyTorch's have not, by the equations: the reset gate before the map of the state, and gates that see the cell.
  @Test func gatesTheOtherWay() throws {
    let (gru, lstm) = (GRUCell(2, 3, resetAfter: false), LSTMCell(2, 3, peepholes: true))
    let x: Tensor = [[1, -2]], h: Tensor = [[0.5, -1, 2]], c: Tensor = [[0.3, 0.1, -0.7]]
    func maps(_ module: some Module, _ gates: Int, _ state: Tensor) -> (x: [Tensor], h: [Tensor]) {
      let file = module.stateDict
      func map(_ x: Tensor, _ name: String) -> [Tensor] {
        (x.matmul(file["weight_\(name)"]!, otherTransposed: true) + file["bias_\(name)"]!)
          .split(into: gates, axis: -1)
      }
      return (map(x, "ih"), map(state, "hh"))
    }
    let parts = maps(gru, 3, h)
    let reset = (parts.x[0] + parts.h[0]).sigmoid(), update = (parts.x[1] + parts.h[1]).sigmoid()
    let new = (parts.x[2] + maps(gru, 3, reset * h).h[2]).tanh()
    #expect(distance(gru(x, after: h), (1 - update) * new + update * h) < 1e-6)

    let holes = try #require(lstm.stateDict["peepholes"])
    let gates = zip(maps(lstm, 4, h).x, maps(lstm, 4, h).h).map { $0 + $1 }
    let cell = (gates[1] + holes[1] * c).sigmoid() * c + (gates[0] + holes[0] * c).sigmoid() * gates[2].tanh()
    let state = lstm(x, after: LSTMState(hidden: h, cell: c))
    #expect(distance(state.cell, cell) < 1e-6)
    #expect(distance(state.hidden, (gates[3] + holes[2] * cell).sigmoid() * cell.tanh()) < 1e-6)
  }

  /// A sequence in a batch, whatever stands behind it, gives what it gives alone; with the reset gate before, too.
  @Test func lengthsMakeSequencesIndependentOfTheirPadding() {
    let gru = GRU(3, 4, layers: 2, bidirectional: true, resetAfter: false)
    var x = Tensor(normal: [3, 5, 3], seed: 1)
    let lengths = [2, 5, 0]
    let alone = gru(x[..<1, ..<2], from: nil)
    for index in [0, 2] { x[index, lengths[index]...] = Double.nan }
    let (y, states) = gru(x, lengths: lengths, from: nil)
    #expect(distance(y[..<1, ..<2], alone.outputs) < 1e-6)
    #expect(zip(states, alone.states).allSatisfy { distance($0[..<1], $1) < 1e-6 })
    #expect(y[0, 2...].abs().max().item == 0 && y[2].abs().max().item == 0)
    #expect(states.allSatisfy { $0[2].abs().max().item == 0 })
    let slope = gradient(at: x) { gru($0, lengths: lengths).squared().sum() }
    #expect(slope.isFinite().isAllTrue && slope[2].abs().max().item == 0)
  }

  @Test func dropoutBetweenLayersIsOfTrainingOnly() {
    let lstm = LSTM(3, 4, layers: 2, dropout: 0.5), x = Tensor(normal: [2, 5, 3], seed: 1)
    func trained() -> Tensor { valueWithGradient { (lstm(x).sum(), lstm(x)) }.extra.detached() }
    #expect(bytes(lstm(x)) == bytes(lstm(x)))
    #expect(bytes(trained()) != bytes(trained()))
    #expect(bytes(evaluating(trained)) == bytes(lstm(x)))
  }

  /// A sequence in parts is the sequence as a whole.
  @Test func recurrenceGoesOnFromItsState() {
    let (lstm, gru) = (LSTM(3, 4, layers: 2), GRU(3, 4, layers: 2))
    let (convLSTM, convGRU) = (ConvLSTM2d(3, 4, kernel: 3), ConvGRU2d(3, 4, kernel: [1, 3]))
    let x = Tensor(normal: [2, 5, 3], seed: 1)
    let video = Tensor(normal: [2, 5, 4, 3, 3], seed: 2)
    func expectSame(_ whole: Tensor, _ parts: Tensor...) {
      #expect(distance(.concatenate(parts, axis: 1), whole) < 1e-6)
    }
    let a = lstm(x[0..., ..<2], from: nil), b = gru(x[0..., ..<2], from: nil)
    expectSame(lstm(x), a.outputs, lstm(x[0..., 2...], from: a.states).outputs)
    expectSame(gru(x), b.outputs, gru(x[0..., 2...], from: b.states).outputs)
    let c = convLSTM(video[0..., ..<2], from: nil), d = convGRU(video[0..., ..<2], from: nil)
    expectSame(convLSTM(video), c.outputs, convLSTM(video[0..., 2...], from: c.state).outputs)
    expectSame(convGRU(video), d.outputs, convGRU(video[0..., 2...], from: d.state).outputs)
  }
}
