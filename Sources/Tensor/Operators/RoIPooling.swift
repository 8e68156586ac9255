import CKernels

extension Tensor {
  /// Precise RoI pooling (Jiang et al. 2018, equation 4): of images `[N, H, W, C]`, the mean of the bilinear surface
  /// through the pixels over each bin of each box, by its exact integral; returns `[K, height, width, C]`.
  ///
  /// A box of `[K, 5]` is (sample, left, top, right, bottom): the index of its image, then its edges, which `scale`
  /// (1 / stride, where they are in pixels of the network's input) brings to positions of pixels; the centre of the
  /// first pixel is (0, 0). Beyond the image the surface falls to 0. A box without area gives 0, one that is not finite NaN.
  /// Differentiable in the images and in the edges.
  public func preciseRoIPool(_ boxes: Tensor, height: Int, width: Int, scale: Double = 1) -> Tensor {
    if dtype == .bfloat16 {
      return throughFloat32 {
        $0.preciseRoIPool(boxes.to(.float32), height: height, width: width, scale: scale)
      }
    }
    let plan = regions(boxes, height, width, scale, "preciseRoIPool")
    /// One of the gradients where the way back is recorded, or nil.
    func gradient(_ wanted: Int, of x: Tensor, _ boxes: Tensor, _ dy: Tensor) -> Tensor? {
      guard Tensor.isAnyRecorded(x, boxes, dy) else { return nil }
      return Tensor.gradients(of: [x, boxes], wanted: [wanted == 0, wanted == 1], dy) {
        $0[0]!.integrals($0[1]!, height: height, width: width, scale: scale)
      }[wanted]
    }
    return Kernel.roiPool(self, boxes, plan).recorded(
      edge { [shape] dy in
        // The images' gradient doesn't depend on them.
        gradient(0, of: Tensor(zeros: Tensor.isRecording ? shape : [], dtype: dy.dtype), boxes, dy)
          ?? Kernel.roiPoolInputGradient(dy, boxes, to: shape, plan)
      },
      boxes.edge { [x = self] dy in
        gradient(1, of: x, boxes, dy) ?? Kernel.roiPoolBoxGradient(dy, x, boxes, plan)
      })
  }

  /// Precise RoI pooling by other operators: the bilinear surface is a sum of products of hat functions, so its integral
  /// over a bin is one of products of theirs.
  private func integrals(_ boxes: Tensor, height: Int, width: Int, scale: Double) -> Tensor {
    let images = gather(boxes.detached()[.all, 0].to(.int32))
    /// The integrals of the hats at the positions of an axis over a box's bins `[K, bins, positions]`, and the box's size.
    func integrals(_ from: Tensor, _ to: Tensor, bins: Int, positions: Int) -> (Tensor, size: Tensor) {
      let (low, high) = (from.expandingAxis(-1) * scale, to.expandingAxis(-1) * scale)
      let size = (high - low).clamp(min: 0)
      let edges = low + size * (Tensor(0..<bins + 1).to(dtype) / Double(bins))
      // From −∞ up to an edge.
      let d = (edges.expandingAxis(-1) - Tensor(0..<positions).to(dtype)).clamp(min: -1, max: 1)
      let integral = 0.5 + d - 0.5 * d * d.abs()
      return (integral[.all, 1...] - integral[.all, ..<(-1)], size)
    }
    let (columns, right) = integrals(boxes[.all, 1], boxes[.all, 3], bins: width, positions: shape[2])
    let (rows, down) = integrals(boxes[.all, 2], boxes[.all, 4], bins: height, positions: shape[1])
    let area = (right * down).reshape(-1, 1, 1, 1) / Double(height * width)
    let sums = Tensor.einsum("khr,krcd,kwc->khwd", rows, images, columns)
    return Tensor.where(area .> 0, sums / area.replacing(where: area .<= 0, with: 1), 0)
  }

  /// RoI align (He et al. 2017): the mean of the images' bilinear surface at `points`×`points` positions in each bin of each
  /// box `[K, 5]` (as in `preciseRoIPool`), or at one per pixel that a bin covers where that is nil; returns
  /// `[K, height, width, C]`.
  ///
  /// With `halfPixel` (torchvision's `aligned=True`) the centre of the first pixel is (½, ½), otherwise (0, 0), and boxes
  /// are at least a pixel wide and high. A box that is not finite gives NaN. Differentiable in the images, not in the boxes.
  public func roiAlign(
    _ boxes: Tensor, height: Int, width: Int, scale: Double = 1, points: Int? = nil, halfPixel: Bool = true
  ) -> Tensor {
    if dtype == .bfloat16 {
      return throughFloat32 {
        $0.roiAlign(
          boxes.to(.float32), height: height, width: width, scale: scale, points: points, halfPixel: halfPixel
        )
      }
    }
    require(points.map { $0 > 0 } ?? true, "roiAlign: \(points ?? 0) positions in a bin")
    var plan = regions(boxes, height, width, scale, "roiAlign")
    (plan.precise, plan.points, plan.half_pixel) = (false, Int64(points ?? 0), halfPixel)
    let boxes = boxes.detached()
    return linearly(
      { [plan] in Kernel.roiPool($0, boxes, plan) },
      transpose: { [shape, plan] in Kernel.roiPoolInputGradient($0, boxes, to: shape, plan) })
  }

  private func regions(
    _ boxes: Tensor, _ height: Int, _ width: Int, _ scale: Double, _ name: String
  ) -> ck_roi_pooling {
    Kernel.requireFloatingPoint(self, name)
    Kernel.requireSame(self, boxes, name)
    require(
      rank == 4 && boxes.rank == 2 && boxes.shape[1] == 5 && height > 0 && width > 0,
      "\(name): boxes \(boxes.shape) of images \(shape) to \(height)×\(width) bins")
    let samples = boxes[.all, 0].array(of: Double.self)
    require(
      samples.allSatisfy { $0 >= 0 && $0 < Double(shape[0]) },
      "\(name): a box names a sample that \(shape[0]) images don't have")
    return ck_roi_pooling(
      batch: Int64(shape[0]), height: Int64(shape[1]), width: Int64(shape[2]), channels: Int64(shape[3]),
      boxes: Int64(boxes.shape[0]), out_height: Int64(height), out_width: Int64(width), scale: scale,
      precise: true, points: 0, half_pixel: false)
  }
}

extension Kernel {
  static func roiPool(_ x: Tensor, _ boxes: Tensor, _ plan: ck_roi_pooling) -> Tensor {
    var plan = plan
    let shape: Shape = [boxes.shape[0], Int(plan.out_height), Int(plan.out_width), x.shape[-1]]
    return make("RoI pooling", shape, from: x, boxes) { ck_roi_pool($0, &plan, $1, $2, $3) }
  }

  static func roiPoolInputGradient(
    _ dy: Tensor, _ boxes: Tensor, to shape: Shape, _ plan: ck_roi_pooling
  ) -> Tensor {
    var plan = plan
    return make("RoI pooling", shape, from: dy, boxes) { ck_roi_pool_input_gradient($0, &plan, $1, $2, $3) }
  }

  static func roiPoolBoxGradient(_ dy: Tensor, _ x: Tensor, _ boxes: Tensor, _ plan: ck_roi_pooling) -> Tensor
  {
    var plan = plan
    return make("RoI pooling", boxes.shape, from: x, boxes) {
      ck_roi_pool_box_gradient($0, &plan, dy.elements, $1, $2, $3)
    }
  }
}
