import Testing

@testable import Vision

@Test func boxArithmetic() {
  let a = Box(x: 0, y: 0, width: 4, height: 3)
  let b = Box(x: 2, y: 1, width: 4, height: 4)
  let far = Box(x: 10, y: 10, width: 1, height: 1)
  #expect(a.intersection(b) == Box(x: 2, y: 1, width: 2, height: 2))
  #expect(a.union(b) == Box(x: 0, y: 0, width: 6, height: 5))
  #expect(abs(a.iou(b) - 4.0 / 24) < 1e-12)
  #expect(a.intersection(far).isEmpty && a.iou(far) == 0 && a.iou(a) == 1)
  #expect(Box(x: 1, y: 1, width: 0, height: 5).union(a) == a)
  #expect(
    Box(x: -2, y: 3, width: 5, height: 9).clipped(height: 8, width: 10)
      == Box(x: 0, y: 3, width: 3, height: 5))
  #expect(b.scaled(by: 0.5) == Box(x: 3, y: 2, width: 2, height: 2))
  #expect(b.scaled(x: 2, y: 0.5) == Box(x: 4, y: 0.5, width: 8, height: 2))
  #expect(a.transformed(by: .scale(2, 2).then(.translation(1, 0))) == Box(x: 1, y: 0, width: 8, height: 6))
}

@Test func theBestOfOverlappingBoxesStay() {
  let boxes = [0.0, 1, 8, 9, 30].map { Box(x: $0, y: 0, width: 10, height: 10) }
  let scores = [0.5, 0.9, 0.7, 0.7, 0.1]
  #expect(nonMaximumSuppression(boxes, scores: scores, threshold: 0.5) == [1, 2, 4])
  // The second and the third share a strip of 3 in 17.
  #expect(nonMaximumSuppression(boxes, scores: scores, threshold: 3 / 17 - 0.01) == [1, 3, 4])
  #expect(nonMaximumSuppression(boxes, scores: scores, threshold: 1) == [1, 2, 3, 0, 4])
  #expect(nonMaximumSuppression([], scores: [], threshold: 0.5) == [])
}

@Test(arguments: [Double.nan, .infinity, 1e300])
func boxesThatAreNowhereTrapNowhere(_ edge: Double) {
  let boxes = [Box(x: edge, y: 0, width: 2, height: 2), Box(x: 0, y: 0, width: edge, height: edge)]
  let all = boxes + [Box(x: 0, y: 0, width: 2, height: 2)]
  #expect(nonMaximumSuppression(all, scores: [.nan, 0.5, 0.9], threshold: 0.1).first == 2)
  var image = Image(height: 4, width: 4, color: .white)
  for box in boxes {
    image.draw(box, color: .black)
    image.fill(.ellipse(in: box), with: .black)
    image.draw(line: [Point(box.x, 0), Point(0, box.height)], color: .black, thickness: box.width)
    #expect(Mask(box, height: 4, width: 4).area == (box.x == 0 && box.width > 4 ? 16 : 0))
  }
}

@Test func boxAndMask() {
  let box = Box(x: 2, y: 1, width: 3, height: 4)
  let mask = Mask(box, height: 7, width: 8)
  #expect(mask.area == 12 && mask[2, 1] && mask[4, 4] && !mask[5, 4] && !mask[1, 1])
  #expect(Box(mask) == box)
  #expect(Box(Mask(height: 3, width: 3)) == nil)
  #expect(Mask(Box(x: -5, y: -5, width: 50, height: 50), height: 3, width: 4).area == 12)
  #expect(
    Mask(Box(x: 0.6, y: 0.4, width: 1, height: 1), height: 3, width: 4).boundingBox
      == Box(x: 1, y: 0, width: 1, height: 1))
  #expect(Mask(Box(x: 9, y: 9, width: 2, height: 2), height: 3, width: 4).area == 0)
}

@Test func maskArithmetic() {
  let a = Mask(Box(x: 0, y: 0, width: 4, height: 2), height: 4, width: 6)
  let b = Mask(Box(x: 2, y: 0, width: 4, height: 2), height: 4, width: 6)
  let none = Mask(height: 4, width: 6)
  #expect(abs(a.iou(b) - 4.0 / 12) < 1e-12)
  #expect(a.iou(none) == 0 && none.iou(none) == 1)
  #expect(a.resized(height: 8, width: 12) == Mask(Box(x: 0, y: 0, width: 8, height: 4), height: 8, width: 12))
  #expect(a.flippedHorizontally() == b)
  #expect(a.warped(by: .translation(2, 0), height: 4, width: 6) == b)
  #expect(a.cropped(x: -2, y: 0, height: 4, width: 6) == b)
}

@Test func masksOfLabelsAndImages() {
  let labels = IndexedImage(height: 1, width: 3, indices: [0, 1, 2])
  #expect(Mask(labels).values == [0, 1, 1])
  #expect(Mask(labels, label: 2).values == [0, 0, 1])
  #expect(Mask(Image(height: 1, width: 2, channels: 1, pixels: [127, 128])).values == [0, 1])
  #expect(Mask(labels).image.pixels == [0, 255, 255])
}

@Test func davisPaletteFollowsItsBitRule() {
  #expect(
    Array(IndexedImage.davisPalette[0...4]) == [
      Color(0, 0, 0), Color(128, 0, 0), Color(0, 128, 0), Color(128, 128, 0), Color(0, 0, 128),
    ])
  #expect(IndexedImage.davisPalette[8] == Color(64, 0, 0))
  #expect(IndexedImage.davisPalette[255] == Color(224, 224, 192))
}

@Test func regionsKnowTheirCornersAndTheBoxAroundThem() {
  let box = Box(x: 1, y: 2, width: 4, height: 2)
  #expect(
    Region.box(box).boundingBox == box
      && Region.box(box).corners == Region.polygon(Region.box(box).corners).corners)
  let turned = RotatedBox(center: Point(3, 3), width: 4, height: 2, angle: .pi / 2)
  let around = Region.rotatedBox(turned).boundingBox
  #expect(abs(around.x - 2) < 1e-12 && abs(around.y - 1) < 1e-12)
  #expect(abs(around.width - 2) < 1e-12 && abs(around.height - 4) < 1e-12)
  #expect(RotatedBox(center: Point(3, 3), width: 4, height: 2, angle: 0).corners == Region.box(box).corners)
  #expect(
    Region.polygon([Point(5, 1), Point(-1, 4), Point(2, 9)]).boundingBox
      == Box(x: -1, y: 1, width: 6, height: 8))
  #expect(Region.polygon([]).boundingBox.isEmpty)
}

@Test func regionsOfPixelsLieWhereTheirMaskDoes() {
  let mask = Mask(height: 2, width: 3, values: [0, 1, 1, 0, 0, 1])
  let region = Region.mask(mask, x: 4, y: -1)
  #expect(region.boundingBox == Box(x: 5, y: -1, width: 2, height: 2))
  #expect(Region.mask(Mask(height: 2, width: 2)).boundingBox.isEmpty)
  let seen = Mask(of: region, height: 3, width: 7)
  #expect(seen.area == 1 && seen[6, 0])
  let square = Box(x: 1, y: 1, width: 2, height: 2)
  #expect(Mask(of: .box(square), height: 5, width: 5) == Mask(square, height: 5, width: 5))
  #expect(Mask(of: .polygon(square.corners), height: 5, width: 5) == Mask(square, height: 5, width: 5))
}
