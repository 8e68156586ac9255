import Foundation
import NN
import Synchronization
import Tensor
import TestSupport
import Testing

/// Wherever parameters stand in a module, they are found, or refused by name: never passed over in silence.
@Suite struct ParameterSearchTests {
  struct Pair: Sendable {
    let first = Linear(1, 1, bias: false)
    let table = [1, 2, 3]
  }

  enum Head: Sendable {
    case linear(Linear)
    case two(a: Linear, Linear)
    indirect case wrapped(Head)
    case none
  }

  class Base: Module, @unchecked Sendable {
    let base = Linear(1, 1, bias: false)
  }

  final class Derived: Base, @unchecked Sendable {
    let own = Linear(1, 1, bias: false)
    let lock = Mutex(0)
    weak var parent: Derived?
    var itself: Derived?
  }

  final class Holder: Sendable {
    let inner = Linear(1, 1, bias: false)
  }

  struct Everything: Module {
    let tuple = (Linear(1, 1, bias: false), named: Linear(1, 1, bias: false))
    let nested = ((Linear(1, 1, bias: false), 3), "text")
    let plain = Pair()
    let optionalTuple: (Int, Linear)? = (1, Linear(1, 1, bias: false))
    let heads: [Head] = [
      .linear(Linear(1, 1, bias: false)), .two(a: Linear(1, 1, bias: false), Linear(1, 1, bias: false)),
      .wrapped(.linear(Linear(1, 1, bias: false))), .none,
    ]
    let dictionary = [
      "b": ["y": [Linear(1, 1, bias: false)], "x": []], "a": ["z": [Linear(1, 1, bias: false)]],
    ]
    let byNumber = [10: Linear(1, 1, bias: false), 9: Linear(1, 1, bias: false)]
    let derived = Derived()
    let holder = Holder()
    let any: any Sendable = Linear(1, 1, bias: false)
    let bare = [Parameter([1])]
    let constant = Tensor([1, 2])
    let activation: @Sendable (Tensor) -> Tensor = { $0.relu() }
    let names: Set<String> = ["a", "b"]
    let nothing: Linear? = nil
  }

  @Test func parametersAreFoundWhereverTheyStand() {
    let module = Everything()
    module.derived.parent = module.derived
    module.derived.itself = module.derived
    #expect(
      module.namedParameters.map(\.path) == [
        "tuple.0.weight", "tuple.named.weight", "nested.0.0.weight", "plain.first.weight",
        "optionalTuple.1.weight",
        "heads.0.linear.weight", "heads.1.two.a.weight", "heads.1.two.1.weight",
        "heads.2.wrapped.linear.weight",
        "dictionary.a.z.0.weight", "dictionary.b.y.0.weight", "byNumber.10.weight", "byNumber.9.weight",
        "derived.base.weight", "derived.own.weight", "holder.inner.weight", "any.weight", "bare.0",
      ])
    #expect(module.parameters.count == 18)
    let copy = Everything()
    copy.copyState(from: module)
    #expect(zip(module.parameters, copy.parameters).allSatisfy { bytes($0.value) == bytes($1.value) })
  }

  @Test func aDictionarysOrderIsThatOfItsKeys() {
    struct Heads: Module {
      let heads = Dictionary(uniqueKeysWithValues: (0..<30).map { ("h\($0)", Linear(1, 1, bias: false)) })
    }
    let paths = Heads().namedParameters.map(\.path)
    #expect(paths == paths.sorted() && paths.count == 30)
    let (a, b) = (Heads(), Heads())
    a.copyState(from: b)
    a.updateAverage(of: b, decay: 0.5)
    #expect(a.heads.allSatisfy { bytes($1.weight.value) == bytes(b.heads[$0]!.weight.value) })
  }

  /// A million numbers cost nothing to pass over.
  @Test func tablesOfNumbersArePassedOver() {
    struct Table: Module {
      let table = [Float](repeating: 1, count: 1_000_000)
      let points = [(Int, Double)](repeating: (1, 2), count: 1_000_000)
      let layer = Linear(1, 1)
    }
    let module = Table()
    for _ in 0..<10 { #expect(module.namedParameters.count == 2) }
  }

  @Test func whatHasNoPathThatLastsIsRefusedByName() async throws {
    let inSet = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      final class Node: Module, Hashable, Sendable {
        let layer = Linear(1, 1)
        static func == (a: Node, b: Node) -> Bool { a === b }
        func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
      }
      struct Network: Module { let nodes: Set<Node> = [Node()] }
      _ = Network().parameters
    }
    #expect(message(inSet).contains("nodes: the parameters in a Set"))
    let lazily = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      struct Network: Module { lazy var head = Linear(1, 1) }
      _ = Network().parameters
    }
    #expect(message(lazily).contains("Network.head: parameters in a lazy property"))
    let twice = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      struct Network: Module {
        let a = Parameter([1], name: "weight"), b = Parameter([1], name: "weight")
      }
      _ = Network().parameters
    }
    #expect(message(twice).contains("Network: two parameters have the path 'weight'"))
    let other = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      Sequential(Linear(1, 2)).copyState(from: Sequential(Linear(1, 3)))
    }
    #expect(message(other).contains("copyState: 0.weight [2, 1] here, 0.weight [3, 1] there"))
  }

  private func message(_ result: ExitTest.Result?) -> String {
    String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  }
}
