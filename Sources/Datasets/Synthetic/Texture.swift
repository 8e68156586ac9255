import Foundation
import Tensor

/// Two noise fields, one deciding between two colours and one for fine detail, at a scale and an angle.
struct Texture: Sendable {
  private var pattern: NoiseField
  private var detail: NoiseField
  private var toPattern: (x: SIMD2<Float>, y: SIMD2<Float>)
  private var toDetail: Float
  private var offset: SIMD2<Float>
  private var roughness: Float
  /// The colours at the pattern's ends, 0...255.
  var low: SIMD3<Float>
  var high: SIMD3<Float>

  /// A random texture; `scale` is the number of tiles per frame height, `contrast` how far apart its colours
  /// may lie, 0...1.
  init(scale: Range<Double>, contrast: Range<Double>, using generator: inout SeededGenerator) {
    pattern = NoiseField.random(using: &generator)
    detail = NoiseField.random(using: &generator)
    let tiles = Float(generator.uniform(scale))
    let angle = Float(generator.uniform(0..<2 * .pi))
    toPattern = (SIMD2(cos(angle), sin(angle)) * tiles, SIMD2(-sin(angle), cos(angle)) * tiles)
    toDetail = Float(generator.uniform(1.5..<4))
    offset = SIMD2(Float(generator.uniform()), Float(generator.uniform()))
    let contrast = Float(generator.uniform(contrast))
    roughness = 0.6 * contrast
    low = Self.colour(using: &generator)
    high = low + contrast * (Self.colour(using: &generator) - low)
  }

  /// A texture for a body that its surroundings do not hide: the first of some whose mean colour is well
  /// apart from all of theirs, or else the last.
  static func material(
    apartFrom surroundings: [Texture], using generator: inout SeededGenerator
  ) -> Texture {
    func draw() -> Texture { Texture(scale: 0.6..<3, contrast: 0.1..<0.6, using: &generator) }
    var texture = draw()
    for _ in 0..<12 {
      let isApart = surroundings.allSatisfy { other in
        let difference = (texture.low + texture.high - other.low - other.high) / 2
        return (difference * difference).sum() > 75 * 75
      }
      if isApart { break }
      texture = draw()
    }
    return texture
  }

  /// The same material seen elsewhere: another part of the pattern, in slightly other colours.
  func relative(using generator: inout SeededGenerator) -> Texture {
    var other = self
    other.offset = SIMD2(Float(generator.uniform()), Float(generator.uniform()))
    let shift = SIMD3<Float>(
      Float(generator.normal(standardDeviation: 8)), Float(generator.normal(standardDeviation: 8)),
      Float(generator.normal(standardDeviation: 8)))
    other.low += shift
    other.high += shift
    return other
  }

  /// The colour at a point in frame heights.
  @inline(__always)
  func colour(_ point: SIMD2<Float>) -> SIMD3<Float> {
    let turned = toPattern.x * point.x + toPattern.y * point.y + offset
    let mix = pattern.value(turned)
    let fine = 1 + roughness * (detail.value(turned * toDetail) - 0.5)
    return (low + (high - low) * mix) * fine
  }

  private static func colour(using generator: inout SeededGenerator) -> SIMD3<Float> {
    // Natural colours are mostly dull: a grey level with some of a hue.
    let grey = generator.uniform(30..<225)
    let strength = generator.uniform(0..<60)
    let hue = generator.uniform(0..<2 * .pi)
    return SIMD3(
      Float(grey + strength * cos(hue)), Float(grey + strength * cos(hue - 2.1)),
      Float(grey + strength * cos(hue + 2.1))
    ).clamped(lowerBound: SIMD3(repeating: 8), upperBound: SIMD3(repeating: 247))
  }
}
