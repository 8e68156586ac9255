import CVision
import Tensor

/// Which pixels are neighbours.
public enum Connectivity: Sendable {
  /// Those that share an edge.
  case four
  /// Also those that share a corner.
  case eight
}

/// The connected sets of a mask's pixels.
public struct ConnectedComponents: Sendable {
  /// One set.
  public struct Component: Sendable, Hashable {
    /// The number of its pixels.
    public let area: Int
    /// The smallest box around it.
    public let box: Box
  }

  /// The number of columns.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// For each pixel `[height, width]` the number of its set, from 1 on; 0 outside the mask.
  public let labels: [Int32]
  /// The sets, number 1 first, in the order of their first pixels from the top left, row by row.
  public let components: [Component]

  /// Finds the sets of a mask (Rosenfeld and Pfaltz, "Sequential Operations in Digital Picture Processing", JACM 1966).
  public init(_ mask: Mask, connectivity: Connectivity = .eight) {
    (width, height) = (mask.width, mask.height)
    let (rows, columns) = (Int64(height), Int64(width))
    var count: Int64 = 0
    let labels = [Int32](unsafeUninitializedCapacity: width * height) { buffer, initialized in
      count = ck_mask_label(rows, columns, connectivity == .eight, mask.values, buffer.baseAddress!)
      initialized = buffer.count
    }
    var found = [ck_component](repeating: ck_component(), count: Int(count))
    ck_mask_components(rows, columns, labels, count, &found)
    self.labels = labels
    components = found.map {
      Component(
        area: Int($0.area),
        box: Box(
          x: Double($0.left), y: Double($0.top), width: Double($0.right - $0.left + 1),
          height: Double($0.bottom - $0.top + 1)))
    }
  }

  /// The pixels of the set at an index of `components`.
  public func mask(_ index: Int) -> Mask {
    require(components.indices.contains(index), "ConnectedComponents: no \(index) of \(components.count)")
    return Mask(height: height, width: width, values: labels.map { $0 == index + 1 ? 1 : 0 })
  }
}

extension Mask {
  /// The largest connected set of pixels, the first of equal ones; nothing of an empty mask.
  public func largestComponent(connectivity: Connectivity = .eight) -> Mask {
    let found = ConnectedComponents(self, connectivity: connectivity)
    guard found.components.count > 1 else { return self }
    let areas = found.components.map(\.area)
    return found.mask(areas.firstIndex(of: areas.max()!)!)
  }
}
