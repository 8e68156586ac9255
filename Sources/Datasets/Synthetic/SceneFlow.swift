import Vision

/// Where what a frame shows is in another frame of its sequence.
public struct TrueFlow: Sendable {
  /// The displacement of what is seen at each pixel, hidden in the other frame or not.
  public var flow: FlowField
  /// The pixels whose content something hides in the other frame, or has left it.
  public var occluded: Mask
}

extension SceneRenderer {
  /// The surface seen at each pixel: 0 is the backdrop, the others count from 1 in the order they are drawn.
  private func visibleSurfaces() -> [Int] {
    var visible = [Int](repeating: 0, count: width * height)
    for (index, surface) in surfaces().enumerated() {
      draw(surface) { pixel, coverage, _, _ in
        if coverage >= 0.5 { visible[pixel] = index + 1 }
      }
    }
    return visible
  }

  /// How what is seen at this moment moves until that of another renderer of the same scene.
  func flow(to other: SceneRenderer) -> TrueFlow {
    func poses(_ renderer: SceneRenderer) -> [Pose] {
      [scene.camera.pose(at: renderer.time)] + renderer.surfaces().map(\.pose)
    }
    let (before, after) = (poses(self), poses(other))
    let (visible, visibleThen) = (visibleSurfaces(), other.visibleSurfaces())
    var vectors: [Float] = []
    var occluded = [UInt8](repeating: 0, count: width * height)
    for y in 0..<height {
      for x in 0..<width {
        let (pixel, start) = (y * width + x, point(x, y))
        let surface = visible[pixel]
        let end = after[surface].apply(before[surface].unapply(start))
        let vector = (end - start) * Float(height)
        vectors += [vector.x, vector.y]
        let target = SIMD2(Float(x), Float(y)) + vector
        occluded[pixel] = shows(surface, at: target, in: visibleThen) ? 0 : 1
      }
    }
    return TrueFlow(
      flow: FlowField(height: height, width: width, vectors: vectors),
      occluded: Mask(height: height, width: width, values: occluded))
  }

  /// Whether one of the four pixels around a position shows a surface.
  private func shows(_ surface: Int, at position: SIMD2<Float>, in visible: [Int]) -> Bool {
    guard position.min() >= 0, position.x <= Float(width - 1), position.y <= Float(height - 1) else {
      return false
    }
    let (x, y) = (Int(position.x), Int(position.y))
    return [y, min(y + 1, height - 1)].contains { y in
      [x, min(x + 1, width - 1)].contains { visible[y * width + $0] == surface }
    }
  }
}
