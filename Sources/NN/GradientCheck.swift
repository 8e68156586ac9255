import Tensor

/// What is wrong with the gradients of a module's parameters and of some inputs, one line each; nothing where they are
/// right.
///
/// ```swift
/// let layer = MyLayer(4).to(.float64)
/// #expect(gradientCheck(of: layer, at: [x]) { layer($0[0]) } == [])
/// ```
///
/// As Tensor's `gradientCheck(at:)`; parameters that are frozen are passed over.
public func gradientCheck(
  of module: some Module, at inputs: [Tensor], tolerance: Double = 1e-6, step: Double = 1e-5,
  _ body: ([Tensor]) -> Tensor
) -> [String] {
  let check = GradientCheck(tolerance: tolerance, step: step)
  let gradients = check.repeatably { valueWithGradient { check.scalar([body(inputs)]) }.gradients }
  let errors = module.namedParameters.filter(\.parameter.isTrainable).flatMap { path, parameter in
    let value = parameter.value.detached()
    defer { parameter.value = value }
    let gradient = gradients[parameter] ?? Tensor(zeros: value.shape, dtype: value.dtype)
    return check.errors(["gradient of \(path)": gradient], at: value) { changed in
      parameter.value = changed
      return [body(inputs)]
    }
  }
  return errors + gradientCheck(at: inputs, tolerance: tolerance, step: step, body)
}
