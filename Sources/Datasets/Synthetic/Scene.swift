import Foundation
import Tensor

/// All that happens in one synthetic sequence, drawn from its generator: the camera's path, the backdrop,
/// who moves in which order of depth, and the light.
struct Scene: Sendable {
  /// A body, and the object it is annotated as (0: none).
  struct Actor: Sendable {
    var body: Body
    var object: UInt8
  }

  var camera: Motion
  var backdrop: (far: Texture, near: Texture, border: NoiseField)
  /// Fixed to the backdrop, behind everything that moves.
  var scenery: [Body] = []
  /// From back to front.
  var actors: [Actor] = []
  /// How many of the actors are annotated; their ids are 1 to this.
  var objectCount = 0
  /// The object that has look-alikes and meets the occluders.
  var leader: UInt8 = 0
  var light: Light
  var noise: Float
  var blur: Float

  /// Light that drifts in strength and tint, and falls off across the frame.
  struct Light: Sendable {
    var drift: Float
    var rate: Float
    var phase: Float
    var tint: SIMD3<Float>
    var slope: SIMD2<Float>

    /// The factor on colours in the frame's middle.
    func gain(at time: Float) -> SIMD3<Float> {
      let wave = sin(rate * time + phase)
      return SIMD3(repeating: 1 + drift * wave) + tint * wave
    }
  }

  /// A scene over a frame `aspect` wide and 1 high, which the leader may leave for a while.
  init(aspect: Float, leaderLeaves: Bool, using generator: inout SeededGenerator) {
    func body(_ family: Body.Family, _ materials: [Texture], size: Range<Double>, at middle: SIMD2<Float>)
      -> Body
    {
      Body(
        parts: Body.parts(of: family, materials: materials, using: &generator),
        motion: Motion(
          through: middle, size: Float(generator.uniform(size)), liveliness: 0.6, upright: family.isUpright,
          using: &generator))
    }

    camera = Motion(
      through: SIMD2(aspect / 2, 0.5), size: 1, liveliness: generator.bool(probability: 0.3) ? 0 : 0.4,
      upright: true, using: &generator)
    backdrop = (
      Texture(scale: 0.3..<1.5, contrast: 0.05..<0.4, using: &generator),
      Texture(scale: 0.3..<2.5, contrast: 0.05..<0.4, using: &generator),
      NoiseField.random(using: &generator)
    )
    for _ in 0..<generator.integer(1..<6) {
      scenery.append(Self.fixture(aspect: aspect, using: &generator))
    }

    // The look-alikes share the leading object's family and materials; a passer-by has its own. All start
    // side by side, so that they meet on their ways and not from the start.
    let family = Body.Family.allCases[generator.integer(0..<Body.Family.allCases.count)]
    let grounds = [backdrop.far, backdrop.near]
    let materials = (0..<generator.integer(1..<3)).map { _ in
      Texture.material(apartFrom: grounds, using: &generator)
    }
    let lookAlikes = generator.integer(1..<3)
    let passersBy = generator.integer(0..<2)
    let count = 1 + lookAlikes + passersBy
    let places = (0..<count).shuffled(using: &generator).map { slot in
      SIMD2(
        aspect * (Float(slot) + Float(generator.uniform(0.3..<0.7))) / Float(count),
        Float(generator.uniform(0.25..<0.75)))
    }
    let leader = body(family, materials, size: 0.26..<0.42, at: places[0])
    actors.append(Actor(body: leader, object: 1))
    for index in 1..<count {
      let isLookAlike = index <= lookAlikes
      let other = Body.Family.allCases[generator.integer(0..<Body.Family.allCases.count)]
      let own = [Texture.material(apartFrom: grounds, using: &generator)]
      let follower = body(
        isLookAlike ? family : other, isLookAlike ? materials : own, size: 0.18..<0.36, at: places[index])
      actors.append(Actor(body: follower, object: 0))
    }
    actors.shuffle(using: &generator)
    let first = actors.firstIndex { $0.object == 1 }!
    self.leader = UInt8(first + 1)
    if leaderLeaves { actors[first].body.motion.leave(aspect: aspect) }
    for index in actors.indices { actors[index].object = UInt8(index + 1) }
    objectCount = count

    // Occluders cross the leader's place about half-way: a pole, or a body that rushes by.
    for _ in 0..<generator.integer(0..<2) {
      let crossing = leader.motion.pose(at: Float(generator.uniform(0.3..<0.7))).position
      let texture = Texture(scale: 0.5..<3, contrast: 0.1..<0.6, using: &generator)
      let parts =
        generator.bool()
        ? [Part(radii: SIMD2(Float(generator.uniform(0.1..<0.3)), 8), contour: .rectangle, texture: texture)]
        : Body.parts(of: .blob, materials: [texture], using: &generator)
      let motion = Motion(
        through: crossing, size: Float(generator.uniform(0.06..<0.2)), liveliness: 1.2, upright: true,
        using: &generator)
      actors.append(Actor(body: Body(parts: parts, motion: motion), object: 0))
    }

    light = Light(
      drift: Float(generator.uniform(0..<0.25)), rate: Float(generator.uniform(2..<9)),
      phase: Float(generator.uniform(0..<2 * .pi)),
      tint: SIMD3(
        Float(generator.normal(standardDeviation: 0.04)), Float(generator.normal(standardDeviation: 0.04)),
        Float(generator.normal(standardDeviation: 0.04))),
      slope: SIMD2(
        Float(generator.normal(standardDeviation: 0.2)), Float(generator.normal(standardDeviation: 0.25))))
    noise = Float(generator.uniform(1..<7))
    blur = Float(max(0, generator.uniform(-0.15..<0.25)))
  }

  /// Something of the backdrop with a definite edge: a box, a pole or a bush.
  private static func fixture(
    aspect: Float, using generator: inout SeededGenerator
  ) -> Body {
    let texture = Texture(scale: 0.4..<3, contrast: 0.05..<0.5, using: &generator)
    let radii = SIMD2(Float(generator.uniform(0.04..<0.4)), Float(generator.uniform(0.04..<0.5)))
    let contour =
      generator.bool()
      ? Part.Contour.rectangle
      : Part.Contour.random(orders: 2...6, roughness: 0.4, using: &generator)
    // Scenery lives around the backdrop's own origin and reaches past the frame, so that panning shows more.
    let middle = SIMD2(
      Float(generator.uniform(-0.8..<0.8)) * aspect, Float(generator.uniform(-0.8..<0.8)))
    return Body(
      parts: [Part(radii: radii, contour: contour, texture: texture)],
      motion: Motion(through: middle, size: 1, liveliness: 0, upright: true, using: &generator))
  }
}
