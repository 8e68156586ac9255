import SFModels
import Tensor
import TestSupport
import Testing
import Vision

@Suite struct Feat2SegTests {
  @Test func itSeesTheFrameAndItsBoxAsAFourthChannel() throws {
    let network = Feat2Seg(.small)
    let bare = UNet2d(inputs: 4, widths: [16, 32, 64, 64])
    #expect(network.namedParameters.map(\.path) == bare.namedParameters.map(\.path))
    try bare.load(network.stateDict)

    let images = Tensor(uniform: [2, 20, 24, 3], seed: 1)
    let box = Box(x: 3, y: 4, width: 10, height: 8)
    let inside = Mask(box, height: 20, width: 24).tensor()
    let boxes = Tensor.stack([inside, Tensor(zeros: inside.shape)])
    #expect(
      bytes(network(images, boxes: [box, nil])) == bytes(bare(.concatenate([images, boxes], axis: -1))))
  }

  @Test func aFrameIsCalledByItself() {
    let network = Feat2Seg(.small)
    let image = Image(height: 17, width: 30, filledWith: 90)
    let box = Box(x: 3, y: 4, width: 10, height: 8)
    let logits = network(image, box: box)
    #expect(logits.shape == [17, 30, 1])
    #expect(bytes(logits) == bytes(network(.stack([image.tensor()]), boxes: [box])[0]))
    #expect(bytes(logits) != bytes(network(image, box: nil)))
  }
}
