import Tensor

/// The part of the labels `[…]` whose class has the largest of the logits (or probabilities) `[…, C]`. Labels equal to
/// `ignoring` don't count; NaN where none does.
public func accuracy(logits: Tensor, labels: Tensor, ignoring ignored: Int? = nil) -> Double {
  require(
    labels.shape == Shape(logits.shape.dropLast()),
    "accuracy: labels of shape \(labels.shape) for logits of shape \(logits.shape)")
  let labels = labels.to(.int32)
  let isRight = logits.argmax() .== labels
  guard let ignored else { return isRight.to(.float64).mean().item }
  let counts = labels .!= ignored
  return (isRight .& counts).sum().item / counts.sum().item
}

/// How often each class is taken for each, `int32` `[classes, classes]`: a row is a label's, a column what was predicted for
/// it, both integers in `0..<classes`, of any one shape. Labels equal to `ignoring` don't count.
public func confusionMatrix(
  predictions: Tensor, labels: Tensor, classes: Int, ignoring ignored: Int? = nil
) -> Tensor {
  require(
    predictions.shape == labels.shape,
    "confusionMatrix: predictions of shape \(predictions.shape), labels of shape \(labels.shape)")
  var (predictions, labels) = (predictions.to(.int32), labels.to(.int32))
  if let ignored {
    let counts = labels .!= ignored
    (predictions, labels) = (predictions[counts], labels[counts])
  }
  for named in [predictions, labels] where named.elementCount > 0 {
    require(
      named.min().item >= 0 && Int(named.max().item) < classes,
      "confusionMatrix: a class lies outside 0..<\(classes)")
  }
  return (labels * classes + predictions).binCounts(classes * classes).reshape(classes, classes)
}
