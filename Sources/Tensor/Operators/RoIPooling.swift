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
    return Kernel.roiPool(self, boxes, plan).recorded(
      edge { [shape] dy in Kernel.roiPoolInputGradient(dy, boxes, to: shape, plan) },
      boxes.edge { [x = self] dy in Kernel.roiPoolBoxGradient(dy, x, boxes, plan) })
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
    return Kernel.roiPool(self, boxes, plan).recorded(
      edge { [shape, plan] dy in Kernel.roiPoolInputGradient(dy, boxes, to: shape, plan) })
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
