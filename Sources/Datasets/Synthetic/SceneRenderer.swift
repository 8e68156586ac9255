import Foundation
import Tensor

/// Draws a scene at one moment: colours and, in step with them, the visible object of each pixel.
struct SceneRenderer {
  let scene: Scene
  let height: Int
  let width: Int
  /// From 0 to 1 over the sequence.
  let time: Float

  /// A table of a contour's radii over a pseudo-angle, so that no pixel needs an arc tangent.
  private struct Profile {
    static let count = 128
    private var radii: [Float]

    init(_ contour: Part.Contour, at time: Float) {
      radii = (0...Self.count).map { step in
        let turn = Float(step) * 4 / Float(Self.count)
        // The pseudo-angle walks around the diamond |x| + |y| = 1, a quadrant for each unit.
        let along = turn - turn.rounded(.down)
        let corner: SIMD2<Float> =
          switch Int(turn) % 4 {
          case 0: SIMD2(1 - along, along)
          case 1: SIMD2(-along, 1 - along)
          case 2: SIMD2(along - 1, -along)
          default: SIMD2(along, along - 1)
          }
        return contour.radius(atan2(corner.y, corner.x), at: time)
      }
    }

    var largest: Float { radii.max()! }

    @inline(__always)
    func radius(toward point: SIMD2<Float>) -> Float {
      let sum = abs(point.x) + abs(point.y)
      guard sum > 1e-6 else { return radii[0] }
      let y = point.y / sum
      let turn = point.x >= 0 ? (point.y >= 0 ? y : 4 + y) : 2 - y
      let position = turn * Float(Self.count / 4)
      let index = min(Int(position), Self.count - 1)
      let part = position - Float(index)
      return radii[index] * (1 - part) + radii[index + 1] * part
    }
  }

  /// The annotated object seen at each pixel, row by row; 0 is none.
  func labels() -> [UInt8] {
    var labels = [UInt8](repeating: 0, count: width * height)
    for actor in scene.actors {
      for surface in surfaces(of: actor.body) {
        draw(surface) { pixel, coverage, _, _ in
          if coverage >= 0.5 { labels[pixel] = actor.object }
        }
      }
    }
    return labels
  }

  /// The number of pixels of an object that nothing hides, also those up to a frame's width and height outside the frame.
  func wholeArea(of object: UInt8) -> Int {
    let canvas = SceneRenderer(scene: scene, height: 3 * height, width: 3 * width, time: time)
    let centre = SIMD2(Float(width) / Float(height), 1)
    var isCovered = [Bool](repeating: false, count: canvas.width * canvas.height)
    for actor in scene.actors where actor.object == object {
      for var surface in surfaces(of: actor.body) {
        surface.pose.position = (surface.pose.position + centre) / 3
        surface.pose.scale /= 3
        canvas.draw(surface) { pixel, coverage, _, _ in
          if coverage >= 0.5 { isCovered[pixel] = true }
        }
      }
    }
    return isCovered.count { $0 }
  }

  /// The frame's colours, `[height, width, 3]`, 0...255. The generator gives the sensor's noise.
  func colours(using generator: inout SeededGenerator) -> [UInt8] {
    var canvas = backdrop()
    for surface in surfaces() { paint(surface, on: &canvas) }
    if scene.blur > 0 { blur(&canvas) }
    return exposed(canvas, using: &generator)
  }

  private func backdrop() -> [SIMD3<Float>] {
    let (far, near, border) = scene.backdrop
    let camera = scene.camera.pose(at: time)
    // The camera's pose places the backdrop in the frame; pixels look back through its inverse.
    let (c, s) = (cos(camera.angle) / camera.scale, sin(camera.angle) / camera.scale)
    var canvas = [SIMD3<Float>](repeating: .zero, count: width * height)
    for y in 0..<height {
      for x in 0..<width {
        let offset = point(x, y) - camera.position
        let seen = SIMD2(c * offset.x + s * offset.y, c * offset.y - s * offset.x)
        let side = min(max((border.value(seen * 0.35) - 0.5) * 6 + 0.5, 0), 1)
        let colour =
          if side <= 0 {
            far.colour(seen)
          } else if side >= 1 {
            near.colour(seen)
          } else {
            far.colour(seen) * (1 - side) + near.colour(seen) * side
          }
        canvas[y * width + x] = colour
      }
    }
    return canvas
  }

  /// A part where it is at this moment.
  struct Surface {
    var part: Part
    /// Of the part's middle.
    var pose: Pose
    /// How large the texture is drawn: it sticks to the part while that grows.
    var textureScale: Float
  }

  /// All that is drawn over the backdrop, from back to front; the same surfaces in the same order at any time.
  func surfaces() -> [Surface] {
    let camera = scene.camera.pose(at: time)
    return scene.scenery.flatMap { surfaces(of: $0, seenBy: camera) }
      + scene.actors.flatMap { surfaces(of: $0.body) }
  }

  private func surfaces(of body: Body, seenBy camera: Pose? = nil) -> [Surface] {
    let own = body.motion.pose(at: time)
    let pose = camera.map { own.inside($0) } ?? own
    return body.parts.map { part in
      let swing = part.swing.amplitude * sin(part.swing.rate * time + part.swing.phase)
      var joint = Pose(position: part.pivot, angle: part.angle + swing, scale: 1).inside(pose)
      joint.position = joint.apply(part.middle)
      return Surface(part: part, pose: joint, textureScale: body.motion.pose(at: 0.5).scale)
    }
  }

  private func paint(_ surface: Surface, on canvas: inout [SIMD3<Float>]) {
    draw(surface) { pixel, coverage, local, depth in
      // Round bodies darken toward their rim and away from the light above.
      let onTexture = local * surface.textureScale
      let shade = 1 - 0.35 * depth * depth - 0.12 * onTexture.y
      canvas[pixel] += (surface.part.texture.colour(onTexture) * shade - canvas[pixel]) * coverage
    }
  }

  /// Calls `plot` for each pixel a surface covers: with how much of it (0...1), the point in the part's own
  /// coordinates, and how far out it lies (0 in the middle, 1 on the rim).
  @inline(__always)
  func draw(_ surface: Surface, _ plot: (Int, Float, SIMD2<Float>, Float) -> Void) {
    let (part, joint) = (surface.part, surface.pose)
    let profile = Profile(part.contour, at: time)
    let middle = joint.position
    // Pixels map to the part's unit circle by the inverse of turn, scale and radii.
    let (c, s) = (cos(joint.angle) / joint.scale, sin(joint.angle) / joint.scale)
    let pixelsPerUnit = min(part.radii.x, part.radii.y) * joint.scale * Float(height)
    let reach = profile.largest * joint.scale
    let (a, b) = (cos(joint.angle) * part.radii.x, sin(joint.angle) * part.radii.y)
    let (d, e) = (sin(joint.angle) * part.radii.x, cos(joint.angle) * part.radii.y)
    let extent = SIMD2((a * a + b * b).squareRoot(), (d * d + e * e).squareRoot()) * reach * 1.42
    let rows = pixels(middle.y - extent.y, middle.y + extent.y, below: height)
    let columns = pixels(middle.x - extent.x, middle.x + extent.x, below: width)
    for y in rows {
      for x in columns {
        let offset = point(x, y) - middle
        let local = SIMD2(c * offset.x + s * offset.y, c * offset.y - s * offset.x)
        let unit = local / part.radii
        let distance = (unit * unit).sum().squareRoot()
        let radius = profile.radius(toward: unit)
        let coverage = min((radius - distance) * pixelsPerUnit + 0.5, 1)
        if coverage > 0 {
          plot(y * width + x, coverage, local, min(distance / radius, 1))
        }
      }
    }
  }

  /// A pixel's centre in frame heights.
  @inline(__always)
  func point(_ x: Int, _ y: Int) -> SIMD2<Float> {
    SIMD2(Float(x) + 0.5, Float(y) + 0.5) / Float(height)
  }

  /// The pixels between two coordinates in frame heights.
  private func pixels(_ low: Float, _ high: Float, below count: Int) -> Range<Int> {
    let limit = Float(count)
    let first = Int(min(max((low * Float(height)).rounded(.down), 0), limit))
    let last = Int(min(max((high * Float(height)).rounded(.up), 0), limit))
    return first..<max(first, last)
  }

  /// Blurs with the kernel (b, 1 − 2b, b) along rows, then along columns.
  private func blur(_ canvas: inout [SIMD3<Float>]) {
    let (side, centre) = (scene.blur, 1 - 2 * scene.blur)
    for y in 0..<height {
      var previous = canvas[y * width]
      for x in 0..<width {
        let here = canvas[y * width + x]
        let next = canvas[y * width + min(x + 1, width - 1)]
        canvas[y * width + x] = here * centre + (previous + next) * side
        previous = here
      }
    }
    var above = Array(canvas[0..<width])
    for y in 0..<height {
      let below = min(y + 1, height - 1) * width
      for x in 0..<width {
        let here = canvas[y * width + x]
        canvas[y * width + x] = here * centre + (above[x] + canvas[below + x]) * side
        above[x] = here
      }
    }
  }

  /// Lights the scene, adds the sensor's noise and rounds to bytes.
  private func exposed(_ canvas: [SIMD3<Float>], using generator: inout SeededGenerator) -> [UInt8] {
    let gain = scene.light.gain(at: time)
    var bytes = [UInt8](repeating: 0, count: 3 * width * height)
    for y in 0..<height {
      for x in 0..<width {
        let fromMiddle = point(x, y) - SIMD2(Float(width) / Float(2 * height), 0.5)
        let light = gain * max(1 + (scene.light.slope * fromMiddle).sum(), 0.2)
        let bits = generator.next()
        let grain = SIMD3(Self.grain(bits), Self.grain(bits >> 16), Self.grain(bits >> 32)) * scene.noise
        let value = (canvas[y * width + x] * light + grain).clamped(
          lowerBound: .zero, upperBound: SIMD3(repeating: 255))
        let pixel = 3 * (y * width + x)
        bytes[pixel] = UInt8(value.x)
        bytes[pixel + 1] = UInt8(value.y)
        bytes[pixel + 2] = UInt8(value.z)
      }
    }
    return bytes
  }

  /// Nearly normal noise of mean 0 and deviation 1: four uniform nibbles, summed.
  @inline(__always)
  private static func grain(_ bits: UInt64) -> Float {
    let nibbles = (bits & 15) + ((bits >> 4) & 15) + ((bits >> 8) & 15) + ((bits >> 12) & 15)
    return (Float(nibbles) - 30) / 9.2
  }
}
