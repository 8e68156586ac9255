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

/// How often each class is taken for each, over as many batches as one likes, and the scores that follow.
///
/// ```swift
/// var confusions = ConfusionMatrix(classes: 3)
/// for batch in batches { confusions.add(predictions: model(batch.images).argmax(), labels: batch.labels) }
/// print(confusions.accuracy, confusions.recall, confusions.meanIoU)
/// ```
///
/// A class's score is NaN where it is a part of nothing, such as the precision of a class that is never predicted.
public struct ConfusionMatrix: Sendable {
  /// `float64` `[classes, classes]`: a row is a label's, a column what was predicted for it.
  public private(set) var counts: Tensor

  /// Nothing counted yet.
  public init(classes: Int) { counts = Tensor(zeros: [classes, classes], dtype: .float64) }

  /// Counts predictions and labels, integers in `0..<classes` of any one shape. Labels equal to `ignoring` don't count.
  public mutating func add(predictions: Tensor, labels: Tensor, ignoring ignored: Int? = nil) {
    require(
      predictions.shape == labels.shape,
      "ConfusionMatrix: predictions of shape \(predictions.shape), labels of shape \(labels.shape)")
    let classes = counts.shape[0]
    var (predictions, labels) = (predictions.to(.int32), labels.to(.int32))
    if let ignored {
      let counts = labels .!= ignored
      (predictions, labels) = (predictions[counts], labels[counts])
    }
    for named in [predictions, labels] where named.elementCount > 0 {
      require(
        named.min().item >= 0 && Int(named.max().item) < classes,
        "ConfusionMatrix: a class lies outside 0..<\(classes)")
    }
    let found = (labels * classes + predictions).flattened().binCounts(classes * classes)
    counts += found.reshape(classes, classes).to(.float64)
  }

  /// The part of all labels that was predicted.
  public var accuracy: Double { right.sum().item / counts.sum().item }
  /// Of each class, the part of its predictions that is right.
  public var precision: [Double] { (right / counts.sum(axis: 0)).array(of: Double.self) }
  /// Of each class, the part of its labels that was found.
  public var recall: [Double] { (right / counts.sum(axis: 1)).array(of: Double.self) }
  /// Of each class, what is right of all that is predicted or labelled so: intersection over union.
  public var iou: [Double] {
    (right / (counts.sum(axis: 0) + counts.sum(axis: 1) - right)).array(of: Double.self)
  }
  /// The mean of `iou` over the classes that were predicted or labelled.
  public var meanIoU: Double {
    let known = iou.filter { !$0.isNaN }
    return known.reduce(0, +) / Double(known.count)
  }

  private var right: Tensor { counts.diagonal() }
}
