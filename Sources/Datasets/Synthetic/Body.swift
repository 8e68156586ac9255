import Foundation
import Tensor

/// A closed contour around an ellipse, jointed to its body: the building block of everything drawn.
struct Part: Sendable {
  /// Where the part's pivot lies in its body.
  var pivot = SIMD2<Float>(0, 0)
  /// The part's middle as seen from the pivot, before swinging.
  var middle = SIMD2<Float>(0, 0)
  var radii: SIMD2<Float>
  var angle: Float = 0
  /// Swinging around the pivot: amplitude in radians, radians per sequence, phase.
  var swing: (amplitude: Float, rate: Float, phase: Float) = (0, 0, 0)
  var contour: Contour
  var texture: Texture

  enum Contour: Sendable {
    case rectangle
    /// The radius is 1 + Σ amplitude · cos(order · θ + phase + rate · time).
    case harmonics([(order: Float, amplitude: Float, phase: Float, rate: Float)])

    /// The contour's distance from the middle in the direction θ.
    func radius(_ theta: Float, at time: Float) -> Float {
      switch self {
      case .rectangle:
        return 1 / max(abs(cos(theta)), abs(sin(theta)))
      case .harmonics(let waves):
        let radius = waves.reduce(Float(1)) { sum, wave in
          sum + wave.amplitude * cos(wave.order * theta + wave.phase + wave.rate * time)
        }
        return max(radius, 0.15)
      }
    }

    /// A random contour that deforms over time; `roughness` is the sum of the amplitudes.
    static func random(
      orders: ClosedRange<Int>, roughness: Double, using generator: inout SeededGenerator
    ) -> Contour {
      let weights = orders.map { _ in generator.uniform(0.1..<1) }
      let total = weights.reduce(0, +)
      return .harmonics(
        zip(orders, weights).map { order, weight in
          (
            order: Float(order), amplitude: Float(roughness * weight / total),
            phase: Float(generator.uniform(0..<2 * .pi)),
            rate: Float(generator.normal(standardDeviation: 2.5))
          )
        })
    }
  }
}

/// Something that can be drawn: parts, the later ones in front, and the way it moves.
struct Body: Sendable {
  var parts: [Part]
  var motion: Motion

  /// The families of shapes; bodies of one family resemble each other.
  enum Family: CaseIterable {
    case blob, star, slug, walker, animal, cluster

    /// Whether bodies of this family stay roughly upright.
    var isUpright: Bool { self == .walker || self == .animal }
  }

  /// The random parts of a body about two units across, made of one or two materials.
  static func parts(
    of family: Family, materials: [Texture], using generator: inout SeededGenerator
  ) -> [Part] {
    func texture() -> Texture {
      materials[generator.integer(0..<materials.count)].relative(using: &generator)
    }
    func contour(_ orders: ClosedRange<Int> = 2...4, _ roughness: Double = 0.15) -> Part.Contour {
      .random(orders: orders, roughness: roughness, using: &generator)
    }
    func limb(from pivot: SIMD2<Float>, length: Float, width: Float, angle: Float, phase: Float) -> Part {
      Part(
        pivot: pivot, middle: SIMD2(0, length * 0.85), radii: SIMD2(width, length), angle: angle,
        swing: (Float(generator.uniform(0.2..<0.7)), rate, phase), contour: contour(), texture: texture())
    }
    let rate = Float(generator.uniform(8..<30))
    let phase = Float(generator.uniform(0..<2 * .pi))
    switch family {
    case .blob:
      let width = Float(generator.uniform(0.5..<0.9))
      return [Part(radii: SIMD2(width, 0.9), contour: contour(2...5, 0.4), texture: texture())]
    case .star:
      let order = generator.integer(3..<6)
      return [
        Part(
          radii: SIMD2(0.7, Float(generator.uniform(0.5..<0.75))), contour: contour(order...order + 1, 0.4),
          texture: texture())
      ]
    case .slug:
      let bend = Float(generator.uniform(0.3..<0.9))
      return [-1, 1].map { side in
        Part(
          middle: SIMD2(side * 0.42, 0), radii: SIMD2(0.6, Float(generator.uniform(0.24..<0.42))),
          angle: side * bend, swing: (0.35, rate / 2, phase), contour: contour(), texture: texture())
      }
    case .walker:
      let legs = [Float.pi, 0].map { shift in
        limb(
          from: SIMD2(0, 0.25), length: 0.4, width: 0.16, angle: shift == 0 ? 0.25 : -0.25,
          phase: phase + shift)
      }
      let torso = Part(
        middle: SIMD2(0, -0.1), radii: SIMD2(0.32, 0.45), contour: contour(2...4, 0.2), texture: texture())
      let arms = [Float.pi, 0].map { shift in
        limb(
          from: SIMD2(0, -0.35), length: 0.3, width: 0.13, angle: shift == 0 ? 0.6 : -0.6,
          phase: phase + shift)
      }
      let head = Part(
        middle: SIMD2(0, -0.72), radii: SIMD2(0.2, 0.22), contour: contour(), texture: texture())
      return legs + [torso, arms[0], head, arms[1]]
    case .animal:
      let legs = [-0.55, -0.4, 0.4, 0.55].enumerated().map { index, x in
        limb(
          from: SIMD2(Float(x), 0.2), length: Float(generator.uniform(0.25..<0.36)), width: 0.13,
          angle: 0, phase: phase + Float(index) * 1.7)
      }
      let trunk = Part(radii: SIMD2(0.75, 0.4), contour: contour(2...4, 0.2), texture: texture())
      let head = Part(
        pivot: SIMD2(0.6, -0.15), middle: SIMD2(0.2, -0.2), radii: SIMD2(0.3, 0.24), angle: 0.2,
        swing: (0.3, rate / 3, phase), contour: contour(2...3, 0.25), texture: texture())
      let tail = Part(
        pivot: SIMD2(-0.65, -0.1), middle: SIMD2(-0.25, -0.1), radii: SIMD2(0.28, 0.1), angle: 0.4,
        swing: (0.5, rate / 2, phase), contour: contour(), texture: texture())
      return legs + [tail, trunk, head]
    case .cluster:
      return (0..<generator.integer(3..<5)).map { _ in
        Part(
          middle: SIMD2(Float(generator.uniform(-0.5..<0.5)), Float(generator.uniform(-0.5..<0.5))),
          radii: SIMD2(Float(generator.uniform(0.2..<0.5)), Float(generator.uniform(0.2..<0.5))),
          angle: Float(generator.uniform(0..<3)), swing: (0.3, rate / 3, phase),
          contour: contour(2...4, 0.25), texture: texture())
      }
    }
  }
}
