import Foundation
import NN
import Tensor
import Vision

/// Says what a picture shows, by a network that was trained.
func tell(by model: URL, _ picture: URL) throws {
  let file = try SafeTensors(contentsOf: model)
  let names = file.metadata["classes", default: ""].split(separator: ",")
  let network = Network(classes: names.count)
  try network.load(file, named: model.path)

  let image = try Image(contentsOf: picture, as: .rgb)
  let probabilities = network(input(image).expandingAxis(0)).softmax()[0]
  for (name, probability) in zip(names, probabilities.array()) {
    print("\(name): \(Int((100 * probability).rounded())) %")
  }
}
