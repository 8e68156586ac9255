import NN
import Tensor
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
    default: fatalError("the fixture has a layer that is not tested: \(name)")
    }
  }

  @Test(arguments: try! Fixture.cases(String.self, "cases", in: file))
  func outputsAndGradientsArePyTorchs(_ name: String) throws {
    func stored(_ key: String) throws -> Tensor { try #require(Self.file.tensors["\(name).\(key)"]) }
    let subject = subject(name)
    let parameters = subject.module.namedParameters
    for (_, parameter) in parameters { parameter.update { $0 = $0.to(.float64) } }
    let prefix = "\(name).state."
    var state = SafeTensors()
    for (key, tensor) in Self.file.tensors where key.hasPrefix(prefix) {
      state.tensors[String(key.dropFirst(prefix.count))] = tensor
    }
    try subject.module.load(state)
    #expect(subject.module.checkpoint.tensors.keys.sorted() == state.tensors.keys.sorted())

    let operands = (0..<4).compactMap { Self.file.tensors["\(name).\($0)"] }
    let mask = Self.file.tensors["\(name).visible"]?.to(.bool)
    let (output, back) = pullback(at: operands) { subject.output($0, mask) }
    #expect(try distance(output, stored("output")) < 1e-12)
    for (index, gradient) in try back(stored("cotangent")).enumerated() {
      #expect(try distance(gradient, stored("gradient.\(index)")) < 1e-11, "operand \(index)")
    }
    let cotangent = try stored("cotangent")
    let gradients = valueWithGradient { (subject.output(operands, mask) * cotangent).sum() }.gradients
    for (path, parameter) in parameters {
      let gradient = try #require(gradients[parameter])
      #expect(try distance(gradient, stored("gradient.state.\(path)")) < 1e-11, "\(path)")
    }
  }
}
