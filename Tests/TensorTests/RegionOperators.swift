import Testing

@testable import Tensor

extension Options {
  /// The operator of a configuration of Fixtures/regions.py, applied to its operands; nil where it is not one of those.
  func applyRegion(_ name: String, _ x: [Tensor]) throws -> Tensor? {
    let size = integers("size")
    return switch name {
    case "affine_grid":
      size.count == 2
        ? x[0].affineGrid2d(height: size[0], width: size[1], alignCorners: flag("align_corners"))
        : x[0].affineGrid3d(
          time: size[0], height: size[1], width: size[2], alignCorners: flag("align_corners"))
    case "antialiased":
      x[0].resized2d(
        height: size[0], width: size[1], interpolation: try interpolation,
        alignCorners: flag("align_corners"),
        antialiased: true)
    case "antialiased_by_factor": antialiasedByFactor(x[0], try interpolation)
    case "sequence_interpolation":
      x[0].resized1d(
        length: integer("length"), interpolation: try interpolation, alignCorners: flag("align_corners"))
    case "cumulative_product": x[0].cumulativeProduct(axis: integer("axis"))
    case "deformable_convolution":
      x[0].deformableConv2d(x[1], offsets: x[2], mask: x[3], window: window)
    case "folding": folding(x[0])
    case "local_response_norm":
      x[0].localResponseNorm(
        size: integer("size"), alpha: number("alpha")!, beta: number("beta")!, k: number("k")!)
    case "max_unpooling": unpooled(x[0])
    case "pixel_shuffle":
      flag("inverse") ? x[0].pixelUnshuffle(integer("block")) : x[0].pixelShuffle(integer("block"))
    case "positions": positioned(x)
    case "rms_norm": x[0].rmsNorm(weight: x[1], epsilon: number("epsilon")!)
    case "roi_align": aligned(x[0])
    case "vector_norm":
      x[0].norm(
        axis: integers("axes"), order: number("order") == 1e9 ? .infinity : number("order")!,
        keepingAxes: flag("keeping"))
    default: nil
    }
  }

  private func antialiasedByFactor(_ x: Tensor, _ interpolation: Interpolation) -> Tensor {
    let factors = values["scale"]!.numbers
    return x.rescaled2d(
      height: factors[0], width: factors[1], interpolation: interpolation,
      alignCorners: flag("align_corners"),
      antialiased: true)
  }

  private func folding(_ x: Tensor) -> Tensor {
    let (stride, padding, dilation) = (
      perAxis("stride")!, perAxis("padding")!, perAxis("dilation")!
    )
    let size = integers("size")
    return flag("fold")
      ? x.fold2d(height: size[0], width: size[1], stride: stride, padding: padding, dilation: dilation)
      : x.unfold2d(perAxis("kernel")!, stride: stride, padding: padding, dilation: dilation)
  }

  private func unpooled(_ x: Tensor) -> Tensor {
    let (values, indices) = x.maxPool2dWithIndices(perAxis("kernel")!)
    return (values * 2).maxUnpool2d(indices, height: integers("size")[0], width: integers("size")[1])
  }

  private func positioned(_ x: [Tensor]) -> Tensor {
    let depth = integers("indices").count / rows("indices")
    let indices = Tensor(integers("indices").map(Int32.init)).reshape(-1, depth)
    return switch text("name") {
    case "gather": x[0].gather(positions: indices)
    case "scatter": x[0].scatter(x[1], positions: indices)
    default: x[0].scatterAdd(x[1], positions: indices)
    }
  }

  private func rows(_ name: String) -> Int {
    if case .list(let rows)? = values[name] { rows.count } else { 0 }
  }

  private func aligned(_ x: Tensor) -> Tensor {
    let boxes = Tensor(values["boxes"]!.numbers).reshape(-1, 5).to(x.dtype)
    let points = integer("points")
    return x.roiAlign(
      boxes, height: integers("size")[0], width: integers("size")[1], scale: number("scale")!,
      points: points == 0 ? nil : points, halfPixel: flag("half_pixel"))
  }
}
