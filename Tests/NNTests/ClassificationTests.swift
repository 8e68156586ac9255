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
    let matrix = confusionMatrix(
      predictions: Tensor([0, 2, 2, 1, 0]), labels: Tensor([0, 1, 2, 1, 255]), classes: 3, ignoring: 255)
    #expect(matrix.shape == [3, 3] && matrix.array(of: Int.self) == [1, 0, 0, 0, 1, 1, 0, 0, 1])
    let none = confusionMatrix(predictions: Tensor([3]), labels: Tensor([9]), classes: 2, ignoring: 9)
    #expect(none.sum().item == 0)
  }
}
