import CKernels

/// What lies beyond the borders of an image that is sampled there.
public enum GridPadding: String, Sendable, CaseIterable {
  /// Zeros.
  case zeros
  /// The nearest sample of the border.
  case border
  /// The image mirrored at its borders.
  case reflection
}

extension Tensor {
  /// Samples of this tensor where a grid says (PyTorch's `grid_sample`): images `[N, H, W, C]` with a grid
  /// `[N, H', W', 2]` give `[N, H', W', C]`, volumes `[N, T, H, W, C]` with `[N, T', H', W', 3]` give
  /// `[N, T', H', W', C]`.
  ///
  /// The grid's last axis is (x, y) or (x, y, t): the column first. −1 and 1 are the outer edges of the corner
  /// samples, with `alignCorners` their centres. Differentiable in both; `nearest` has no slope along the grid. Coordinates
  /// that are not finite sample what they do in PyTorch, the borders or mirrored ones a sample, otherwise NaN.
  public func gridSample(
    _ grid: Tensor, interpolation: Interpolation = .linear, padding: GridPadding = .zeros,
    alignCorners: Bool = false
  ) -> Tensor {
    let coordinates = alignCorners ? ck_grid_centres : ck_grid_edges
    return sampled(
      grid, interpolation, padding, coordinates, axes: rank - 2, "gridSample", function: "gridSample")
  }

  /// Images `[N, H, W, C]` warped backwards by a flow `[N, H, W, 2]` in pixels, (x, y): each output takes the image
  /// at its own position plus the flow, bilinearly, held to the image's borders. Differentiable in both.
  public func warped(by flow: Tensor) -> Tensor {
    require(
      rank == 4 && flow.shape == Shape(shape.dropLast() + [2]),
      "warped: a flow of shape \(flow.shape) for images of shape \(shape)")
    return sampled(flow, .linear, .border, ck_grid_displacement, axes: 2, "warped", function: "warped")
  }

  private func sampled(
    _ grid: Tensor, _ interpolation: Interpolation, _ padding: GridPadding,
    _ coordinates: ck_grid_coordinates, axes: Int, _ name: String, function: StaticString = #function
  ) -> Tensor {
    if dtype == .bfloat16 {
      return throughFloat32 {
        $0.sampled(
          grid.to(.float32), interpolation, padding, coordinates, axes: axes, name, function: function)
      }
    }
    Kernel.requireFloatingPoint(self, name)
    Kernel.requireSame(self, grid, name)
    require(
      (2...3).contains(axes) && grid.rank == rank && grid.shape[-1] == axes && grid.shape[0] == shape[0],
      "\(name): a grid of shape \(grid.shape) for an input of shape \(shape)")
    let sizes = Array(shape[1..<rank - 1]), positions = Array(grid.shape[1..<rank - 1])
    require(
      grid.elementCount == 0 || sizes.allSatisfy { $0 > 0 }, "\(name): nothing to sample in shape \(shape)")
    let plan = ck_grid_sampling(
      batch: Int64(shape[0]), channels: Int64(shape[-1]), axes: Int64(axes), in: threeAxes(sizes, filler: 1),
      out: threeAxes(positions, filler: 1), interpolation: interpolation.ofGrid, padding: padding.ofGrid,
      coordinates: coordinates)
    /// One of the gradients where the way back is recorded, or nil.
    func gradient(_ wanted: Int, of x: Tensor, _ grid: Tensor, _ dy: Tensor) -> Tensor? {
      guard Tensor.isAnyRecorded(x, grid, dy) else { return nil }
      guard grid.isFinite().isAllTrue else {
        for tensor in [x, grid, dy] { tensor.noteReading() }
        return nil
      }
      return Tensor.gradients(of: [x, grid], wanted: [wanted == 0, wanted == 1], dy) {
        $0[0]!.sampledByOperators($0[1]!, interpolation, padding, coordinates)
      }[wanted]
    }
    return Kernel.gridSample(self, grid, plan).recorded(
      edge { [shape] dy in
        // The images' gradient doesn't depend on them.
        gradient(0, of: Tensor(zeros: Tensor.isRecording ? shape : [], dtype: dy.dtype), grid, dy)
          ?? Kernel.gridSampleInputGradient(dy, grid, to: shape, plan)
      },
      grid.edge { [x = self] dy in
        gradient(1, of: x, grid, dy) ?? Kernel.gridSampleGridGradient(dy, x, grid, plan)
      }, function: function)
  }
}

extension Interpolation {
  fileprivate var ofGrid: ck_grid_interpolation {
    switch self {
    case .nearest, .nearestExact: ck_grid_nearest
    case .linear: ck_grid_linear
    case .cubic: ck_grid_cubic
    case .area: fatalError("gridSample: a position has no area; sample nearest, linear or cubic")
    }
  }
}

extension GridPadding {
  fileprivate var ofGrid: ck_grid_padding {
    switch self {
    case .zeros: ck_grid_zeros
    case .border: ck_grid_border
    case .reflection: ck_grid_reflection
    }
  }
}

extension Kernel {
  static func gridSample(_ x: Tensor, _ grid: Tensor, _ plan: ck_grid_sampling) -> Tensor {
    var plan = plan
    return make("a sampling", Shape(grid.shape.dropLast() + [x.shape[-1]]), from: x, grid) {
      ck_grid_sample($0, &plan, $1, $2, $3)
    }
  }

  static func gridSampleInputGradient(
    _ dy: Tensor, _ grid: Tensor, to shape: Shape, _ plan: ck_grid_sampling
  ) -> Tensor {
    var plan = plan
    return make("a sampling", shape, from: dy, grid) { ck_grid_sample_input_gradient($0, &plan, $1, $2, $3) }
  }

  static func gridSampleGridGradient(
    _ dy: Tensor, _ x: Tensor, _ grid: Tensor, _ plan: ck_grid_sampling
  ) -> Tensor {
    var plan = plan
    return make("a sampling", grid.shape, from: x, grid) {
      ck_grid_sample_grid_gradient($0, &plan, dy.elements, $1, $2, $3)
    }
  }
}
