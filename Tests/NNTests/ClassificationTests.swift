import NN
import Tensor
import Testing

@Suite struct ClassificationTests {
  @Test func accuracyCountsTheLargest() {
    let logits = Tensor([[2, 1, 0], [0, 3, 1], [1, 0, 2], [5, 4, 3]])
    let labels = Tensor([0, 1, 1, 2])
    #expect(accuracy(logits: logits, labels: labels) == 0.5)
    #expect(accuracy(logits: logits, labels: labels, ignoring: 2) == 2.0 / 3)
    #expect(accuracy(logits: logits, labels: labels * 0 + 255, ignoring: 255).isNaN)
    let image = logits.reshape(2, 2, 3)
    #expect(accuracy(logits: image, labels: labels.reshape(2, 2)) == 0.5)
  }

  @Test func confusionsAreLabelsByPredictions() {
    var matrix = ConfusionMatrix(classes: 3)
    matrix.add(
      predictions: Tensor([0, 2, 2, 1, 0]), labels: Tensor([0, 1, 2, 1, 255]), ignoring: 255)
    #expect(matrix.counts.shape == [3, 3])
    #expect(matrix.counts.array(of: Double.self) == [1, 0, 0, 0, 1, 1, 0, 0, 1])
    matrix.add(predictions: Tensor([3]), labels: Tensor([9]), ignoring: 9)
    #expect(matrix.counts.sum().item == 4)
  }

  /// By hand: of class 0 one of one is right, of class 1 one of two labels, of class 2 one of two predictions; class 3 is
  /// not there.
  @Test func scoresFollowFromConfusions() {
    var matrix = ConfusionMatrix(classes: 4)
    #expect(matrix.accuracy.isNaN && matrix.meanIoU.isNaN)
    for (predictions, labels) in [([0, 2], [0, 1]), ([2, 1], [2, 1])] {
      matrix.add(predictions: Tensor(predictions), labels: Tensor(labels))
    }
    #expect(matrix.accuracy == 0.75)
    #expect(matrix.precision.prefix(3) == [1, 1, 0.5] && matrix.precision[3].isNaN)
    #expect(matrix.recall.prefix(3) == [1, 0.5, 1] && matrix.recall[3].isNaN)
    #expect(matrix.iou.prefix(3) == [1, 0.5, 0.5] && matrix.iou[3].isNaN)
    #expect(abs(matrix.meanIoU - 2.0 / 3) < 1e-12)
  }
}
